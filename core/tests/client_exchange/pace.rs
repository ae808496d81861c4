//! The minimum rate of servers, in virtual time.

use std::time::Duration;

use limpid_core::client::{Action, Emitted, Interest, Options, Request};
use limpid_core::error::{Cause, Error, Phase};
use limpid_core::http1::BodySize;
use limpid_core::time::Waiting;

use crate::bench::{Bench, Stop};
use crate::upload::{Upload, post};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
const BOTH: Interest = Interest { read: true, write: true, body: false };
const SOURCE: Interest = Interest { read: true, write: false, body: true };

/// Returns options with a minimum of 10 bytes per second, for which a server may be ten seconds late.
fn options() -> Options {
    Options::with(|options| {
        options.timeouts.read = None;
        options.timeouts.write = None;
        options.timeouts.rate = 10;
        options.timeouts.rate_time = Duration::from_secs(10);
    })
}

fn get() -> Bench {
    let request = Request::builder(b"GET", "http://localhost/".parse().unwrap()).build();
    let mut bench = Bench::of(request, options(), b"");
    bench.run();
    bench
}

/// Returns the reason to stop of an exchange that reads until this second.
fn reads_until(seconds: u64) -> Stop {
    Stop::Read(Some(Duration::from_secs(seconds)), "the minimum rate")
}

/// The exchange reads, and nothing limits it.
const READS: Stop = Stop::Read(None, "");

fn assert_too_slow(error: &Error, phase: Phase) {
    assert_eq!((error.cause, error.phase), (Cause::TimedOut(Waiting::Rate), phase));
    assert_eq!((error.limit(), error.rate()), (Some(Duration::from_secs(10)), Some(10)));
    let text = "the transfer is 10s behind the minimum rate of 10 bytes per second (minimum_rate \
                changes it)";
    assert!(error.is_timeout() && error.to_string().ends_with(text), "{error}");
}

fn failed(stop: Stop) -> Error {
    let Stop::Failed(error) = stop else { panic!("{stop:?}") };
    error
}

#[test]
fn slow_head_is_cut_off() {
    let mut bench = get();
    assert_eq!(bench.server_sends("HTTP/1.1 "), reads_until(10));
    bench.events();
    for _ in 0..2 {
        assert!(matches!(bench.advance(4_000), Stop::Read(..)));
        assert!(matches!(bench.server_sends("2"), Stop::Read(..)));
    }
    assert_too_slow(&failed(bench.advance(2_200)), Phase::ReceiveHead);
    assert!(bench.events().contains(&"deadline_passed: the minimum rate".to_owned()));
}

#[test]
fn slow_body_is_cut_off() {
    let mut bench = get();
    bench.server_sends(HEAD);
    assert_eq!(bench.run(), reads_until(10));
    // A byte each second is a tenth of the minimum.
    for _ in 0..10 {
        assert!(matches!(bench.advance(1_000), Stop::Read(..)));
        bench.server_sends("x");
        assert!(matches!(bench.run(), Stop::Read(..)));
    }
    assert!(matches!(bench.advance(999), Stop::Read(..)));
    assert_too_slow(&failed(bench.advance(1)), Phase::ReceiveBody);
    assert!(bench.link.is_none(), "the connection is not reused");
}

#[test]
fn body_at_the_minimum_rate_is_received() {
    let mut bench = get();
    bench.server_sends(HEAD);
    bench.run();
    for _ in 0..1_000 {
        assert!(matches!(bench.advance(9_999), Stop::Read(..)));
        assert_eq!(
            bench.server_sends(&"x".repeat(100)),
            Stop::Event(format!("data {}", "x".repeat(100)))
        );
        bench.run();
    }
}

#[test]
fn fast_start_of_a_body_does_not_allow_a_slow_rest() {
    let mut bench = get();
    bench.server_sends(HEAD);
    bench.run();
    bench.advance(1_000);
    bench.server_sends(&"x".repeat(90_000));
    assert_eq!(bench.run(), reads_until(11));
    assert_too_slow(&failed(bench.advance(10_000)), Phase::ReceiveBody);
}

#[test]
fn wait_for_the_response_to_begin_is_not_limited() {
    let mut bench = get();
    assert_eq!(bench.advance(1_000_000), READS);
    // After an informational response, the server may work on as well.
    bench.server_sends("HTTP/1.1 103 Early Hints\r\n\r\n");
    assert_eq!(bench.run(), READS);
    assert_eq!(bench.advance(1_000_000), READS);
    assert_eq!(bench.server_sends("HTTP/1.1 "), reads_until(2_010));
}

#[test]
fn slow_reader_is_not_a_slow_server() {
    let mut bench = get();
    bench.server_sends(HEAD);
    bench.run();
    for _ in 0..100 {
        assert!(matches!(bench.advance(1_000), Stop::Read(..)));
        bench.server_sends("0123456789");
        // The caller keeps this piece for a while.
        bench.now = bench.now + Duration::from_secs(1_000);
        assert!(matches!(bench.run(), Stop::Read(..)));
    }
}

#[test]
fn held_response_is_not_a_slow_server() {
    let mut bench = get();
    bench.server_sends(HEAD);
    assert_eq!(bench.run(), reads_until(10));
    bench.exchange.hold(true);
    bench.now = bench.now + Duration::from_secs(1_000);
    bench.exchange.hold(false);
    assert_eq!(bench.advance(0), reads_until(1_010));
}

#[test]
fn abandoned_wait_counts_up_to_its_end() {
    let mut bench = get();
    bench.server_sends(HEAD);
    assert_eq!(bench.run(), reads_until(10));
    for second in 1..=9 {
        bench.now = bench.now + Duration::from_secs(1);
        bench.exchange.pause(bench.now);
        bench.now = bench.now + Duration::from_secs(100);
        assert_eq!(bench.advance(0), reads_until(second * 101 + 10 - second));
    }
    assert_too_slow(&failed(bench.advance(1_000)), Phase::ReceiveBody);
}

#[test]
fn bytes_that_arrived_in_time_end_the_wait() {
    let mut bench = get();
    bench.server_sends(HEAD);
    assert_eq!(bench.run(), reads_until(10));
    bench.now = bench.now + Duration::from_secs(10);
    bench.exchange.space(200)[..200].fill(b'x');
    bench.exchange.handle_received(200, bench.now, &limpid_core::trace::NoSink).unwrap();
    assert!(matches!(bench.advance(0), Stop::Event(_)));
    assert_eq!(bench.run(), reads_until(20));
}

/// Starts an upload of 1,000 bytes, of which the transport has taken none.
fn upload() -> Upload {
    let mut upload = Upload::new(1_000, options());
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    upload.source_yields(1_000);
    assert_eq!(upload.poll(), Action::Wait(BOTH));
    upload
}

#[test]
fn server_that_takes_the_body_slowly_is_cut_off() {
    let mut upload = upload();
    assert_eq!(upload.until(), Some((10_000, Waiting::Rate)));
    for _ in 0..9 {
        upload.advance(1_000);
        upload.transport_accepts(1);
        assert_eq!(upload.poll(), Action::Wait(BOTH));
        assert!(upload.until().is_some());
    }
    upload.advance(1_900);
    assert_too_slow(&upload.error(), Phase::SendBody);
}

#[test]
fn bytes_of_both_directions_count() {
    let mut upload = upload();
    upload.until();
    upload.server_sends(HEAD);
    assert_eq!(upload.poll(), Action::Event(Emitted::Head));
    for _ in 0..50 {
        assert_eq!(upload.poll(), Action::Wait(BOTH));
        upload.until();
        upload.advance(1_000);
        upload.transport_accepts(5);
        upload.server_sends("01234");
        assert_eq!(upload.poll(), Action::Event(Emitted::Data));
    }
}

#[test]
fn slow_source_is_not_a_slow_server() {
    let mut upload = Upload::new(1_000, options());
    for _ in 0..3 {
        assert_eq!(upload.poll(), Action::Wait(SOURCE));
        assert_eq!(upload.until(), None);
        upload.advance(1_000_000);
        assert_eq!(upload.poll(), Action::Wait(SOURCE));
        upload.source_yields(10);
        upload.poll();
        upload.transport_accepts(10);
    }
    // Nor after the response has begun.
    upload.server_sends("HTTP/1.1 200 OK\r\n");
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    assert_eq!(upload.until(), None);
}

#[test]
fn wait_for_100_continue_is_not_limited() {
    let request = post().field(b"Expect", b"100-continue").body(BodySize::Length(10)).build();
    let mut upload = Upload::making(request, options());
    assert_eq!(upload.poll(), Action::Wait(Interest::READ));
    assert_eq!(upload.until(), Some((1_000, Waiting::Continue)));
    upload.advance(1_000);
    assert_eq!(upload.poll(), Action::Wait(SOURCE));
    assert_eq!(upload.until(), None);
}

#[test]
fn each_request_of_a_connection_starts_anew() {
    let mut bench = get();
    bench.server_sends("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n");
    assert_eq!(bench.run(), reads_until(10));
    bench.advance(9_000);
    bench.server_sends("x");
    assert_eq!(bench.run(), Stop::Done);
    let request = Request::builder(b"GET", "http://localhost/".parse().unwrap()).build();
    let mut second = Bench::of(request, options(), b"");
    (second.link, second.now) = (bench.link.take(), bench.now);
    assert_eq!(second.run(), READS);
    assert_eq!(second.server_sends("H"), reads_until(19));
}

#[test]
fn request_after_a_redirect_starts_anew() {
    let request = Request::builder(b"GET", "http://localhost/".parse().unwrap()).build();
    let mut options = options();
    (options.redirects, options.drain) = (Some(1), None);
    let mut bench = Bench::of(request, options, b"");
    bench.run();
    let head = "HTTP/1.1 307 Temporary Redirect\r\nLocation: /next\r\nContent-Length: 1\r\n\r\n";
    assert_eq!(bench.server_sends(head), reads_until(10));
    assert!(matches!(bench.advance(9_000), Stop::Read(..)));
    assert_eq!(bench.server_sends("x"), READS);
    assert_eq!(bench.server_sends("H"), reads_until(19));
}

#[test]
fn discarded_response_has_the_deadline_of_draining_only() {
    let mut bench = get();
    bench.server_sends("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    assert_eq!(bench.run(), reads_until(10));
    let drain = Stop::Read(Some(Duration::from_millis(50)), "the rest of the response");
    assert_eq!(bench.discard(), drain);
}

#[test]
fn total_timeout_may_end_first() {
    let request = Request::builder(b"GET", "http://localhost/".parse().unwrap()).build();
    let mut options = options();
    options.timeouts.total = Some(Duration::from_secs(5));
    let mut bench = Bench::of(request, options, b"");
    bench.run();
    bench.server_sends("HTTP/1.1 ");
    assert_eq!(failed(bench.advance(5_000)).cause, Cause::TimedOut(Waiting::Total));
}
