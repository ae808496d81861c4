//! Requests that name their server, as clients send them to a proxy.

use crate::proxy::{PATIENCE, Proxy, answering, lines, parts};

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

#[test]
fn request_goes_to_the_server_that_it_names() {
    let (address, heads) = answering(HELLO);
    let proxy = Proxy::start(&["--name", "me"]);
    for (target, path) in [("/a?b", "/a?b"), ("", "/"), ("?c", "/?c")] {
        let response = proxy.exchange(&format!(
            "GET http://{address}{target} HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n"
        ));
        assert_eq!(parts(&response).1, "hello");
        let received = heads.recv_timeout(PATIENCE).unwrap();
        let expected =
            [&format!("GET {path} HTTP/1.1"), &format!("Host: {address}"), "Via: 1.1 me"];
        assert_eq!(lines(&received), expected);
    }
}

#[test]
fn options_of_a_server_has_an_asterisk() {
    let (address, heads) = answering(HELLO);
    let proxy = Proxy::start(&[]);
    proxy.exchange(&format!(
        "OPTIONS http://{address} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    ));
    assert!(heads.recv_timeout(PATIENCE).unwrap().starts_with("OPTIONS * HTTP/1.1\r\n"));
}

#[test]
fn request_to_the_proxy_itself_is_refused() {
    let proxy = Proxy::start(&[]);
    let port = proxy.address.port();
    for (target, status) in [
        ("/".to_owned(), 400),
        (format!("http://127.0.0.1:{port}/"), 508),
        (format!("http://localhost:{port}/"), 508),
        (format!("http://0.0.0.0:{port}/"), 508),
        ("ftp://localhost/".to_owned(), 501),
    ] {
        let response = proxy
            .exchange(&format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{target} {response}");
    }
    assert_eq!(proxy.events("ForwardFailed", 5).len(), 5);
}

#[test]
fn clients_of_limpid_use_the_proxy() {
    let (address, _heads) = answering(HELLO);
    let proxy = Proxy::start(&[]);
    let url = format!("http://{address}/");
    assert_eq!(crate::common::output(["-x", &proxy.url(), &url]), "hello");
}
