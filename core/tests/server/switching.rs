//! Leaving HTTP/1.1.

use limpid_core::error::Misuse;
use limpid_core::http1::BodySize;
use limpid_core::server::Outcome;
use limpid_core::trace::NoSink;
use limpid_core::transport::Interest;

use crate::peer::{Handler, Server, summary};

#[test]
fn an_upgrade() {
    let mut server = Server::new(Handler::Switch(101));
    let said = server.hears(
        "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly",
    );
    assert_eq!(said, "HTTP/1.1 101 Switching Protocols\r\n\r\nearly");
    assert_eq!(server.hears("\0late"), "\0late");
    assert_eq!(server.hears("\r\n\r\n"), "\r\n\r\n", "nothing of it is HTTP");
    server.hears_the_end();
    assert!(server.switched.as_ref().unwrap().is_closed());
    assert!(!server.step_once(), "the session is over");
    assert_eq!(server.closed, None, "the transport is the handler's");
    assert_eq!(
        server.told().last().unwrap(),
        "connection.complete why=\"it has left HTTP/1.1\" requests=1"
    );
    server.is_balanced();
}

#[test]
fn a_tunnel() {
    let mut server = Server::new(Handler::Switch(200));
    let said = server.hears("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    assert_eq!(said, "HTTP/1.1 200 OK\r\n\r\n");
    server.step = 1;
    assert_eq!(server.hears("abc"), "abc");
}

#[test]
fn a_tunnel_that_is_not_wanted() {
    let mut server = Server::new(Handler::Fixed(405, ""));
    let said = server.hears("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    assert_eq!(summary(&said).0, "HTTP/1.1 405 Method Not Allowed");
    server.handler = Handler::Target;
    assert!(server.hears("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").ends_with("/a"));
}

#[test]
fn a_connection_is_taken_only_after_the_response_that_says_so() {
    let mut server = Server::new(Handler::Sleeps);
    server.hears("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nearly");
    assert!(server.takes_switched().is_none(), "it is still HTTP");
    server.respond(200, BodySize::None).unwrap();
    assert!(server.takes_switched().is_none(), "the response was not sent");
    server.session.flush();
    assert_eq!(server.hears(""), "HTTP/1.1 200 OK\r\n\r\n");
    assert!(server.takes_switched().is_some());
    assert!(server.takes_switched().is_none(), "it was taken");
}

#[test]
fn what_comes_while_the_response_is_sent_belongs_to_the_other_protocol() {
    let mut server = Server::new(Handler::Sleeps);
    server.hears("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nearly");
    server.respond(200, BodySize::None).unwrap();
    server.session.flush();
    server.hears("");
    server.ends();
    let mut switched = server.takes_switched().unwrap();
    let mut room = [0; 9];
    assert_eq!(switched.read(&mut room).unwrap(), Some(5));
    assert_eq!(&room[..5], b"early");
    assert_eq!(switched.read(&mut room).unwrap(), Some(0), "the client had closed its direction");
    switched.write(b"hello").unwrap();
    assert_eq!(switched.poll().unwrap(), Interest { read: false, write: true });
    assert_eq!(switched.out(), b"hello");
}

#[test]
fn a_connection_that_was_not_taken_is_closed_after_its_handler() {
    let mut server = Server::new(Handler::Sleeps);
    server.hears("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    server.respond(200, BodySize::None).unwrap();
    server.session.flush();
    server.hears("");
    server.handles(Outcome::Done);
    server.hears("");
    assert_eq!(server.closed, Some(false));
    assert!(server.takes_switched().is_none());
    server.is_balanced();
}

#[test]
fn a_body_cannot_be_sent_after_a_switch() {
    let mut server = Server::new(Handler::Sleeps);
    server.hears("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    server.respond(200, BodySize::None).unwrap();
    server.session.flush();
    server.hears("");
    let sent = server.session.send(server.now, &NoSink, b"data"[..].into());
    assert_eq!(sent.unwrap_err().misuse, Misuse::State);
}
