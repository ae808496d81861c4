//! Reading requests as a server.

use limpid_core::http1::{BodySize, NotReusable, Role, State, Version};
use limpid_core::limits::Lenient;

use crate::side::{Side, tolerant};

#[test]
fn server_reads_each_form_of_a_target() {
    for (head, expected) in [
        ("GET /a?b HTTP/1.1", "GET /a?b HTTP/1.1 [Host: a] -> None"),
        ("GET http://a:80/b HTTP/1.1", "GET http://a:80/b HTTP/1.1 [Host: a] -> None"),
        ("OPTIONS * HTTP/1.1", "OPTIONS * HTTP/1.1 [Host: a] -> None"),
        ("CONNECT a:443 HTTP/1.1", "CONNECT a:443 HTTP/1.1 [Host: a] -> Tunnel, close"),
    ] {
        let mut server = Side::server();
        let lines = server.receive(format!("{head}\r\nHost: a\r\n\r\n"));
        assert_eq!(lines, [expected, "end", "Paused"]);
    }
}

#[test]
fn server_reads_request_bodies() {
    let mut server = Side::server();
    assert_eq!(
        server.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
        ["POST / HTTP/1.1 [Host: a] [Content-Length: 3] -> Length(3)", "data abc", "end", "Paused"]
    );
    let mut server = Side::server();
    assert_eq!(
        server.receive(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
             3\r\nabc\r\n0\r\nX: y\r\n\r\n"
        ),
        [
            "POST / HTTP/1.1 [Host: a] [Transfer-Encoding: chunked] -> Chunked",
            "data abc",
            "end [X: y]",
            "Paused"
        ]
    );
}

#[test]
fn request_with_repeated_fields_is_read_like_any_other() {
    const CHUNKS: &str = "3\r\nabc\r\n0\r\nX: y\r\n\r\n";
    let bodies = [
        ("", ""),
        ("", ""),
        ("Content-Length: 3\r\n", "abc"),
        ("Content-Length: 3\r\n", "xyz"),
        ("Content-Length: 2\r\n", "ab"),
        ("Transfer-Encoding: chunked\r\n", CHUNKS),
        ("Transfer-Encoding: chunked\r\n", CHUNKS),
        ("Expect: 100-continue\r\nContent-Length: 1\r\n", "a"),
        ("Expect: 100-continue\r\nContent-Length: 1\r\n", "a"),
        ("Connection: close\r\n", ""),
    ];
    let mut kept = Side::server();
    for (at, (fields, body)) in bodies.into_iter().enumerate() {
        let (method, longer) = (["PUT", "POST"][at % 2], "a".repeat(at % 3));
        let request = format!("{method} /{longer} HTTP/1.1\r\nHost: a\r\n{fields}\r\n{body}");
        let is_last = at + 1 == bodies.len();
        for _ in 0..if is_last { 1 } else { 3 } {
            assert_eq!(kept.receive(&request), Side::server().receive(&request), "{request}");
            kept.send_empty_response();
            assert_eq!(kept.connection.restart().is_err(), is_last);
        }
    }
}

#[test]
fn repeated_fields_are_validated_for_their_request_line() {
    let fields = "Host: a:443\r\nConnection: keep-alive\r\n\r\n";
    let mut server = Side::server();
    for (first, version) in [
        ("GET / HTTP/1.1", Version::HTTP_11),
        ("GET / HTTP/1.0", Version::HTTP_10),
        ("GET / HTTP/1.0", Version::HTTP_10),
        ("GET / HTTP/1.1", Version::HTTP_11),
    ] {
        server.receive(format!("{first}\r\n{fields}"));
        assert_eq!(server.connection.peer_version(), version, "{first}");
        server.send_empty_response();
        server.connection.restart().unwrap();
    }
    for _ in 0..2 {
        server.receive(format!("CONNECT a:443 HTTP/1.1\r\n{fields}"));
        server.respond(403, "", BodySize::None).unwrap();
        server.finish("").unwrap();
        server.take_output();
        server.connection.restart().unwrap();
    }
    server.receive(format!("CONNECT a:443 HTTP/1.1\r\n{fields}"));
    server.respond(200, "", BodySize::None).unwrap();
    assert_eq!(server.drain(), ["Switched"], "the tunnel that the third request opens");
}

#[test]
fn tolerance_is_reported_for_each_request() {
    for (lenient, request) in [
        (Lenient::SPACE_BEFORE_COLON, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
        (Lenient::BARE_LF, "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        (Lenient::MINOR_VERSION, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
    ] {
        let mut server = Side::new(Role::Server, tolerant(lenient));
        for times in 1..4 {
            server.receive(request);
            assert_eq!(server.tolerated().len(), times);
            server.send_empty_response();
            server.connection.restart().unwrap();
        }
    }
}

#[test]
fn pipelined_requests_wait_for_earlier_responses() {
    let mut server = Side::server();
    let first =
        server.receive("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(first, ["GET /1 HTTP/1.1 [Host: a] -> None", "end", "Paused"]);
    assert_eq!(server.drain(), ["Paused"], "back-pressure until the answer is complete");
    assert!(server.connection.restart().is_err());
    assert_eq!(server.send_empty_response(), "HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(server.drain(), ["Paused"]);
    server.connection.restart().unwrap();
    assert_eq!(server.drain(), ["GET /2 HTTP/1.1 [Host: a] -> None", "end", "Paused"]);
}

#[test]
fn half_closed_client_is_answered() {
    let mut server = Side::server();
    server.connection.push(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    server.connection.eof();
    assert_eq!(server.drain(), ["GET / HTTP/1.1 [Host: a] -> None", "end", "Closed"]);
    assert_eq!(server.connection.state(Role::Client), State::Closed);
    assert_eq!(server.send_empty_response(), "HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(server.connection.reuse(), Err(NotReusable::PeerClosed));
    assert_eq!(server.connection.state(Role::Server), State::MustClose);
}

#[test]
fn pipelined_requests_before_a_half_close_are_answered() {
    let mut server = Side::server();
    server.connection.push(b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    server.connection.eof();
    server.drain();
    server.send_empty_response();
    server.connection.restart().unwrap();
    assert_eq!(server.drain(), ["GET /2 HTTP/1.1 [Host: a] -> None", "end", "Closed"]);
    assert!(server.send_empty_response().starts_with("HTTP/1.1 200"));
}

#[test]
fn idle_connection_may_end_at_any_time() {
    assert_eq!(Side::server().receive_eof(), ["Closed"]);
    let mut server = Side::server();
    server.receive("\r\n");
    assert_eq!(server.receive_eof(), ["Closed"]);
    let mut server = Side::server();
    server.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    server.send_empty_response();
    server.connection.restart().unwrap();
    assert_eq!(server.receive_eof(), ["Closed"]);
}

#[test]
fn end_within_a_request_is_an_error() {
    let mut server = Side::server();
    server.receive("GET / HT");
    assert_eq!(server.receive_eof(), ["EndInHead at 8"]);
    let mut server = Side::server();
    server.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab");
    assert_eq!(server.receive_eof(), ["EndInBody at 49"]);
}

#[test]
fn client_that_expects_100_continue_receives_it() {
    let mut server = Side::server();
    let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
    assert_eq!(
        server.receive(head),
        [
            "POST / HTTP/1.1 [Host: a] [Expect: 100-Continue] [Content-Length: 2] \
             -> Length(2), expects 100",
            "NeedInput"
        ]
    );
    server.inform(100, "").unwrap();
    assert_eq!(server.take_output(), "HTTP/1.1 100 X\r\n\r\n");
    assert_eq!(server.receive("hi"), ["data hi", "end", "Paused"]);
    server.send_empty_response();
    assert_eq!(server.connection.reuse(), Ok(()));
}

#[test]
fn expectation_of_an_http_10_client_is_ignored() {
    let mut server = Side::server();
    let events =
        server.receive("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n");
    assert!(events[0].ends_with("-> Length(0), close"), "{events:?}");
    assert!(server.inform(100, "").is_err());
}

#[test]
fn early_response_leaves_the_body_to_be_read() {
    let mut server = Side::server();
    server.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
    server.respond(403, "", BodySize::None).unwrap();
    server.finish("").unwrap();
    assert_eq!(server.connection.reuse(), Err(NotReusable::Unfinished));
    assert_eq!(server.receive("abc"), ["data abc", "end", "Paused"]);
    assert_eq!(server.connection.reuse(), Ok(()));
}

#[test]
fn tunnel_is_accepted_with_2xx() {
    let mut server = Side::server();
    server.receive("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nxyz");
    server.respond(200, "", BodySize::None).unwrap();
    assert_eq!(server.take_output(), "HTTP/1.1 200 X\r\n\r\n");
    assert_eq!(server.drain(), ["Switched"]);
    assert_eq!(server.connection.into_switched().unwrap(), b"xyz");
}

#[test]
fn tunnel_is_refused_with_any_other_status() {
    let mut server = Side::server();
    server.receive("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    server.respond(403, "", BodySize::None).unwrap();
    server.finish("").unwrap();
    assert_eq!(server.take_output(), "HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(server.connection.reuse(), Ok(()));
}

#[test]
fn upgrade_is_accepted_with_101_when_the_request_is_complete() {
    let mut server = Side::server();
    let fields = "Host: a\r\nConnection: Upgrade\r\nUpgrade: x\r\nContent-Length: 2";
    server.receive(format!("POST / HTTP/1.1\r\n{fields}\r\n\r\nh"));
    server.respond(101, "Upgrade: x\nConnection: upgrade", BodySize::None).unwrap();
    assert_eq!(server.take_output(), "HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
    assert_eq!(server.receive("i!"), ["data i", "end", "Switched"]);
    assert_eq!(server.connection.into_switched().unwrap(), b"!");
}

#[test]
fn upgrade_needs_both_fields_and_http_11() {
    for head in [
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    ] {
        let mut server = Side::server();
        server.receive(head);
        assert!(server.respond(101, "", BodySize::None).is_err(), "{head}");
    }
}

#[test]
fn invalid_request_can_be_answered() {
    let mut server = Side::server();
    assert_eq!(server.receive("GET / HTTP/2.0\r\n"), ["VersionUnsupported at 11 ('2')"]);
    server.respond(505, "", BodySize::None).unwrap();
    server.finish("").unwrap();
    assert_eq!(
        server.take_output(),
        "HTTP/1.1 505 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(server.connection.reuse(), Err(NotReusable::Failed));
}

#[test]
fn requests_after_connection_close_are_not_read() {
    let mut server = Side::server();
    let both =
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
    assert_eq!(server.receive(both).len(), 3);
    server.send_empty_response();
    assert_eq!(server.connection.reuse(), Err(NotReusable::PeerAsked));
    assert!(server.connection.restart().is_err());
    assert_eq!(server.drain(), ["Paused"]);
}
