//! Reading, writing and noticing that the client is gone, each independent of the others.

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

/// A server whose handler has a request, does nothing, and is not waited for by the driver.
fn working(options: Options, request: &str) -> Server {
    let mut server = Server::with(options, Handler::Sleeps);
    server.hears(request);
    server
}

#[test]
fn output_goes_out_while_the_handler_works() {
    let mut server = working(Options::default(), GET);
    assert_eq!(server.interest, Interest { hangup: true, ..Interest::NONE });
    server.respond(200, BodySize::Unknown).unwrap();
    server.send(b"part");
    server.step = 0;
    server.step_once();
    assert_eq!(server.interest, Interest { hangup: true, ..Interest::WRITE });
    server.step = usize::MAX;
    assert!(server.hears("").ends_with("\r\n\r\n4\r\npart\r\n"));
    assert_eq!(server.interest, Interest { hangup: true, ..Interest::NONE });
}

#[test]
fn a_body_is_waited_for_while_output_waits() {
    let mut server = working(Options::default(), POST);
    server.respond(200, BodySize::Unknown).unwrap();
    server.session.read_body();
    server.step = 0;
    server.step_once();
    assert_eq!(server.interest, Interest { read: true, write: true, hangup: false });
    // The client sends, and takes nothing.
    server.receive(b"some");
    server.step = usize::MAX;
    server.handler = Handler::Echo;
    server.step_once();
    assert_eq!(server.session.body_progress(), (4, 9));
    assert_eq!(server.says(), "", "the piece of the body came first");
}

#[test]
fn a_body_is_not_read_unless_it_is_asked_for() {
    let mut server = working(Options::default(), POST);
    server.hears_nothing_yet("some");
    server.run();
    assert!(!server.interest.read);
    assert_eq!(server.session.body_progress().0, 0);
}

#[test]
fn a_next_request_is_waited_for_while_the_answer_waits() {
    let mut server = Server::new(Handler::Target);
    server.hears_nothing_yet(GET);
    while server.handled.is_empty() {
        server.step_once();
    }
    server.step = 0;
    server.step_once();
    assert_eq!(server.interest, Interest { read: true, ..Interest::WRITE });
    assert_eq!(server.until.unwrap().why, Waiting::Write, "the client has something to do first");
    server.step = usize::MAX;
    server.run();
    assert_eq!((server.interest, server.until.unwrap().why), (Interest::READ, Waiting::Idle));
}

#[test]
fn a_reset_ends_the_request_of_a_handler_that_works() {
    let mut server = working(Options::default(), GET);
    server.fails(RESET);
    server.run();
    assert_eq!(server.failures, [Cause::Os(RESET)]);
    assert_eq!(server.closed, Some(false));
    assert_eq!(server.says(), "");
    let told = server.told();
    assert_eq!(
        told[2..],
        ["request.failed failure=", "connection.failed failure="]
            .map(|failed| { format!("{failed}{:?}", Cause::Os(RESET).to_string()) })
    );
    server.is_balanced();
}

#[test]
fn a_handler_that_ends_after_a_reset_is_not_answered_for() {
    for outcome in [Outcome::Done, Outcome::Failed, Outcome::Panicked] {
        let mut server = working(Options::default(), GET);
        server.respond(200, BodySize::Length(0)).unwrap();
        server.fails(RESET);
        server.handles(outcome);
        server.run();
        assert_eq!((server.says().as_str(), server.closed), ("", Some(false)));
        assert!(server.told()[2].starts_with("request.failed"), "{:?}", server.told());
        server.is_balanced();
    }
}

#[test]
fn the_first_failure_counts() {
    let mut server = working(Options::default(), GET);
    server.fails(Cause::PeerGone);
    server.fails(RESET);
    server.run();
    assert_eq!(server.failures, [Cause::PeerGone]);
}

#[test]
fn a_half_close_changes_nothing_by_default() {
    let mut server = working(Options::default(), GET);
    server.half_closes();
    server.run();
    assert_eq!((server.failures.len(), server.closed), (0, None));
    server.respond(200, BodySize::Length(0)).unwrap();
    server.finish();
    assert_eq!(server.hears_the_end(), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(
        server.told()[2],
        "request.complete method=GET target=/a status=200 received=0 sent=0"
    );
    assert_eq!(server.closed, Some(false));
}

#[test]
fn a_half_close_cancels_the_request_if_it_is_to() {
    let options = || Options::with(|options| options.half_close = false);
    for noticed_by_reading in [false, true] {
        let mut server = working(options(), GET);
        if noticed_by_reading {
            server.ends();
        } else {
            server.half_closes();
        }
        server.run();
        assert_eq!(server.failures, [Cause::PeerGone]);
        assert_eq!(server.closed, Some(false));
        server.is_balanced();
    }
    // Between requests, it is the end that it always was.
    let mut server = Server::with(options(), Handler::Target);
    assert!(server.hears(GET).ends_with("/a"));
    server.half_closes();
    server.hears_the_end();
    assert_eq!(
        server.told().last().unwrap(),
        "connection.complete why=\"the client closed it\" requests=1"
    );
}

#[test]
fn a_call_that_the_state_forbids_changes_nothing() {
    let mut server = Server::new(Handler::Target);
    let refused = server.receives(1).unwrap_err();
    assert_eq!((refused.call, refused.misuse), (Call::HandleReceived, Misuse::State));
    server.run();
    let room = server.session.space(1).len();
    let refused = server.receives(room + 1).unwrap_err();
    assert_eq!((refused.call, refused.misuse), (Call::HandleReceived, Misuse::TooManyBytes));
    let refused = server.sends(0).unwrap_err();
    assert_eq!((refused.call, refused.misuse), (Call::HandleSent, Misuse::State));

    server.hears_nothing_yet(GET);
    server.step = 0;
    server.receive(GET.as_bytes());
    server.step_once();
    server.step_once();
    let out = server.session.out().concat();
    let refused = server.sends(out.len() + 1).unwrap_err();
    assert_eq!((refused.call, refused.misuse), (Call::HandleSent, Misuse::TooManyBytes));
    assert_eq!(server.session.out().concat(), out);
}

#[test]
fn a_late_timeout_does_not_end_what_was_begun_meanwhile() {
    let mut server = Server::new(Handler::Sleeps);
    server.hears("");
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
fn the_time_in_which_a_body_is_not_asked_for_does_not_count() {
    let mut server = working(Options::default(), POST);
    server.session.read_body();
    server.run();
    assert_eq!(server.until.unwrap().why, Waiting::Body);
    server.now = server.now + 15 * SECOND;
    // The handler does something else, for longer than the client has time.
    server.session.flush();
    server.run();
    server.now = server.now + 100 * SECOND;
    server.timeout();
    server.session.read_body();
    server.run();
    assert_eq!(server.waits(14 * SECOND), "");
    assert_eq!(server.failures, []);
    server.waits(SECOND);
    assert_eq!(server.failures, [Cause::TimedOut(Waiting::Body)]);
}
