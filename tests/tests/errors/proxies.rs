//! Failures of proxies, and those of servers behind them.

use limpid_core::error::Cause;
use limpid_io::{ClientBuilder, Error, Settings};
use limpid_tests::script::{Script, Socks5, Step, answer, send};
use limpid_tests::server::{Listen, Server};

use crate::drivers::{DRIVERS, Fail, chain};

fn through(driver: Fail, scheme: &str, proxy: &Server, url: &str) -> Error {
    let proxy = format!("{scheme}://127.0.0.1:{}", proxy.port());
    driver(ClientBuilder::<Settings>::default().proxy(proxy), url, None)
}

#[test]
fn dead_proxy_is_named() {
    for driver in DRIVERS {
        for (scheme, url) in [
            ("http", "http://host.test/"),
            ("http", "https://host.test/"),
            ("https", "http://host.test/"),
            ("socks5", "http://host.test/"),
        ] {
            let proxy = Server::start(Listen::Refuse, Vec::new()).unwrap();
            let error = through(driver, scheme, &proxy, url);
            assert_eq!(error.proxy(), Some(("127.0.0.1", proxy.port())), "{scheme} {url}");
            assert!(error.is_connect());
            let named = format!("proxy 127.0.0.1:{}, for host.test:", proxy.port());
            let text = &chain(&error)[0];
            assert!(text.starts_with(&named), "{error}");
            assert!(text.contains(": failed while connecting: "), "{error}");
        }
    }
}

#[test]
fn proxy_that_refuses_a_tunnel_is_named() {
    for driver in DRIVERS {
        let script = answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        let proxy = Server::tcp(vec![script]).unwrap();
        let error = through(driver, "http", &proxy, "https://host.test/");
        assert_eq!(error.exchange().unwrap().cause, Cause::Proxy(403));
        assert_eq!(error.proxy(), Some(("127.0.0.1", proxy.port())));
        assert!(error.is_connect());
    }
}

#[test]
fn proxy_is_not_blamed_for_the_server_behind_it() {
    let tunnel: Script = vec![
        Step::ReadHead,
        send("HTTP/1.1 200 OK\r\n\r\n"),
        Step::ReadBytes(1),
        send("this is no TLS"),
    ];
    let socks: Script = vec![
        Step::Socks5(Socks5 { method: 0, authenticates: false, reply: Some(0) }),
        Step::ReadHead,
        send("this is no HTTP\r\n\r\n"),
    ];
    for driver in DRIVERS {
        for (scheme, url, script) in
            [("http", "https://host.test/", &tunnel), ("socks5", "http://host.test/", &socks)]
        {
            let proxy = Server::tcp(vec![script.clone()]).unwrap();
            let error = through(driver, scheme, &proxy, url);
            let cause = error.exchange().unwrap().cause;
            assert!(matches!(cause, Cause::Tls(_) | Cause::Peer(_)), "{cause:?}");
            assert_eq!(error.proxy(), None, "{scheme}");
        }
    }
}
