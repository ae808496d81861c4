//! Messages that could be read in two ways are not passed on.

use crate::proxy::{Proxy, answering};

#[test]
fn request_that_two_servers_could_read_differently_is_not_passed_on() {
    let (address, heads) = answering("HTTP/1.1 204 No Content\r\n\r\n");
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let body = "0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n";
    for (name, fields) in [
        ("both lengths", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        ("both lengths, turned", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
        ("two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n"),
        ("a list of lengths", "Content-Length: 5, 6\r\n"),
        ("a repeated length", "Content-Length: 5\r\nContent-Length: 5\r\n"),
        ("a length with a sign", "Content-Length: +5\r\n"),
        ("a hexadecimal length", "Content-Length: 0x5\r\n"),
        ("a coding that is not known", "Transfer-Encoding: xchunked\r\n"),
        ("a coding after chunked", "Transfer-Encoding: chunked, gzip\r\n"),
        ("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        ("a tab in the coding", "Transfer-Encoding: chun\tked\r\n"),
        ("a vertical tab", "Transfer-Encoding: \u{b}chunked\r\n"),
        ("a space before the colon", "Transfer-Encoding : chunked\r\n"),
        ("a folded line", "X: a\r\n Transfer-Encoding: chunked\r\n"),
        ("a folded first line", " X: a\r\n"),
        ("a bare CR", "X: a\rTransfer-Encoding: chunked\r\n"),
        ("a bare LF", "X: a\nTransfer-Encoding: chunked\r\n"),
        ("a NUL", "X: a\0b\r\n"),
        ("no colon", "Transfer-Encoding\r\n"),
        ("no name", ": chunked\r\n"),
        ("a name with a space", "Transfer Encoding: chunked\r\n"),
        ("a name with a parenthesis", "X(: 1\r\n"),
        ("a second host", "Host: y\r\n"),
        ("an invalid chunk", "Transfer-Encoding: chunked\r\nX: 1\r\n\r\n5 \r\nhello\r\n"),
        ("a chunk size with a sign", "Transfer-Encoding: chunked\r\n\r\n-1\r\n"),
        ("a bare LF after a chunk size", "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n"),
    ] {
        let response = proxy.exchange(&format!("POST / HTTP/1.1\r\nHost: x\r\n{fields}\r\n{body}"));
        assert!(
            response.starts_with("HTTP/1.1 4") || response.starts_with("HTTP/1.1 5"),
            "{name}: {response}"
        );
        assert_eq!(response.matches("HTTP/1.1 ").count(), 1, "{name}: {response}");
        // What was begun before the fault is not complete.
        while let Ok(head) = heads.try_recv() {
            assert!(!head.contains("evil") && name.contains("chunk"), "{name}: {head}");
        }
    }
    assert!(proxy.events("RequestRefused", 20).iter().all(|event| event["why"].is_string()));
}

#[test]
fn request_target_is_not_reinterpreted() {
    let (address, heads) = answering("HTTP/1.1 204 No Content\r\n\r\n");
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    for target in ["/a b", "/a#b", "a", "/\u{7f}", "http://a b/", "http://a@b/", "http:///"] {
        let response = proxy
            .exchange(&format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        assert!(response.starts_with("HTTP/1.1 4"), "{target:?}: {response}");
    }
    assert!(heads.try_recv().is_err());
}

#[test]
fn response_that_two_clients_could_read_differently_is_a_bad_gateway() {
    for (name, response) in [
        (
            "both lengths",
            "200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        ("two lengths", "200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
        ("a repeated length", "200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
        (
            "a coding that is not known",
            "200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        ),
        ("a bare CR", "200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n"),
        ("a NUL", "200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n"),
        ("a control character", "200 OK\r\nX: a\u{1}b\r\nContent-Length: 0\r\n\r\n"),
        ("an invalid name", "200 OK\r\nX(): a\r\nContent-Length: 0\r\n\r\n"),
        ("a name with a space", "200 OK\r\nX Y: a\r\nContent-Length: 0\r\n\r\n"),
        ("no colon", "200 OK\r\nX\r\nContent-Length: 0\r\n\r\n"),
        ("a reason with a control character", "200 O\u{1}K\r\nContent-Length: 0\r\n\r\n"),
        ("an invalid status", "99 OK\r\nContent-Length: 0\r\n\r\n"),
        ("a body with 205", "205 Reset\r\nContent-Length: 5\r\n\r\nhello"),
        ("no head", "200 OK\r\nX: a\r\n"),
        (
            "another protocol unasked",
            "101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        ),
    ] {
        let (address, _heads) = answering(format!("HTTP/1.1 {response}"));
        let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
        let received = proxy.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert!(received.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{name}: {received}");
        let [event] = &proxy.events("ForwardFailed", 1)[..] else { panic!() };
        assert!(event["error"].as_str().is_some_and(|error| !error.is_empty()), "{name}: {event}");
    }
}

#[test]
fn response_is_written_as_it_should_be() {
    for (response, expected) in [
        ("HTTP/1.1 200 OK\nX: a\nContent-Length: 0\n\n", "\r\nX: a\r\n"),
        ("HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 0\r\n\r\n", "\r\nX: a\r\n"),
        ("HTTP/1.1 200 OK\r\nX: a\r\n  b\r\nContent-Length: 0\r\n\r\n", "\r\nX: a b\r\n"),
        ("\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\n"),
    ] {
        let (address, _heads) = answering(response);
        let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
        let received = proxy.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert!(received.contains(expected), "{response:?}: {received:?}");
    }
}

#[test]
fn response_that_ends_early_looks_incomplete() {
    for response in [
        "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nx\r\n",
    ] {
        let (address, _heads) = answering(response);
        let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
        let received = proxy.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert!(received.contains("hello") && !received.ends_with("0\r\n\r\n"), "{received}");
        let [event] = &proxy.events("HandlerFailed", 1)[..] else { panic!() };
        assert!(event["error"].as_str().unwrap().starts_with("the server: "), "{event}");
    }
}
