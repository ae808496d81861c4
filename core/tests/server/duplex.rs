//! Reading, writing and detection of a closed client, independent of each other.

use std::time::Duration;

use limpid_core::error::{Call, Cause, Misuse, OsError, OsErrorKind};
use limpid_core::http1::BodySize;
use limpid_core::server::{Interest, Options, Outcome};
use limpid_core::time::Waiting;

use crate::peer::{Handler, Server};

const GET: &str = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
const POST: &str = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n";
const RESET: OsError = OsError { code: 104, kind: OsErrorKind::Reset };
const SECOND: Duration = Duration::from_secs(1);

/// Creates a server whose handler has a request and does nothing, without blocking the driver.
fn working(options: Options, request: &str) -> Server {
    let mut server = Server::with(options, Handler::Sleeps);
    server.client_sends(request);
    server
}

#[test]
fn output_is_sent_while_the_handler_works() {
    let mut server = working(Options::default(), GET);
    assert_eq!(server.interest, Interest { hangup: true, ..Interest::NONE });
    server.respond(200, BodySize::Unknown).unwrap();
    server.send(b"part");
    server.step = 0;
    server.step_once();
    assert_eq!(server.interest, Interest { hangup: true, ..Interest::WRITE });
    server.step = usize::MAX;
    assert!(server.client_sends("").ends_with("\r\n\r\n4\r\npart\r\n"));
    assert_eq!(server.interest, Interest { hangup: true, ..Interest::NONE });
}

#[test]
fn body_is_read_while_output_waits() {
    let mut server = working(Options::default(), POST);
    server.respond(200, BodySize::Unknown).unwrap();
    server.session.read_body();
    server.step = 0;
    server.step_once();
    assert_eq!(server.interest, Interest { read: true, write: true, hangup: false });
    // The client sends, and accepts nothing.
    server.receive(b"some");
    server.step = usize::MAX;
    server.handler = Handler::Echo;
    server.step_once();
    assert_eq!(server.session.body_progress(), (4, 9));
    assert_eq!(server.take_output(), "", "the piece of the body is handled first");
}

#[test]
fn body_is_read_only_on_request() {
    let mut server = working(Options::default(), POST);
    server.client_sends_unread("some");
    server.run();
    assert!(!server.interest.read);
    assert_eq!(server.session.body_progress().0, 0);
}

#[test]
fn next_request_is_read_while_the_response_waits() {
    let mut server = Server::new(Handler::Target);
    server.client_sends_unread(GET);
    while server.handled.is_empty() {
        server.step_once();
    }
    server.step = 0;
    server.step_once();
    assert_eq!(server.interest, Interest { read: true, ..Interest::WRITE });
    assert_eq!(server.until.unwrap().why, Waiting::Write, "the client must read first");
    server.step = usize::MAX;
    server.run();
    assert_eq!((server.interest, server.until.unwrap().why), (Interest::READ, Waiting::Idle));
}

#[test]
fn reset_ends_the_request_of_a_working_handler() {
    let mut server = working(Options::default(), GET);
    server.handle_failed(RESET);
    server.run();
    assert_eq!(server.failures, [Cause::Os(RESET)]);
    assert_eq!(server.closed, Some(false));
    assert_eq!(server.take_output(), "");
    let events = server.events();
    assert_eq!(
        events[2..],
        [("request", " received=0 sent=0"), ("connection", "")].map(|(span, sizes)| {
            format!("{span}.failed failure={:?}{sizes}", Cause::Os(RESET).to_string())
        })
    );
    server.assert_balanced();
}

#[test]
fn handler_that_ends_after_a_reset_sends_no_response() {
    for outcome in [Outcome::Done, Outcome::Failed, Outcome::Panicked] {
        let mut server = working(Options::default(), GET);
        server.respond(200, BodySize::Length(0)).unwrap();
        server.handle_failed(RESET);
        server.end_handler(outcome);
        server.run();
        assert_eq!((server.take_output().as_str(), server.closed), ("", Some(false)));
        assert!(server.events()[2].starts_with("request.failed"), "{:?}", server.events());
        server.assert_balanced();
    }
}

#[test]
fn first_failure_is_kept() {
    let mut server = working(Options::default(), GET);
    server.handle_failed(Cause::PeerGone);
    server.handle_failed(RESET);
    server.run();
    assert_eq!(server.failures, [Cause::PeerGone]);
}

#[test]
fn half_close_has_no_effect_by_default() {
    let mut server = working(Options::default(), GET);
    server.client_half_closes();
    server.run();
    assert_eq!((server.failures.len(), server.closed), (0, None));
    server.respond(200, BodySize::Length(0)).unwrap();
    server.finish();
    assert_eq!(server.client_closes(), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(
        server.events()[2],
        "request.complete method=GET target=/a status=200 received=0 sent=0"
    );
    assert_eq!(server.closed, Some(false));
}

#[test]
fn half_close_cancels_the_request_if_configured() {
    let options = || Options::with(|options| options.half_close = false);
    for noticed_by_reading in [false, true] {
        let mut server = working(options(), GET);
        if noticed_by_reading {
            server.handle_eof();
        } else {
            server.client_half_closes();
        }
        server.run();
        assert_eq!(server.failures, [Cause::PeerGone]);
        assert_eq!(server.closed, Some(false));
        server.assert_balanced();
    }
    // Between requests, a half-close ends the connection.
    let mut server = Server::with(options(), Handler::Target);
    assert!(server.client_sends(GET).ends_with("/a"));
    server.client_half_closes();
    server.client_closes();
    assert_eq!(
        server.events().last().unwrap(),
        "connection.complete why=\"the client closed it\" requests=1"
    );
}

#[test]
fn forbidden_call_has_no_effect() {
    let mut server = Server::new(Handler::Target);
    let refused = server.handle_received(1).unwrap_err();
    assert_eq!((refused.call, refused.misuse), (Call::HandleReceived, Misuse::State));
    server.run();
    let room = server.session.space(1).len();
    let refused = server.handle_received(room + 1).unwrap_err();
    assert_eq!((refused.call, refused.misuse), (Call::HandleReceived, Misuse::TooManyBytes));
    let refused = server.handle_sent(0).unwrap_err();
    assert_eq!((refused.call, refused.misuse), (Call::HandleSent, Misuse::State));

    server.client_sends_unread(GET);
    server.step = 0;
    server.receive(GET.as_bytes());
    server.step_once();
    server.step_once();
    let out = server.session.out().concat();
    let refused = server.handle_sent(out.len() + 1).unwrap_err();
    assert_eq!((refused.call, refused.misuse), (Call::HandleSent, Misuse::TooManyBytes));
    assert_eq!(server.session.out().concat(), out);
}

#[test]
fn late_timeout_does_not_end_a_later_request() {
    let mut server = Server::new(Handler::Sleeps);
    server.client_sends("");
    assert_eq!(server.until.unwrap().why, Waiting::Head);
    server.now = server.now + 11 * SECOND;
    server.receive(GET.as_bytes());
    server.step_once();
    assert_eq!(server.handled.len(), 1);
    server.timeout();
    server.run();
    assert_eq!(server.failures, []);
    assert_eq!(server.closed, None);
}

#[test]
fn body_timeout_excludes_time_without_a_read() {
    let mut server = working(Options::default(), POST);
    server.session.read_body();
    server.run();
    assert_eq!(server.until.unwrap().why, Waiting::Body);
    server.now = server.now + 15 * SECOND;
    // The handler is busy for longer than the limit of the client.
    server.session.flush();
    server.run();
    server.now = server.now + 100 * SECOND;
    server.timeout();
    server.session.read_body();
    server.run();
    assert_eq!(server.advance(14 * SECOND), "");
    assert_eq!(server.failures, []);
    server.advance(SECOND);
    assert_eq!(server.failures, [Cause::TimedOut(Waiting::Body)]);
}
