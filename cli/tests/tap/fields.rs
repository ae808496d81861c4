//! The fields that are passed on, and Via and Max-Forwards.

use crate::proxy::{PATIENCE, Proxy, answering, lines, parts};

#[test]
fn fields_of_a_request_keep_case_order_and_repetitions() {
    let (address, heads) = answering("HTTP/1.1 204 No Content\r\n\r\n");
    let proxy = Proxy::start(&["--to", &format!("http://{address}"), "--name", "me"]);
    proxy.exchange(
        "POST / HTTP/1.1\r\nx-a: 1\r\nConnection: close, X-Own, keep-alive\r\nX-A: 2\r\nHOST: x\r\nX-Own: 3\r\n\
         Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: Basic eA==\r\nUpgrade: h2c\r\n\
         HTTP2-Settings: AAA\r\nTE: gzip\r\nAuthorization: Bearer y\r\nVia: 1.0 fred\r\nContent-Length: 0\r\n\
         Empty:\r\nX-A: 1\r\n\r\n",
    );
    let received = heads.recv_timeout(PATIENCE).unwrap();
    let host = format!("HOST: {address}");
    let expected = [
        "POST / HTTP/1.1",
        "x-a: 1",
        "X-A: 2",
        &host,
        "Authorization: Bearer y",
        "Via: 1.0 fred",
        "Content-Length: 0",
        "Empty: ",
        "X-A: 1",
        "Via: 1.1 me",
    ];
    assert_eq!(lines(&received), expected);
}

#[test]
fn fields_of_a_response_keep_case_order_and_repetitions() {
    let (address, _heads) = answering(
        "HTTP/1.0 200 \r\nset-cookie: a\r\nServer: x/1\r\nSet-Cookie: b\r\nConnection: x-own\r\nX-Own: 1\r\n\
         Keep-Alive: 5\r\nProxy-Authenticate: Basic\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\
         Content-Length: 2\r\n\r\nok",
    );
    let proxy = Proxy::start(&["--to", &format!("http://{address}"), "--name", "me"]);
    let response = proxy.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let (head, body) = parts(&response);
    let expected = [
        "HTTP/1.1 200 ",
        "set-cookie: a",
        "Server: x/1",
        "Set-Cookie: b",
        "Date: Thu, 01 Jan 1970 00:00:00 GMT",
        "Content-Length: 2",
        "Via: 1.0 me",
        "Connection: close",
    ];
    assert_eq!((lines(head), body), (expected.to_vec(), "ok"));
}

#[test]
fn response_without_date_has_one() {
    let (address, _heads) = answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let response = proxy.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    // RFC 9110 section 6.6.1.
    assert!(response.contains("\r\nDate: "), "{response}");
    assert!(!response.contains("\r\nServer: "), "{response}");
}

#[test]
fn length_of_a_response_without_a_body_is_passed_on() {
    for (method, response, expected) in [
        ("HEAD", "200 OK\r\nContent-Length: 7\r\n", "Content-Length: 7"),
        ("HEAD", "200 OK\r\nContent-Length: 0\r\n", "Content-Length: 0"),
        ("GET", "304 Not Modified\r\nContent-Length: 7\r\n", "Content-Length: 7"),
        ("GET", "304 Not Modified\r\n", ""),
        ("HEAD", "200 OK\r\nTransfer-Encoding: chunked\r\n", ""),
        ("GET", "204 No Content\r\nContent-Length: 0\r\n", ""),
        ("GET", "205 Reset Content\r\nContent-Length: 0\r\n", "Content-Length: 0"),
        ("GET", "200 OK\r\nContent-Length: 0\r\n", "Content-Length: 0"),
    ] {
        let (address, _heads) = answering(format!("HTTP/1.1 {response}\r\n"));
        let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
        let request = format!("{method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let received = proxy.exchange(&request);
        let length = lines(&received).into_iter().find(|line| line.starts_with("Content-Length"));
        assert!(received.starts_with(&format!("HTTP/1.1 {}", &response[..3])), "{received}");
        assert_eq!(length.unwrap_or_default(), expected, "{method} {response}");
        assert!(received.ends_with("\r\n\r\n") && !received.contains("chunked"), "{received}");
    }
}

#[test]
fn request_that_has_passed_the_proxy_is_a_loop() {
    let (address, heads) = answering("HTTP/1.1 204 No Content\r\n\r\n");
    let proxy = Proxy::start(&["--to", &format!("http://{address}"), "--name", "me"]);
    let response = proxy
        .exchange("GET / HTTP/1.1\r\nHost: x\r\nVia: 1.1 a, 1.1 ME\r\nConnection: close\r\n\r\n");
    assert!(response.starts_with("HTTP/1.1 508 Loop Detected\r\n"), "{response}");
    assert_eq!(proxy.events("ForwardFailed", 1)[0]["status"], 508);
    assert!(heads.try_recv().is_err());
}

#[test]
fn max_forwards_limits_trace_and_options() {
    let (address, heads) = answering("HTTP/1.1 204 No Content\r\n\r\n");
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let request = |method: &str, hops: u32| {
        format!(
            "{method} /a HTTP/1.1\r\nHost: x\r\nCookie: secret\r\nMax-Forwards: {hops}\r\nConnection: close\r\n\r\n"
        )
    };
    let response = proxy.exchange(&request("TRACE", 0));
    let (head, body) = parts(&response);
    assert!(head.contains("\r\nContent-Type: message/http\r\n"), "{head}");
    assert_eq!(
        body,
        "TRACE /a HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\nConnection: close\r\n\r\n"
    );
    let response = proxy.exchange(&request("OPTIONS", 0));
    assert!(
        response.starts_with("HTTP/1.1 200 OK\r\n") && response.contains("\r\nAllow: "),
        "{response}"
    );
    assert!(heads.try_recv().is_err());
    for (method, sent, received) in [("TRACE", 2, 1), ("OPTIONS", 1, 0), ("GET", 0, 0)] {
        proxy.exchange(&request(method, sent));
        let head = heads.recv_timeout(PATIENCE).unwrap();
        assert!(head.contains(&format!("\r\nMax-Forwards: {received}\r\n")), "{head}");
    }
}
