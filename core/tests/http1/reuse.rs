//! Whether a connection can serve another exchange, and why not.

use limpid_core::http1::{BodySize, NotReusable};
use limpid_core::limits::Lenient;

use crate::side::{Side, tolerant};

#[test]
fn what_a_response_says_decides() {
    for (head, reuse) in [
        ("HTTP/1.1 204 X\r\n", Ok(())),
        ("HTTP/1.1 204 X\r\nConnection: closed\r\n", Ok(())),
        ("HTTP/1.1 204 X\r\nConnection: x, CLOSE\r\n", Err(NotReusable::PeerAsked)),
        ("HTTP/1.1 204 X\r\nConnection: keep-alive, close\r\n", Err(NotReusable::PeerAsked)),
        ("HTTP/1.0 204 X\r\n", Err(NotReusable::Http10)),
        ("HTTP/1.0 204 X\r\nConnection: Keep-Alive\r\n", Ok(())),
    ] {
        let mut client = Side::asked("GET");
        client.hears(format!("{head}\r\n"));
        assert_eq!(client.connection.reuse(), reuse, "{head}");
    }
}

#[test]
fn what_we_said_decides_too() {
    let mut client = Side::client();
    client.asks("GET", "Host: a\nConnection: close");
    client.hears("HTTP/1.1 204 X\r\n\r\n");
    assert_eq!(client.connection.reuse(), Err(NotReusable::WeAsked));
}

#[test]
fn the_first_reason_counts() {
    let mut client = Side::asked("GET");
    client.hears("HTTP/1.1 200 X\r\nConnection: close\r\n\r\n");
    client.hears_the_end();
    assert_eq!(client.connection.reuse(), Err(NotReusable::PeerAsked));
}

#[test]
fn a_message_whose_framing_was_tolerated_is_the_last() {
    let config = tolerant(Lenient::LENGTH_WITH_CHUNKED);
    let mut client = Side::asked_with("GET", config);
    let heard = client.hears(
        "HTTP/1.1 200 X\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    );
    assert_eq!(heard.last().unwrap(), "Paused");
    assert_eq!(client.connection.reuse(), Err(NotReusable::Tolerated));
}

#[test]
fn a_server_tells_a_client_of_http_10_whether_it_goes_on() {
    let mut server = Side::server();
    server.hears("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_eq!(
        server.answers(),
        "HTTP/1.1 200 X\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"
    );
    assert_eq!(server.connection.reuse(), Ok(()));

    let mut server = Side::server();
    server.hears("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(
        server.answers(),
        "HTTP/1.1 200 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(server.connection.reuse(), Err(NotReusable::Http10));
}

#[test]
fn a_body_of_unknown_length_to_http_10_ends_with_the_connection() {
    let mut server = Side::server();
    server.hears("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    server.respond(200, "", BodySize::Unknown).unwrap();
    server.data("hi").unwrap();
    server.finish("").unwrap();
    assert_eq!(server.says(), "HTTP/1.1 200 X\r\nConnection: close\r\n\r\nhi");
    assert_eq!(server.connection.reuse(), Err(NotReusable::UntilClose));
}

#[test]
fn the_same_answer_to_head_can_go_on() {
    let mut server = Side::server();
    server.hears("HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    server.respond(200, "", BodySize::Unknown).unwrap();
    server.finish("").unwrap();
    assert_eq!(server.says(), "HTTP/1.1 200 X\r\nConnection: keep-alive\r\n\r\n");
    assert_eq!(server.connection.reuse(), Ok(()));
}

#[test]
fn an_idle_connection_gives_its_memory_back() {
    let mut client = Side::asked("GET");
    client.hears("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
    client.connection.restart().unwrap();
    client.connection.free_buffers();
    client.asks("GET", "Host: a");
    assert_eq!(client.hears("HTTP/1.1 204 X\r\n\r\n").len(), 3);
}
