//! The conditions under which a connection can carry another exchange.

use limpid_core::http1::{BodySize, NotReusable};
use limpid_core::limits::Lenient;

use crate::side::{Side, tolerant};

#[test]
fn response_determines_reuse() {
    for (head, reuse) in [
        ("HTTP/1.1 204 X\r\n", Ok(())),
        ("HTTP/1.1 204 X\r\nConnection: closed\r\n", Ok(())),
        ("HTTP/1.1 204 X\r\nConnection: x, CLOSE\r\n", Err(NotReusable::PeerAsked)),
        ("HTTP/1.1 204 X\r\nConnection: keep-alive, close\r\n", Err(NotReusable::PeerAsked)),
        ("HTTP/1.0 204 X\r\n", Err(NotReusable::Http10)),
        ("HTTP/1.0 204 X\r\nConnection: Keep-Alive\r\n", Ok(())),
    ] {
        let mut client = Side::client_after("GET");
        client.receive(format!("{head}\r\n"));
        assert_eq!(client.connection.reuse(), reuse, "{head}");
    }
}

#[test]
fn own_connection_close_prevents_reuse() {
    let mut client = Side::client();
    client.send_empty_request("GET", "Host: a\nConnection: close");
    client.receive("HTTP/1.1 204 X\r\n\r\n");
    assert_eq!(client.connection.reuse(), Err(NotReusable::WeAsked));
}

#[test]
fn decision_is_emitted_once() {
    let response = "HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n";
    for (field, why) in
        [("", "both messages are complete"), ("\nConnection: close", "we said Connection: close")]
    {
        let mut client = Side::client();
        client.send_empty_request("GET", &format!("Host: a{field}"));
        client.receive(response);
        assert_eq!(client.reuse_decisions(), [why]);
    }
    for (version, why) in [
        ("1.0", "the peer speaks HTTP/1.0 without keep-alive"),
        ("1.1\r\nConnection: close", "the peer said Connection: close"),
        ("1.1", "both messages are complete"),
    ] {
        let mut server = Side::server();
        server.receive(format!("GET / HTTP/{version}\r\nHost: a\r\n\r\n"));
        server.send_empty_response();
        assert_eq!(server.reuse_decisions(), [why]);
    }
}

#[test]
fn first_reason_is_kept() {
    let mut client = Side::client_after("GET");
    client.receive("HTTP/1.1 200 X\r\nConnection: close\r\n\r\n");
    client.receive_eof();
    assert_eq!(client.connection.reuse(), Err(NotReusable::PeerAsked));
}

#[test]
fn tolerated_framing_prevents_reuse() {
    let config = tolerant(Lenient::LENGTH_WITH_CHUNKED);
    let mut client = Side::client_after_with("GET", config);
    let events = client.receive(
        "HTTP/1.1 200 X\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    );
    assert_eq!(events.last().unwrap(), "Paused");
    assert_eq!(client.connection.reuse(), Err(NotReusable::Tolerated));
}

#[test]
fn server_sends_persistence_to_an_http_10_client() {
    let mut server = Side::server();
    server.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_eq!(
        server.send_empty_response(),
        "HTTP/1.1 200 X\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"
    );
    assert_eq!(server.connection.reuse(), Ok(()));

    let mut server = Side::server();
    server.receive("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(
        server.send_empty_response(),
        "HTTP/1.1 200 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(server.connection.reuse(), Err(NotReusable::Http10));
}

#[test]
fn body_of_unknown_length_to_http_10_ends_with_the_connection() {
    let mut server = Side::server();
    server.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    server.respond(200, "", BodySize::Unknown).unwrap();
    server.data("hi").unwrap();
    server.finish("").unwrap();
    assert_eq!(server.take_output(), "HTTP/1.1 200 X\r\nConnection: close\r\n\r\nhi");
    assert_eq!(server.connection.reuse(), Err(NotReusable::UntilClose));
}

#[test]
fn response_of_unknown_length_to_head_keeps_the_connection() {
    let mut server = Side::server();
    server.receive("HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    server.respond(200, "", BodySize::Unknown).unwrap();
    server.finish("").unwrap();
    assert_eq!(server.take_output(), "HTTP/1.1 200 X\r\nConnection: keep-alive\r\n\r\n");
    assert_eq!(server.connection.reuse(), Ok(()));
}

#[test]
fn idle_connection_frees_its_buffers() {
    let mut client = Side::client_after("GET");
    client.receive("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
    client.connection.restart().unwrap();
    client.connection.free_buffers();
    client.send_empty_request("GET", "Host: a");
    assert_eq!(client.receive("HTTP/1.1 204 X\r\n\r\n").len(), 3);
}
