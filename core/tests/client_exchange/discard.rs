//! Responses whose rest the caller does not take, and bodies of redirects.

use std::time::Duration;

use limpid_core::client::{DrainLimits, Options, Request};
use limpid_core::error::Cause;

use crate::bench::{Bench, Stop};

const LIMIT: usize = 64 * 1024;

/// Returns an exchange that has received the head of this response, and what came with it.
fn headed(options: Options, response: &str) -> Bench {
    let request = Request::builder(b"GET", "http://localhost/".parse().unwrap()).build();
    let mut bench = Bench::of(request, options, b"");
    assert!(matches!(bench.run(), Stop::Read(..)));
    assert_eq!(bench.server_sends(response), Stop::Event("head 200".to_owned()));
    bench.events();
    bench
}

fn decision(bench: &Bench) -> Vec<String> {
    let events = bench.events().into_iter();
    events.filter_map(|event| event.strip_prefix("drain_decision: ").map(str::to_owned)).collect()
}

fn is_cancelled(stop: &Stop) -> bool {
    matches!(stop, Stop::Failed(error) if error.cause == Cause::Cancelled)
}

fn chunked(length: usize) -> String {
    let body = "x".repeat(length);
    format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
    )
}

#[test]
fn connection_is_kept_if_the_rest_has_arrived() {
    for (response, bytes) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned(), 0),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".to_owned(), 5),
        (chunked(4000), 4000),
    ] {
        let mut bench = headed(Options::default(), &response);
        assert_eq!(bench.discard(), Stop::Done);
        assert!(bench.link.is_some());
        assert_eq!(
            decision(&bench),
            [format!("{bytes}, true, the rest of the response has arrived")]
        );
    }
}

#[test]
fn only_what_was_not_taken_counts() {
    let mut bench =
        headed(Options::default(), "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    assert_eq!(bench.run(), Stop::Event("data hello".to_owned()));
    assert!(matches!(bench.discard(), Stop::Read(..)));
    assert_eq!(bench.server_sends("again"), Stop::Done);
    assert_eq!(decision(&bench), ["5, true, the rest of the response has arrived"]);
}

#[test]
fn rest_is_awaited_for_a_limited_time() {
    let mut bench = headed(Options::default(), "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
    let until = || Stop::Read(Some(Duration::from_millis(50)), "the rest of the response");
    assert_eq!(bench.discard(), until());
    bench.advance(30);
    // Bytes do not renew the time.
    assert_eq!(bench.server_sends("hello"), until());
    let stop = bench.advance(20);
    assert!(is_cancelled(&stop), "{stop:?}");
    assert!(bench.link.is_none());
    assert_eq!(decision(&bench), ["5, false, the rest of the response has not arrived in time"]);
}

#[test]
fn driver_that_does_not_wait_cancels() {
    let mut bench = headed(Options::default(), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
    assert!(matches!(bench.discard(), Stop::Read(..)));
    assert!(is_cancelled(&bench.cancel()));
    assert_eq!(decision(&bench), ["3, false, the rest of the response has not arrived"]);
}

#[test]
fn connection_is_closed_if_the_rest_is_too_long() {
    let too_long = "false, the rest of the body is longer than what is discarded";
    let length = LIMIT + 1;
    let mut announced =
        headed(Options::default(), &format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"));
    assert!(is_cancelled(&announced.discard()));
    assert_eq!(decision(&announced), [format!("0, {too_long}")]);

    // Chunks are not announced.
    let mut chunks =
        headed(Options::default(), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert!(matches!(chunks.discard(), Stop::Read(..)));
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    for _ in 0..16 {
        assert!(matches!(chunks.server_sends(&chunk), Stop::Read(..)));
    }
    assert!(is_cancelled(&chunks.server_sends(&chunk)));
    assert_eq!(decision(&chunks), [format!("{}, {too_long}", LIMIT + 0x1000)]);
}

#[test]
fn connection_that_cannot_be_reused_is_closed_at_once() {
    for (field, why) in [
        ("Connection: close\r\nContent-Length: 5", "the peer said Connection: close"),
        ("X: y", "the body ends with the connection"),
    ] {
        let mut bench = headed(Options::default(), &format!("HTTP/1.1 200 OK\r\n{field}\r\n\r\n"));
        assert!(is_cancelled(&bench.discard()));
        assert_eq!(decision(&bench), [format!("0, false, {why}")]);
    }
}

#[test]
fn coded_body_is_discarded_without_being_decoded() {
    let options = Options::with(|options| options.decode = true);
    let response = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello";
    let mut bench = headed(options, response);
    assert_eq!(bench.discard(), Stop::Done);
    assert!(bench.link.is_some());
}

#[test]
fn without_limits_a_dropped_response_closes_its_connection() {
    let options = Options::with(|options| options.drain = None);
    let mut bench = headed(options, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    assert!(is_cancelled(&bench.discard()));
    assert_eq!(decision(&bench), Vec::<String>::new());
}

#[test]
fn discard_before_the_head_cancels() {
    let mut bench = Bench::new("GET", &[], b"");
    assert!(matches!(bench.run(), Stop::Read(..)));
    assert!(is_cancelled(&bench.discard()));
}

#[test]
fn switched_connection_is_closed() {
    let fields = [("Connection", "upgrade"), ("Upgrade", "x")];
    let mut bench = Bench::new("GET", &fields, b"");
    assert!(matches!(bench.run(), Stop::Read(..)));
    bench.server_sends("HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
    bench.events();
    assert!(is_cancelled(&bench.discard()));
    assert_eq!(decision(&bench), ["0, false, the connection has left HTTP/1.1"]);
}

/// Returns an exchange whose request is redirected, with a body that is announced like this.
fn redirected(options: Options, framing: &str) -> (Bench, Stop) {
    let request = Request::builder(b"GET", "http://localhost/".parse().unwrap()).build();
    let mut bench = Bench::of(request, options, b"");
    assert!(matches!(bench.run(), Stop::Read(..)));
    bench.sent();
    let head = format!("HTTP/1.1 302 Found\r\nLocation: /there\r\n{framing}\r\n\r\n");
    let stop = bench.server_sends(&head);
    (bench, stop)
}

fn follow(drain: Option<DrainLimits>) -> Options {
    Options::with(|options| (options.redirects, options.drain) = (Some(1), drain))
}

#[test]
fn short_body_of_a_redirect_is_read_and_its_connection_reused() {
    let (mut bench, _) = redirected(follow(Some(DrainLimits::default())), "Content-Length: 5");
    assert!(matches!(bench.server_sends("hello"), Stop::Read(..)));
    assert!(bench.sent().starts_with("GET /there "));
    assert_eq!(bench.exchange.timings().connections, 1);
}

#[test]
fn endless_body_of_a_redirect_is_not_read() {
    for framing in
        ["Content-Length: 20000000000", "Transfer-Encoding: chunked", "X: until the close"]
    {
        let (mut bench, _) = redirected(follow(Some(DrainLimits::default())), framing);
        let chunk = match framing.starts_with("Transfer") {
            true => format!("4000\r\n{}\r\n", "x".repeat(0x4000)),
            false => "x".repeat(0x4000),
        };
        let mut pieces = 0;
        let sent = loop {
            let sent = bench.sent();
            if !sent.is_empty() {
                break sent;
            }
            bench.server_sends(&chunk);
            pieces += 1;
            assert!(pieces < 10, "{framing}");
        };
        assert!(sent.starts_with("GET /there "), "{framing}: {sent}");
        assert_eq!(bench.exchange.timings().connections, 2);
        assert_eq!(decision(&bench).len(), 1, "{framing}");
        let end = bench.server_sends("HTTP/1.1 204 No Content\r\n\r\n");
        assert_eq!(end, Stop::Event("head 204".to_owned()));
        assert_eq!(bench.run(), Stop::Done);
    }
}

#[test]
fn body_of_a_redirect_is_awaited_for_a_limited_time() {
    let (mut bench, stop) = redirected(follow(Some(DrainLimits::default())), "Content-Length: 5");
    assert_eq!(stop, Stop::Read(Some(Duration::from_millis(50)), "the rest of the response"));
    assert!(matches!(bench.advance(50), Stop::Read(..)));
    assert!(bench.sent().starts_with("GET /there "));
}

#[test]
fn without_limits_the_body_of_a_redirect_is_read_to_its_end() {
    let (mut bench, _) = redirected(follow(None), "Content-Length: 1000000");
    for _ in 0..100 {
        assert_eq!(bench.sent(), "");
        bench.server_sends(&"x".repeat(10_000));
    }
    assert!(bench.sent().starts_with("GET /there "));
    assert_eq!(bench.exchange.timings().connections, 1);
}
