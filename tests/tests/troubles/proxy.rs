//! Proxies that refuse.

use limpid_io::{ClientBuilder, Settings};
use limpid_tests::script::answer;
use limpid_tests::server::Server;

use crate::facts::{DRIVERS, Facts};

#[test]
fn refused_tunnel_is_shown_with_proxy_its_setting_and_whether_credentials_were_sent() {
    for driver in DRIVERS {
        for (userinfo, sent) in [("", "false"), ("me:tiger@", "true")] {
            let script =
                answer("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
            let server = Server::tcp(vec![script]).unwrap();
            let proxy = format!("http://{userinfo}127.0.0.1:{}", server.port());
            let builder = ClientBuilder::<Settings>::default().proxy(proxy);
            let request = ("GET", "https://host.test/", &[][..]);
            let (facts, _) = Facts::of(driver, builder, &[request]);
            let route = |field| facts.last("route", field);
            assert_eq!(route("via"), "tunnel");
            assert_eq!(route("proxy"), format!("http://127.0.0.1:{}", server.port()));
            assert_eq!(route("why"), "an option of the client names it");
            assert_eq!(route("credentials"), sent);
            let decision = |field| facts.last("switch_decision", field);
            assert_eq!(decision("by"), "CONNECT");
            assert_eq!((decision("accepted"), decision("status")), ("false", "407"));
            let failure = facts.last("exchange.failed", "failure");
            assert!(failure.contains("proxy") && failure.contains("407"), "{failure}");
        }
    }
}

#[test]
fn dead_proxy_is_shown_as_the_peer() {
    use limpid_tests::server::Listen;

    for driver in DRIVERS {
        let server = Server::start(Listen::Refuse, Vec::new()).unwrap();
        let proxy = format!("socks5://127.0.0.1:{}", server.port());
        let builder = ClientBuilder::<Settings>::default().proxy(&proxy);
        let (facts, _) = Facts::of(driver, builder, &[("GET", "http://host.test/", &[])]);
        assert_eq!((facts.last("route", "via"), facts.last("route", "proxy")), ("socks5", &*proxy));
        let dialed = facts.last("dial.started", "address");
        assert_eq!(dialed, format!("127.0.0.1:{}", server.port()));
    }
}

#[test]
fn request_without_proxy_is_shown_as_direct() {
    for driver in DRIVERS {
        let server = Server::tcp(vec![answer("HTTP/1.1 204 No Content\r\n\r\n")]).unwrap();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let (facts, _) = Facts::of(driver, ClientBuilder::default(), &[("GET", &url, &[])]);
        assert_eq!(facts.last("route", "via"), "direct");
        assert_eq!(facts.last("route", "why"), "no proxy is set");
        assert_eq!(facts.last("route", "proxy"), "");
    }
}
