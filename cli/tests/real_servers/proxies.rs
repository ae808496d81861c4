//! Proxies: forwarding, tunnels and SOCKS5, with and without credentials.

use limpid_tests::command::Finished;
use limpid_tests::real::INDEX;
use limpid_tests::real::microsocks::Microsocks;
use limpid_tests::real::nginx::Nginx;
use limpid_tests::real::tinyproxy::Tinyproxy;

use crate::both::finished;

/// Requests nginx's page through a proxy, without and with TLS.
fn through(proxy: &str, nginx: &Nginx) -> [Finished; 2] {
    let ca_file = nginx.ca_file();
    let ca_file = ca_file.to_string_lossy();
    [format!("http://localhost:{}/", nginx.http), format!("https://localhost:{}/", nginx.https)]
        .map(|url| finished(["-v", "--cacert", &ca_file, "-x", proxy, &url]))
}

fn assert_page(finished: &Finished) {
    assert_eq!(
        (finished.code, finished.stdout.as_slice()),
        (0, INDEX.as_bytes()),
        "{}",
        finished.stderr,
    );
}

#[test]
#[ignore = "needs tinyproxy and nginx: run by .ci/run"]
fn tinyproxy_forwards_and_opens_tunnels() {
    let (nginx, proxy) = (Nginx::start().unwrap(), Tinyproxy::start(None).unwrap());
    let [plain, secure] = through(&format!("http://127.0.0.1:{}", proxy.port), &nginx);
    assert_page(&plain);
    // The proxy adds its name to a forwarded response.
    assert!(plain.stderr.contains("tinyproxy"), "{}", plain.stderr);
    assert_page(&secure);
    assert!(secure.stderr.contains("httpcore.proxy - start_tls.complete"), "{}", secure.stderr);
}

#[test]
#[ignore = "needs tinyproxy and nginx: run by .ci/run"]
fn tinyproxy_wants_credentials() {
    let nginx = Nginx::start().unwrap();
    let proxy = Tinyproxy::start(Some(("me", "secret"))).unwrap();
    for finished in through(&format!("http://me:secret@127.0.0.1:{}", proxy.port), &nginx) {
        assert_page(&finished);
        assert!(!finished.stderr.contains("secret"), "{}", finished.stderr);
    }
    let [plain, secure] = through(&format!("http://127.0.0.1:{}", proxy.port), &nginx);
    assert!(plain.stderr.contains(" 407 "), "{}", plain.stderr);
    assert_ne!(secure.code, 0);
    assert!(secure.stderr.contains("407"), "{}", secure.stderr);
}

#[test]
#[ignore = "needs microsocks and nginx: run by .ci/run"]
fn microsocks_connects_to_names_and_addresses() {
    let (nginx, proxy) = (Nginx::start().unwrap(), Microsocks::start(None).unwrap());
    for finished in through(&format!("socks5://127.0.0.1:{}", proxy.port), &nginx) {
        assert_page(&finished);
        assert!(
            finished.stderr.contains("setup_socks5_connection.complete"),
            "{}",
            finished.stderr
        );
    }
    let url = format!("http://127.0.0.1:{}/", nginx.http);
    assert_page(&finished(["-x", &format!("socks5h://127.0.0.1:{}", proxy.port), &url]));
}

#[test]
#[ignore = "needs microsocks and nginx: run by .ci/run"]
fn microsocks_wants_credentials() {
    let nginx = Nginx::start().unwrap();
    let proxy = Microsocks::start(Some(("me", "secret"))).unwrap();
    for finished in through(&format!("socks5://me:secret@127.0.0.1:{}", proxy.port), &nginx) {
        assert_page(&finished);
        assert!(!finished.stderr.contains("secret"), "{}", finished.stderr);
    }
    for finished in through(&format!("socks5://me:wrong@127.0.0.1:{}", proxy.port), &nginx) {
        assert_eq!(finished.code, 97, "{}", finished.stderr);
    }
    for finished in through(&format!("socks5://127.0.0.1:{}", proxy.port), &nginx) {
        assert_eq!(finished.code, 97, "{}", finished.stderr);
    }
}
