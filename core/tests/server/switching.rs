//! Switches of protocols.

use limpid_core::error::Misuse;
use limpid_core::http1::BodySize;
use limpid_core::server::Outcome;
use limpid_core::trace::NoSink;
use limpid_core::transport::Interest;

use crate::peer::{Handler, Server, summary};

#[test]
fn server_switches_after_101() {
    let mut server = Server::new(Handler::Switch(101));
    let output = server.client_sends(
        "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly",
    );
    assert_eq!(output, "HTTP/1.1 101 Switching Protocols\r\n\r\nearly");
    assert_eq!(server.client_sends("\0late"), "\0late");
    assert_eq!(server.client_sends("\r\n\r\n"), "\r\n\r\n", "the bytes are not read as HTTP");
    server.client_closes();
    assert!(server.switched.as_ref().unwrap().is_closed());
    assert!(!server.step_once(), "the session is over");
    assert_eq!(server.closed, None, "the handler owns the transport");
    assert_eq!(
        server.events().last().unwrap(),
        "connection.complete why=\"it has left HTTP/1.1\" requests=1"
    );
    server.assert_balanced();
}

#[test]
fn server_opens_a_tunnel_after_2xx() {
    let mut server = Server::new(Handler::Switch(200));
    let output = server.client_sends("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    assert_eq!(output, "HTTP/1.1 200 OK\r\n\r\n");
    server.step = 1;
    assert_eq!(server.client_sends("abc"), "abc");
}

#[test]
fn refused_tunnel_keeps_http() {
    let mut server = Server::new(Handler::Fixed(405, ""));
    let output = server.client_sends("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    assert_eq!(summary(&output).0, "HTTP/1.1 405 Method Not Allowed");
    server.handler = Handler::Target;
    assert!(server.client_sends("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").ends_with("/a"));
}

#[test]
fn switched_connection_is_available_after_its_response() {
    let mut server = Server::new(Handler::Sleeps);
    server.client_sends("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nearly");
    assert!(server.take_switched().is_none(), "the connection still uses HTTP");
    server.respond(200, BodySize::None).unwrap();
    assert!(server.take_switched().is_none(), "the response was not sent");
    server.session.flush();
    assert_eq!(server.client_sends(""), "HTTP/1.1 200 OK\r\n\r\n");
    assert!(server.take_switched().is_some());
    assert!(server.take_switched().is_none(), "it was taken before");
}

#[test]
fn bytes_during_the_response_belong_to_the_new_protocol() {
    let mut server = Server::new(Handler::Sleeps);
    server.client_sends("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nearly");
    server.respond(200, BodySize::None).unwrap();
    server.session.flush();
    server.client_sends("");
    server.handle_eof();
    let mut switched = server.take_switched().unwrap();
    let mut room = [0; 9];
    assert_eq!(switched.read(&mut room).unwrap(), Some(5));
    assert_eq!(&room[..5], b"early");
    assert_eq!(switched.read(&mut room).unwrap(), Some(0), "the client had closed its direction");
    switched.write(b"hello").unwrap();
    assert_eq!(switched.poll().unwrap(), Interest { read: false, write: true });
    assert_eq!(switched.out(), b"hello");
}

#[test]
fn untaken_switched_connection_is_closed_after_its_handler() {
    let mut server = Server::new(Handler::Sleeps);
    server.client_sends("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    server.respond(200, BodySize::None).unwrap();
    server.session.flush();
    server.client_sends("");
    server.end_handler(Outcome::Done);
    server.client_sends("");
    assert_eq!(server.closed, Some(false));
    assert!(server.take_switched().is_none());
    server.assert_balanced();
}

#[test]
fn body_cannot_be_sent_after_a_switch() {
    let mut server = Server::new(Handler::Sleeps);
    server.client_sends("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    server.respond(200, BodySize::None).unwrap();
    server.session.flush();
    server.client_sends("");
    let sent = server.session.send(server.now, &NoSink, b"data"[..].into());
    assert_eq!(sent.unwrap_err().misuse, Misuse::State);
}
