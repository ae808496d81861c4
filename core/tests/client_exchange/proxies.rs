//! What a proxy is sent.

use std::sync::Arc;

use limpid_core::client::{Options, Proxy, ProxyOptions, ProxyRules, Request, RouteOptions};

use crate::bench::{Bench, Stop};

/// Returns a driver of a request to this URL, through this proxy.
fn through(url: &str, proxy: &str, edit: fn(&mut ProxyOptions)) -> Bench {
    let options = Options::with(|options| {
        options.proxies = ProxyRules::from(proxy.parse::<Proxy>().unwrap());
        let proxy = ProxyOptions::with(edit);
        options.route = Arc::new(RouteOptions { proxy, ..RouteOptions::default() });
    });
    let request = Request::builder(b"GET", url.parse().unwrap()).build();
    Bench::of(request, options, b"")
}

/// Returns a driver that has sent its first request.
fn sent(url: &str, proxy: &str, edit: fn(&mut ProxyOptions)) -> Bench {
    let mut bench = through(url, proxy, edit);
    let stop = bench.run();
    assert!(matches!(stop, Stop::Read(..)), "{stop:?}");
    bench
}

#[test]
fn tunnel_carries_requests_to_http_urls() {
    let mut bench = sent("http://a.test/x", "http://me:pw@p.test", |proxy| proxy.tunnel = true);
    assert_eq!(
        bench.sent(),
        "CONNECT a.test:80 HTTP/1.1\r\nHost: a.test:80\r\nAccept: */*\r\nProxy-Authorization: Basic bWU6cHc=\r\n\r\n"
    );
    let stop = bench.server_sends("HTTP/1.1 200 Connection established\r\n\r\n");
    assert!(matches!(stop, Stop::Read(..)), "{stop:?}");
    assert!(bench.sent().starts_with("GET /x HTTP/1.1\r\nHost: a.test\r\n"));
    let stop = bench.server_sends("HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(stop, Stop::Event("head 204".into()));
    assert_eq!(bench.run(), Stop::Done);
}

#[test]
fn refused_tunnel_is_an_error() {
    let mut bench = sent("http://a.test/", "http://p.test", |proxy| proxy.tunnel = true);
    let stop = bench.server_sends("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    assert!(matches!(stop, Stop::Failed(_)), "{stop:?}");
}

#[test]
fn connect_has_the_fields_for_the_proxy_and_its_version() {
    let mut bench = sent("http://a.test/", "http://me:pw@p.test", |proxy| {
        (proxy.tunnel, proxy.connect_http10) = (true, true);
        for (name, value) in [("Accept", "a/b"), ("proxy-authorization", "Other x"), ("X", "1")] {
            proxy.fields.push(name.as_bytes(), value.as_bytes());
        }
    });
    assert_eq!(
        bench.sent(),
        "CONNECT a.test:80 HTTP/1.0\r\nHost: a.test:80\r\nAccept: a/b\r\nproxy-authorization: Other x\r\nX: 1\r\n\r\n"
    );
    bench.server_sends("HTTP/1.0 200 OK\r\n\r\n");
    assert!(bench.sent().starts_with("GET / HTTP/1.1\r\n"));
}

#[test]
fn forwarded_requests_have_the_fields_for_the_proxy() {
    let mut bench = sent("http://a.test/", "http://p.test", |proxy| {
        proxy.fields.push(b"Host", b"p.test");
        proxy.fields.push(b"X", b"1");
    });
    let request = bench.sent();
    assert!(request.starts_with("GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n"), "{request}");
    assert!(request.ends_with("\r\nX: 1\r\n\r\n") && !request.contains("p.test"), "{request}");
}

#[test]
fn fields_for_the_proxy_do_not_change_where_a_message_ends() {
    let edits: [fn(&mut ProxyOptions); 2] = [
        |proxy| proxy.fields.push(b"Content-Length", b"5"),
        |proxy| {
            proxy.tunnel = true;
            proxy.fields.push(b"Transfer-Encoding", b"chunked");
        },
    ];
    for edit in edits {
        let stop = through("http://a.test/", "http://p.test", edit).run();
        assert!(matches!(stop, Stop::Failed(_)), "{stop:?}");
    }
}
