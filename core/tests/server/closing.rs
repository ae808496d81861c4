//! The end of connections.

use std::time::Duration;

use limpid_core::error::{OsError, OsErrorKind};

use crate::peer::{Handler, Server};

#[test]
fn connection_lingers_until_a_refused_client_closes() {
    let mut server = Server::new(Handler::Target);
    assert!(server.client_sends("nonsense\r\n").starts_with("HTTP/1.1 400"));
    assert!(server.finished);
    assert_eq!(server.client_sends("x".repeat(100_000)), "", "further bytes are discarded");
    assert!(!server.is_closed());
    server.client_closes();
    assert_eq!(server.closed, Some(false));
    server.assert_balanced();
}

#[test]
fn connection_lingers_only_for_a_limited_time() {
    let mut server = Server::new(Handler::Target);
    server.client_sends("nonsense\r\n");
    for _ in 0..3 {
        server.advance(Duration::from_millis(500));
        server.client_sends("more");
    }
    assert!(!server.is_closed());
    server.advance(Duration::from_millis(500));
    assert!(server.is_closed());
}

#[test]
fn transport_failure_ends_the_session() {
    let reset = OsError { code: 104, kind: OsErrorKind::Reset };
    for request in ["", "GET / HT", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"] {
        let mut server = Server::new(Handler::Echo);
        server.client_sends(request);
        server.handle_failed(reset);
        server.run();
        assert_eq!(server.closed, Some(false), "{request}");
        assert_eq!(server.failures.len(), server.handled.len(), "{request}");
        assert!(server.events().last().unwrap().starts_with("connection.failed"), "{request}");
        server.assert_balanced();
    }
}

#[test]
fn cancelled_session_leaves_no_span_open() {
    for request in ["", "GET / HT", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"] {
        let mut server = Server::new(Handler::Echo);
        server.client_sends(request);
        server.cancel();
        assert!(!server.step_once(), "the session is over");
        server.assert_balanced();
    }
}
