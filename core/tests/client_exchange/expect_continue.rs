//! Requests whose body waits for `100 Continue` (RFC 9110 section 10.1.1).

use std::time::Duration;

use limpid_core::client::{Options, Request};
use limpid_core::error::{Cause, Phase};
use limpid_core::http1::BodySize;
use limpid_core::time::Waiting;

use crate::bench::{Bench, Stop};

const EXPECT: [(&str, &str); 1] = [("Expect", "100-Continue")];
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// Creates an exchange that has sent its head and waits.
fn waiting() -> Bench {
    let mut bench = Bench::new("POST", &EXPECT, b"the body");
    assert_eq!(bench.run(), Stop::Read(Some(Duration::from_secs(1)), "100 Continue"));
    let head = bench.sent();
    assert!(head.ends_with("\r\n\r\n"), "only the head is sent: {head:?}");
    bench.events();
    bench
}

fn read() -> Stop {
    Stop::Read(Some(Duration::from_secs(5)), "reading")
}

#[test]
fn body_follows_100_continue() {
    let mut bench = waiting();
    let asked = bench.server_sends("HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(asked, Stop::Event("informational 100".to_owned()));
    assert_eq!(bench.run(), read());
    assert_eq!(bench.sent(), "8\r\nthe body\r\n0\r\n\r\n");
    assert_eq!(bench.server_sends(OK), Stop::Event("head 200".to_owned()));
    assert_eq!(bench.run_to_end(), Ok(()));
    assert!(bench.link.is_some(), "the connection can be reused");
}

#[test]
fn wait_is_between_sending_head_and_body() {
    let mut bench = waiting();
    bench.server_sends("HTTP/1.1 100 Continue\r\n\r\n");
    bench.run();
    assert_eq!(
        bench.events(),
        [
            "expect_continue: true",
            "send_request_body.started",
            "send_request_body.complete",
            "receive_response_headers.started"
        ]
    );
}

#[test]
fn final_response_omits_the_body_and_closes_the_connection() {
    let mut bench = waiting();
    let answer = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno";
    assert_eq!(bench.server_sends(answer), Stop::Event("head 413".to_owned()));
    assert_eq!(bench.run(), Stop::Event("data no".to_owned()));
    assert_eq!(bench.run_to_end(), Ok(()));
    assert_eq!(bench.sent(), "", "no byte of the body");
    assert!(bench.link.is_none(), "the server may still wait for the body");
    assert_eq!(
        bench.events()[..4],
        [
            "expect_continue: false",
            "receive_response_headers.started",
            "receive_response_headers.complete",
            "HTTP Request"
        ]
    );
}

#[test]
fn body_is_sent_after_the_continue_timeout() {
    let mut bench = waiting();
    assert_eq!(bench.advance(999), Stop::Read(Some(Duration::from_secs(1)), "100 Continue"));
    assert_eq!(bench.sent(), "");
    assert_eq!(bench.advance(1), Stop::Read(Some(Duration::from_secs(6)), "reading"));
    assert_eq!(bench.sent(), "8\r\nthe body\r\n0\r\n\r\n");
    assert_eq!(bench.events()[..2], ["deadline_passed: 100 Continue", "expect_continue: true"]);
    // A late 100 Continue has no effect.
    let late = bench.server_sends("HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(late, Stop::Event("informational 100".to_owned()));
    assert!(matches!(bench.run(), Stop::Read(_, "reading")));
    assert_eq!(bench.server_sends(OK), Stop::Event("head 200".to_owned()));
    assert_eq!(bench.run_to_end(), Ok(()));
}

#[test]
fn other_bytes_do_not_extend_the_continue_timeout() {
    let mut bench = waiting();
    bench.advance(600);
    let early = bench.server_sends("HTTP/1.1 103 Early Hints\r\n\r\n");
    assert_eq!(early, Stop::Event("informational 103".to_owned()));
    let same = Stop::Read(Some(Duration::from_secs(1)), "100 Continue");
    assert_eq!(bench.run(), same);
    assert_eq!(bench.server_sends("HTTP/1.1 "), same);
    assert!(matches!(bench.advance(400), Stop::Read(_, "reading")));
    assert_eq!(bench.sent(), "8\r\nthe body\r\n0\r\n\r\n");
}

#[test]
fn failure_during_the_wait_is_a_failure_to_receive_the_response() {
    let mut bench = waiting();
    let Stop::Failed(error) = bench.server_closes() else { panic!() };
    assert_eq!(error.phase, Phase::ReceiveHead);
    assert!(error.is_empty_reply() && !error.is_safe_to_retry(), "{error:?}");
    let events = bench.events();
    assert_eq!(
        events[..2],
        ["receive_response_headers.started", "receive_response_headers.failed"],
        "{events:?}"
    );
}

#[test]
fn total_timeout_applies_during_the_wait() {
    let mut options = Options::default();
    options.timeouts.total = Some(Duration::from_millis(10));
    let request = Request::builder(b"PUT", "http://localhost/".parse().unwrap())
        .body(BodySize::Length(8))
        .expect_continue()
        .build();
    let mut bench = Bench::of(request, options, b"the body");
    assert!(matches!(bench.run(), Stop::Read(_, "the whole exchange")));
    let Stop::Failed(error) = bench.advance(10) else { panic!() };
    assert_eq!(error.cause, Cause::TimedOut(Waiting::Total));
}

#[test]
fn request_without_a_body_does_not_wait() {
    let request = |size| {
        Request::builder(b"PUT", "http://localhost/".parse().unwrap())
            .body(size)
            .expect_continue()
            .build()
    };
    for size in [BodySize::None, BodySize::Length(0)] {
        let request = request(size);
        assert_eq!(request.fields().fields().get("Expect"), None, "{size:?}");
        let mut bench = Bench::of(request, Options::default(), b"");
        assert_eq!(bench.run(), read());
    }
    let request = request(BodySize::Length(1));
    assert_eq!(request.fields().fields().get("Expect"), Some(&b"100-continue"[..]));
    assert!(request.expects_continue());
}

#[test]
fn redirect_that_drops_the_body_drops_the_expectation() {
    for (status, waits) in [("307 Temporary Redirect", true), ("303 See Other", false)] {
        let request = Request::builder(b"POST", "http://localhost/".parse().unwrap())
            .body(BodySize::Length(8))
            .expect_continue()
            .build();
        let options = Options::with(|options| options.redirects = Some(1));
        let mut bench = Bench::of(request, options, b"the body");
        bench.run();
        bench.sent();
        let redirect =
            format!("HTTP/1.1 {status}\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n");
        let stop = bench.server_sends(&redirect);
        assert_eq!(matches!(stop, Stop::Read(_, "100 Continue")), waits, "{stop:?}");
        assert_eq!(bench.sent().contains("Expect"), waits);
    }
}
