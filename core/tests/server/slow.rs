//! Slow clients.

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
fn slow_head_is_refused() {
    let mut server = Server::with(options(), Handler::Target);
    server.client_sends("GET / HTTP/1.1\r\n");
    for _ in 0..9 {
        assert_eq!(server.advance(SECOND), "");
        server.client_sends("A: b\r\n");
    }
    assert_eq!(summary(&server.advance(SECOND)).0, "HTTP/1.1 408 Request Timeout");
    assert!(server.events().contains(&"deadline_passed why=\"the request's head\"".to_owned()));
}

#[test]
fn silent_client_receives_no_response() {
    let mut server = Server::with(options(), Handler::Target);
    server.client_sends("");
    assert_eq!(server.until.unwrap().why, Waiting::Head);
    assert_eq!(server.advance(9 * SECOND), "");
    assert!(!server.is_closed());
    assert_eq!(server.advance(SECOND), "");
    assert_eq!(server.closed, Some(false));
    server.assert_balanced();
}

#[test]
fn idle_timeout_applies_after_the_first_request() {
    let mut server = Server::with(options(), Handler::Target);
    server.client_sends("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(server.until.unwrap().why, Waiting::Idle);
    server.advance(59 * SECOND);
    assert!(!server.is_closed());
    server.client_sends("GET / HT");
    assert_eq!(server.until.unwrap().why, Waiting::Head);
    server.advance(9 * SECOND);
    assert!(server.client_sends("TP/1.1\r\nHost: h\r\n\r\n").starts_with("HTTP/1.1 200"));
    assert_eq!(server.advance(60 * SECOND), "");
    assert_eq!(server.closed, Some(false));
    assert_eq!(
        server.events().last().unwrap(),
        "connection.complete why=\"no other request came\" requests=2"
    );
}

#[test]
fn stalled_body_is_refused() {
    let mut server = Server::with(options(), Handler::Echo);
    server.client_sends("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc");
    assert_eq!(server.advance(19 * SECOND), "");
    assert_eq!(summary(&server.advance(SECOND)).0, "HTTP/1.1 408 Request Timeout");
    assert_eq!(server.failures, [Cause::TimedOut(Waiting::Body)]);
}

#[test]
fn body_below_the_minimum_rate_is_refused() {
    let mut server = Server::with(options(), Handler::Echo);
    server.client_sends("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 999\r\n\r\n");
    let mut seconds = 0;
    while server.failures.is_empty() {
        // A byte every ten seconds is not a stalled body, but ten times too slow.
        server.advance(10 * SECOND);
        server.client_sends("x");
        seconds += 10;
        assert!(seconds < 60);
    }
    assert_eq!(
        seconds, 30,
        "20 seconds are the allowance, and each byte earns a tenth of a second"
    );
}

#[test]
fn fast_start_of_a_body_does_not_allow_a_slow_rest() {
    let mut server = Server::with(options(), Handler::Echo);
    server.client_sends("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999\r\n\r\n");
    server.advance(SECOND);
    server.client_sends("x".repeat(9000));
    for _ in 0..3 {
        assert_eq!(server.failures, []);
        server.advance(10 * SECOND);
        server.client_sends("x");
    }
    assert_eq!(server.failures, [Cause::TimedOut(Waiting::Body)]);
}

/// A body that arrives steadily is still limited.
#[test]
fn request_that_takes_too_long_is_refused() {
    for handler in [Handler::Echo, Handler::Target] {
        for framing in ["Content-Length: 999", "Transfer-Encoding: chunked"] {
            let options = Options::with(|it| {
                it.timeouts = options().timeouts;
                it.timeouts.request = Some(100 * SECOND);
                it.timeouts.rate = 0;
            });
            let mut server = Server::with(options, handler);
            server.client_sends(format!("POST / HTTP/1.1\r\nHost: h\r\n{framing}\r\n\r\n"));
            let piece = if framing.ends_with("999") { "x" } else { "1\r\nx\r\n" };
            let mut output = String::new();
            for _ in 0..9 {
                output += &server.advance(10 * SECOND);
                output += &server.client_sends(piece);
            }
            let passed = "deadline_passed why=\"the whole request\"".to_owned();
            assert!(!server.events().contains(&passed), "{handler:?} {framing}");
            assert_eq!(server.until.unwrap().why, Waiting::Request, "{handler:?} {framing}");
            output += &server.advance(10 * SECOND);
            assert!(server.events().contains(&passed), "{handler:?} {framing}");
            if handler == Handler::Echo {
                let (line, body) = summary(&output);
                assert_eq!(line, "HTTP/1.1 408 Request Timeout");
                assert_eq!(body, "Request Timeout: the whole request took too long\n");
                assert!(output.contains("\r\nConnection: close\r\n"), "{output}");
                assert_eq!(server.failures, [Cause::TimedOut(Waiting::Request)]);
            }
            server.client_closes();
            assert!(server.is_closed());
            server.assert_balanced();
        }
    }
}

#[test]
fn complete_request_is_not_limited_while_it_is_answered() {
    let options = Options::with(|it| it.timeouts.request = Some(SECOND));
    let mut server = Server::with(options, Handler::Echo);
    server.client_sends("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nx");
    assert!(server.client_sends("y").starts_with("HTTP/1.1 200"));
    assert_eq!(server.until.unwrap().why, Waiting::Idle);
    server.advance(10 * SECOND);
    assert!(server.client_sends("GET / HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("HTTP/1.1 200"));
}

#[test]
fn client_that_does_not_read_is_reset() {
    let mut server = Server::with(options(), Handler::Target);
    server.step = 3;
    server.client_sends_unread("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
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
    assert!(server.events().contains(&"deadline_passed why=\"writing\"".to_owned()));
    server.run();
    server.assert_balanced();
}
