//! Clients that take their time.

use std::time::Duration;

use limpid_core::error::Cause;
use limpid_core::server::{Options, Timeouts};
use limpid_core::time::Waiting;

use crate::peer::{Handler, Server, summary};

const SECOND: Duration = Duration::from_secs(1);

fn options() -> Options {
    let timeouts = Timeouts::with(|timeouts| {
        timeouts.head = Some(10 * SECOND);
        timeouts.body = Some(20 * SECOND);
        timeouts.idle = Some(60 * SECOND);
        timeouts.rate = 10;
    });
    Options::with(|options| options.timeouts = timeouts)
}

#[test]
fn a_head_that_trickles_in() {
    let mut server = Server::with(options(), Handler::Target);
    server.hears("GET / HTTP/1.1\r\n");
    for _ in 0..9 {
        assert_eq!(server.waits(SECOND), "");
        server.hears("A: b\r\n");
    }
    assert_eq!(summary(&server.waits(SECOND)).0, "HTTP/1.1 408 Request Timeout");
    assert!(server.told().contains(&"deadline_passed why=\"the request's head\"".to_owned()));
}

#[test]
fn a_client_that_says_nothing_is_told_nothing() {
    let mut server = Server::with(options(), Handler::Target);
    server.hears("");
    assert_eq!(server.until.unwrap().why, Waiting::Head);
    assert_eq!(server.waits(9 * SECOND), "");
    assert!(!server.is_closed());
    assert_eq!(server.waits(SECOND), "");
    assert_eq!(server.closed, Some(false));
    server.is_balanced();
}

#[test]
fn a_kept_connection_may_be_idle_for_longer() {
    let mut server = Server::with(options(), Handler::Target);
    server.hears("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(server.until.unwrap().why, Waiting::Idle);
    server.waits(59 * SECOND);
    assert!(!server.is_closed());
    server.hears("GET / HT");
    assert_eq!(server.until.unwrap().why, Waiting::Head);
    server.waits(9 * SECOND);
    assert!(server.hears("TP/1.1\r\nHost: h\r\n\r\n").starts_with("HTTP/1.1 200"));
    assert_eq!(server.waits(60 * SECOND), "");
    assert_eq!(server.closed, Some(false));
    assert_eq!(
        server.told().last().unwrap(),
        "connection.complete why=\"no other request came\" requests=2"
    );
}

#[test]
fn a_body_that_stops() {
    let mut server = Server::with(options(), Handler::Echo);
    server.hears("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc");
    assert_eq!(server.waits(19 * SECOND), "");
    assert_eq!(summary(&server.waits(SECOND)).0, "HTTP/1.1 408 Request Timeout");
    assert_eq!(server.failures, [Cause::TimedOut(Waiting::Body)]);
}

#[test]
fn a_body_that_trickles() {
    let mut server = Server::with(options(), Handler::Echo);
    server.hears("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 999\r\n\r\n");
    let mut seconds = 0;
    while server.failures.is_empty() {
        // A byte every ten seconds is no body that stops, and ten times too slow.
        server.waits(10 * SECOND);
        server.hears("x");
        seconds += 10;
        assert!(seconds < 60);
    }
    assert_eq!(seconds, 20, "the time that it was given in advance");
}

#[test]
fn a_client_that_does_not_read() {
    let mut server = Server::with(options(), Handler::Target);
    server.step = 3;
    server.hears_nothing_yet("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    while server.writes.is_empty() {
        server.step_once();
    }
    server.step = 0;
    server.step_once();
    assert_eq!(server.until.unwrap().why, Waiting::Write);
    server.now = server.now + 29 * SECOND;
    server.timeout();
    server.step_once();
    assert!(!server.is_closed());
    server.now = server.now + SECOND;
    server.timeout();
    server.step_once();
    assert!(server.is_closed());
    assert!(server.told().contains(&"deadline_passed why=\"writing\"".to_owned()));
    server.run();
    server.is_balanced();
}
