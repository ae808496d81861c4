//! Requests that are retried by the policy of their client.

use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{Options, Request, RetryFailures, RetryPolicy};
use limpid_core::error::{Cause, OsErrorKind, Phase};
use limpid_core::http1::BodySize;
use limpid_core::time::Waiting;

use crate::bench::{Bench, Stop};

const BUSY: &str = "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy";
const OK: &str = "HTTP/1.1 204 No Content\r\n\r\n";
const SECOND: Duration = Duration::from_secs(1);

/// A policy without jitter: delays of 1, 2, 4, 5 and 5 seconds.
fn policy(edit: impl FnOnce(&mut RetryPolicy)) -> RetryPolicy {
    RetryPolicy::with(|policy| {
        (policy.most, policy.delay, policy.max_delay) = (5, SECOND, 5 * SECOND);
        policy.jitter = false;
        edit(policy);
    })
}

fn options(policy: RetryPolicy) -> Options {
    Options::with(|options| {
        (options.retries, options.redirects) = (Some(Arc::new(policy)), Some(3));
    })
}

/// Returns a request that was sent, with this policy.
fn sent(method: &str, body: &'static [u8], options: Options) -> Bench {
    let size = if body.is_empty() { BodySize::None } else { BodySize::Length(body.len() as u64) };
    let builder = Request::builder(method.as_bytes(), "http://localhost/".parse().unwrap());
    let mut bench = Bench::of(builder.body(size).build(), options, body);
    assert!(matches!(bench.run(), Stop::Read(..)), "{method}");
    bench
}

fn get(edit: impl FnOnce(&mut RetryPolicy)) -> Bench {
    sent("GET", b"", options(policy(edit)))
}

/// Returns the decisions since the last call.
fn decisions(bench: &Bench) -> Vec<String> {
    let events = bench.events();
    let decisions =
        events.iter().filter_map(|event| event.strip_prefix("request_retry_decision: "));
    decisions.map(str::to_owned).collect()
}

/// Returns whether the exchange waits before a retry.
fn waits(stop: &Stop) -> bool {
    matches!(stop, Stop::Read(Some(_), "the next attempt"))
}

fn is_head(stop: &Stop, status: u16) -> bool {
    *stop == Stop::Event(format!("head {status}"))
}

#[test]
fn refused_request_is_retried_after_doubled_delays() {
    let mut bench = get(|_| {});
    let first = bench.sent();
    for (retries, seconds) in [1, 2, 4, 5, 5].into_iter().enumerate() {
        let stop = bench.server_sends(BUSY);
        let until = bench.now.since(limpid_core::time::Mono::default()) + seconds * SECOND;
        assert_eq!(stop, Stop::Read(Some(until), "the next attempt"));
        let why = "its status is one after which to retry";
        assert_eq!(decisions(&bench), [format!("Some({}), {retries}, {why}", seconds * 1000)]);
        assert!(
            waits(&bench.advance(u64::from(seconds) * 1000 - 1)),
            "it waits for the whole delay"
        );
        assert!(matches!(bench.advance(1), Stop::Read(_, "reading")));
        assert_eq!(bench.sent(), first);
    }
    assert!(is_head(&bench.server_sends(BUSY), 503), "the last response is returned");
    assert_eq!(decisions(&bench), ["None, 5, it was retried as often as it may be"]);
    assert_eq!(bench.run(), Stop::Event("data busy".to_owned()));
    assert_eq!(bench.run(), Stop::Done);
    assert_eq!(bench.exchange.timings().retries, 5);
    // The connection was kept after each response.
    assert_eq!(bench.exchange.timings().connections, 1);
}

#[test]
fn only_the_statuses_of_the_policy_are_retried() {
    for status in [408, 429, 500, 502, 503, 504] {
        let response = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
        assert!(waits(&get(|_| {}).server_sends(&response)), "{status}");
        let plain = sent("GET", b"", Options::default()).server_sends(&response);
        assert!(is_head(&plain, status), "without a policy");
    }
    for status in [200, 304, 400, 404, 501, 505] {
        let mut bench = get(|_| {});
        let response = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
        assert!(is_head(&bench.server_sends(&response), status), "{status}");
        assert_eq!(decisions(&bench), [""; 0], "{status}");
    }
    let mut bench = get(|policy| policy.statuses = vec![404]);
    assert!(waits(&bench.server_sends("HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n")));
}

#[test]
fn server_may_ask_for_a_delay() {
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    for (fields, milliseconds) in [
        ("Retry-After: 7\r\n".to_owned(), 7000),
        ("retry-after:   12  \r\n".to_owned(), 12_000),
        // A delay of zero and what cannot be understood leave the delay of the policy.
        ("Retry-After: 0\r\n".to_owned(), 1000),
        ("Retry-After: soon\r\n".to_owned(), 1000),
        ("Retry-After: -1\r\n".to_owned(), 1000),
        (format!("{date}Retry-After: Sun, 06 Nov 1994 08:49:47 GMT\r\n"), 10_000),
        (format!("{date}Retry-After: Sunday, 06-Nov-94 08:49:57 GMT\r\n"), 20_000),
        (format!("{date}Retry-After: Sun, 06 Nov 1994 08:49:07 GMT\r\n"), 1000),
        ("Retry-After: Sun, 06 Nov 1994 08:49:47 GMT\r\n".to_owned(), 1000),
    ] {
        let mut bench = get(|_| {});
        let stop =
            bench.server_sends(&format!("HTTP/1.1 429 X\r\n{fields}Content-Length: 0\r\n\r\n"));
        let until = Some(Duration::from_millis(milliseconds));
        assert_eq!(stop, Stop::Read(until, "the next attempt"), "{fields}");
    }
}

#[test]
fn server_that_asks_for_too_long_a_delay_is_not_waited_for() {
    let why = "None, 0, the server asks for a longer delay than it may";
    for value in ["61", "99999999999999999999999"] {
        let response =
            format!("HTTP/1.1 503 X\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n");
        let mut bench = get(|_| {});
        assert!(is_head(&bench.server_sends(&response), 503));
        assert_eq!(decisions(&bench), [why]);
        assert!(waits(&get(|policy| policy.max_retry_after = None).server_sends(&response)));
    }
}

#[test]
fn time_limits_apply_to_retries() {
    // The time for retries: a delay may exceed it, unless the server asks for that.
    let mut bench = get(|policy| policy.total = Some(2 * SECOND));
    assert!(waits(&bench.server_sends(BUSY)));
    bench.advance(1000);
    assert!(waits(&bench.server_sends(BUSY)));
    bench.advance(2000);
    bench.events();
    assert!(is_head(&bench.server_sends(BUSY), 503));
    let why = "the time for retries would be exceeded";
    assert_eq!(decisions(&bench), [format!("None, 2, {why}")]);
    let mut bench = get(|policy| policy.total = Some(2 * SECOND));
    let response = "HTTP/1.1 503 X\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n";
    assert!(is_head(&bench.server_sends(response), 503));
    assert_eq!(decisions(&bench), [format!("None, 0, {why}")]);

    // The time of the whole exchange.
    for (seconds, again) in [(1, false), (2, true)] {
        let mut options = options(policy(|_| {}));
        options.timeouts.total = Some(seconds * SECOND);
        let mut bench = sent("GET", b"", options);
        assert_eq!(waits(&bench.server_sends(BUSY)), again, "{seconds}");
        if !again {
            let why = "None, 0, the time of the whole exchange would be exceeded";
            assert_eq!(decisions(&bench), [why]);
        }
    }
}

#[test]
fn total_timeout_can_limit_each_try() {
    let mut options = options(policy(|policy| (policy.timeout_each, policy.most) = (true, 1)));
    options.timeouts.total = Some(SECOND);
    let mut bench = sent("GET", b"", options);
    assert!(waits(&bench.advance(1000)));
    assert_eq!(decisions(&bench), ["Some(1000), 0, a time limit has passed"]);
    let until = Stop::Read(Some(3 * SECOND), "the whole exchange");
    assert_eq!(bench.advance(1000), until);
    let Stop::Failed(error) = bench.advance(1000) else { panic!() };
    assert_eq!(error.cause, Cause::TimedOut(Waiting::Total));
    assert_eq!(decisions(&bench), ["None, 1, it was retried as often as it may be"]);
}

#[test]
fn method_that_is_not_idempotent_is_retried_only_if_the_policy_says_so() {
    let mut bench = sent("POST", b"", options(policy(|_| {})));
    assert!(is_head(&bench.server_sends(BUSY), 503));
    let why = "its method is not idempotent, and a part of it was sent";
    assert_eq!(decisions(&bench), [format!("None, 0, {why}")]);
    let mut bench = sent("POST", b"", options(policy(|policy| policy.all_methods = true)));
    assert!(waits(&bench.server_sends(BUSY)));
}

#[test]
fn body_is_sent_again_if_it_can_be_produced_again() {
    let mut bench = sent("PUT", b"hello", options(policy(|_| {})));
    bench.again = Some(b"hello");
    let first = bench.sent();
    assert!(first.ends_with("hello"));
    assert!(waits(&bench.server_sends(BUSY)));
    bench.advance(1000);
    assert_eq!(bench.sent(), first);
    // The second closes the reused connection, so that the request is resent first, and the third fails.
    assert!(matches!(bench.server_closes(), Stop::Read(_, "reading")));
    assert_eq!(bench.sent(), first);
    assert!(waits(&bench.server_closes()));
    bench.advance(2000);
    assert_eq!(bench.sent(), first);
    assert!(is_head(&bench.server_sends(OK), 204));
    assert_eq!(bench.exchange.sizes().request_body, 5);
}

#[test]
fn body_that_cannot_be_produced_again_leaves_the_response_or_the_failure() {
    let why = ["None, 0, its body cannot be produced again"];
    let mut bench = sent("PUT", b"hello", options(policy(|_| {})));
    assert!(is_head(&bench.server_sends(BUSY), 503));
    assert_eq!(decisions(&bench), why);
    assert_eq!(bench.run(), Stop::Event("data busy".to_owned()));
    assert_eq!(bench.run(), Stop::Done);

    let mut bench = sent("PUT", b"hello", options(policy(|_| {})));
    let Stop::Failed(error) = bench.reading_fails(OsErrorKind::Reset) else { panic!() };
    assert!(matches!(error.cause, Cause::Os(_)), "{error:?}");
    assert_eq!(decisions(&bench), why);
}

#[test]
fn early_refusal_stops_the_upload_before_the_retry() {
    let mut options = options(policy(|_| {}));
    options.timeouts.expect_continue = Some(SECOND);
    let request = Request::builder(b"PUT", "http://localhost/".parse().unwrap());
    let request = request.body(BodySize::Length(5)).expect_continue().build();
    let mut bench = Bench::of(request, options, b"hello");
    assert!(matches!(bench.run(), Stop::Read(_, "100 Continue")));
    bench.again = Some(b"hello");
    assert!(waits(&bench.server_sends(BUSY)));
    // The connection of the upload that was stopped is closed.
    assert!(matches!(bench.advance(1000), Stop::Read(_, "100 Continue")));
    assert_eq!(bench.exchange.timings().connections, 2);
    bench.server_sends("HTTP/1.1 100 Continue\r\n\r\n");
    bench.run();
    assert!(bench.sent().ends_with("hello"));
    assert!(is_head(&bench.server_sends(OK), 204));
}

#[test]
fn failures_of_the_policy_are_retried() {
    use RetryFailures as F;
    const LOST: &str = "the connection could not be opened, or was lost";
    for (failures, kind, why) in [
        (F::TRANSIENT, OsErrorKind::Reset, Ok(LOST)),
        (F::CONNECTIONS, OsErrorKind::Reset, Ok(LOST)),
        (F::TIMEOUTS, OsErrorKind::TimedOut, Ok("a time limit has passed")),
        (F::REFUSED, OsErrorKind::Refused, Ok("the connection was refused")),
        (F::REFUSED, OsErrorKind::Reset, Err("it is not a failure after which to retry")),
        (
            F::TIMEOUTS | F::LOOKUPS,
            OsErrorKind::Reset,
            Err("it is not a failure after which to retry"),
        ),
        (F::NONE, OsErrorKind::TimedOut, Err("it is not a failure after which to retry")),
        (F::ALL, OsErrorKind::Other, Ok(LOST)),
    ] {
        let mut bench = get(|policy| policy.failures = failures);
        let stop = bench.reading_fails(kind);
        let expected = match why {
            Ok(why) => format!("Some(1000), 0, {why}"),
            Err(why) => format!("None, 0, {why}"),
        };
        assert_eq!(decisions(&bench), [expected], "{failures:?}, {kind:?}");
        assert_eq!(waits(&stop), why.is_ok());
        if why.is_ok() {
            assert!(matches!(bench.advance(1000), Stop::Read(_, "reading")));
            assert!(is_head(&bench.server_sends(OK), 204));
        }
    }
}

#[test]
fn timeout_of_reading_is_retried() {
    let mut bench = get(|_| {});
    assert!(waits(&bench.advance(5000)));
    assert!(matches!(bench.advance(1000), Stop::Read(_, "reading")));
    assert!(is_head(&bench.server_sends(OK), 204));
}

#[test]
fn invalid_response_is_retried_only_with_all_failures() {
    for (failures, again) in [(RetryFailures::TRANSIENT, false), (RetryFailures::ALL, true)] {
        let mut bench = get(|policy| policy.failures = failures);
        let stop = bench.server_sends("SSH-2.0-x\r\n");
        assert_eq!(waits(&stop), again, "{stop:?}");
    }
}

#[test]
fn post_of_which_nothing_was_sent_is_retried_after_a_failure() {
    let builder = Request::builder(b"POST", "http://localhost/".parse().unwrap());
    let request = builder.body(BodySize::Length(5)).build();
    let mut bench = Bench::of(request, options(policy(|_| {})), b"hello");
    // No byte is taken. The body was not begun, so that it need not be produced again.
    bench.room = 0;
    assert!(waits(&bench.run()));
    assert!(matches!(bench.advance(1000), Stop::Read(_, "reading")));
    assert!(bench.sent().ends_with("hello"));
}

#[test]
fn response_that_has_begun_is_not_retried() {
    let mut bench = get(|_| {});
    assert!(is_head(&bench.server_sends("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), 200));
    assert!(matches!(bench.run(), Stop::Read(..)));
    let Stop::Failed(error) = bench.server_closes() else { panic!() };
    assert_eq!(error.phase, Phase::ReceiveBody);
    assert_eq!(decisions(&bench), ["None, 0, the response has begun"]);
}

#[test]
fn refused_response_that_fails_or_is_long_is_retried_on_a_new_connection() {
    let head = "HTTP/1.1 503 X\r\nContent-Length: 70000\r\n\r\n";
    assert!(waits(&get(|_| {}).server_sends(head)), "it is longer than what is discarded");
    let mut bench = get(|_| {});
    let head = "HTTP/1.1 503 X\r\nContent-Length: 70\r\n\r\n";
    assert!(matches!(bench.server_sends(head), Stop::Read(_, "the rest of the response")));
    assert!(waits(&bench.server_closes()), "it fails");
    bench.advance(1000);
    assert_eq!(bench.exchange.timings().connections, 2);
    assert!(is_head(&bench.server_sends(OK), 204));
}

#[test]
fn redirected_request_is_retried_where_the_redirect_leads() {
    let mut bench = get(|_| {});
    bench.sent();
    let redirect = "HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n";
    assert!(matches!(bench.server_sends(redirect), Stop::Read(_, "reading")));
    let second = bench.sent();
    assert!(second.starts_with("GET /there "));
    assert!(waits(&bench.server_sends(BUSY)));
    bench.advance(1000);
    assert_eq!(bench.sent(), second);
    assert!(is_head(&bench.server_sends(OK), 204));
    let timings = bench.exchange.timings();
    assert_eq!((timings.redirects, timings.retries), (1, 1));
}

#[test]
fn cancelled_delay_ends_the_exchange_at_once() {
    let mut bench = get(|_| {});
    assert!(waits(&bench.server_sends(BUSY)));
    bench.events();
    let Stop::Failed(error) = bench.cancel() else { panic!() };
    assert_eq!((error.cause, error.phase), (Cause::Cancelled, Phase::Retry));
    assert_eq!(bench.events(), ["exchange.failed"]);
}

#[test]
fn jitter_shortens_delays_by_at_most_half_and_is_deterministic() {
    let delay = |seed: u64| {
        let mut bench = get(|policy| (policy.jitter, policy.seed) = (true, seed));
        let Stop::Read(Some(until), "the next attempt") = bench.server_sends(BUSY) else {
            panic!()
        };
        until
    };
    let delays: Vec<_> = (0..50).map(delay).collect();
    assert_eq!(delays, (0..50).map(delay).collect::<Vec<_>>());
    assert!(delays.iter().all(|delay| (SECOND / 2..=SECOND).contains(delay)), "{delays:?}");
    let short = delays.iter().filter(|delay| **delay < SECOND * 3 / 4).count();
    assert!((10..40).contains(&short), "{short} of 50 are in the lower half");
}
