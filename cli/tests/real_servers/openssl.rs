//! OpenSSL's implementation of TLS.

use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::directory::Directory;
use limpid_tests::real::openssl::Openssl;
use limpid_tests::real::{INDEX, big};

use crate::both::finished;

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

#[test]
#[ignore = "needs openssl: run by .ci/run"]
fn openssl_is_shown_a_certificate_where_it_wants_one() {
    for version in ["-tls1_2", "-tls1_3"] {
        let certificates = Certificates::new().unwrap();
        let trusted = certificates.ca_file();
        let options = ["-Verify", "1", "-verify_return_error", "-CAfile"];
        let trusts = trusted.to_string_lossy();
        let openssl = Openssl::start(&[&[version], &options[..], &[&*trusts]].concat()).unwrap();
        let directory = Directory::new().unwrap();
        let client = certificates.issue(Identity::Good).unwrap();
        let pem = [client.certificate.pem(), client.key.serialize_pem()].concat();
        let cert = directory.write("client.pem", pem).unwrap();
        let ca_file = openssl.ca_file();
        let url = format!("https://localhost:{}/root/index.html", openssl.port);
        let (ca_file, cert) = (ca_file.to_string_lossy(), cert.to_string_lossy());
        let shown = finished(["--cacert", &ca_file, "--cert", &cert, &url]);
        assert_eq!((shown.code, shown.stdout.as_slice()), (0, INDEX.as_bytes()), "{version}");

        let hidden = finished(["--cacert", &ca_file, &url]);
        assert_ne!(hidden.code, 0, "{version}");
    }
}
