//! How connections end.

use std::time::Duration;

use limpid_core::error::{OsError, OsErrorKind};

use crate::peer::{Handler, Server};

#[test]
fn a_refused_client_is_waited_for_until_it_closes() {
    let mut server = Server::new(Handler::Target);
    assert!(server.hears("nonsense\r\n").starts_with("HTTP/1.1 400"));
    assert!(server.finished);
    assert_eq!(server.hears("x".repeat(100_000)), "", "what it still sends is thrown away");
    assert!(!server.is_closed());
    server.hears_the_end();
    assert_eq!(server.closed, Some(false));
    server.is_balanced();
}

#[test]
fn but_not_for_long() {
    let mut server = Server::new(Handler::Target);
    server.hears("nonsense\r\n");
    for _ in 0..3 {
        server.waits(Duration::from_millis(500));
        server.hears("more");
    }
    assert!(!server.is_closed());
    server.waits(Duration::from_millis(500));
    assert!(server.is_closed());
}

#[test]
fn a_transport_that_fails() {
    let reset = OsError { code: 104, kind: OsErrorKind::Reset };
    for request in ["", "GET / HT", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"] {
        let mut server = Server::new(Handler::Echo);
        server.hears(request);
        server.fails(reset);
        server.run();
        assert_eq!(server.closed, Some(false), "{request}");
        assert_eq!(server.failures.len(), server.handled.len(), "{request}");
        assert!(server.told().last().unwrap().starts_with("connection.failed"), "{request}");
        server.is_balanced();
    }
}

#[test]
fn an_abandoned_session_leaves_nothing_open() {
    for request in ["", "GET / HT", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"] {
        let mut server = Server::new(Handler::Echo);
        server.hears(request);
        server.cancels();
        assert!(!server.step_once(), "it is over");
        server.is_balanced();
    }
}
