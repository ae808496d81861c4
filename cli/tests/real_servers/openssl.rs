//! OpenSSL's implementation of TLS.

use limpid_tests::real::openssl::Openssl;
use limpid_tests::real::{INDEX, big};

use crate::common::finished;

#[test]
#[ignore = "needs openssl: run by .ci/run"]
fn openssl_speaks_both_versions_of_tls_with_us() {
    for version in ["-tls1_2", "-tls1_3"] {
        let openssl = Openssl::start(&[version]).unwrap();
        let ca_file = openssl.ca_file();
        let url = format!("https://localhost:{}/root", openssl.port);
        let finished = finished([
            "--cacert",
            &ca_file.to_string_lossy(),
            &format!("{url}/index.html"),
            &format!("{url}/big"),
        ]);
        assert_eq!((finished.code, finished.stderr.as_str()), (0, ""), "{version}");
        assert!(finished.stdout == [INDEX.as_bytes(), &big()].concat(), "{version}");
    }
}

#[test]
#[ignore = "needs openssl: run by .ci/run"]
fn openssl_that_speaks_only_old_versions_is_refused() {
    let openssl = Openssl::start(&["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]).unwrap();
    let ca_file = openssl.ca_file();
    let url = format!("https://localhost:{}/", openssl.port);
    let finished = finished(["--cacert", &ca_file.to_string_lossy(), &url]);
    assert_eq!(finished.code, 35, "{}", finished.stderr);
}
