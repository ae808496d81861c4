//! Requests on reused connections that are closed before the response (RFC 9110 section 9.2.2, RFC 9112
//! section 9.3.1).

use std::time::Duration;

use limpid_core::client::{Link, Options, Request};
use limpid_core::error::{Cause, OsErrorKind, Rule};
use limpid_core::http1::BodySize;

use crate::bench::{Bench, Stop};

const OK: &str = "HTTP/1.1 204 No Content\r\n\r\n";

/// Returns a connection that has carried an exchange.
fn used_link() -> Option<Box<Link>> {
    let mut first = Bench::new("GET", &[], b"");
    assert!(matches!(first.run(), Stop::Read(..)));
    first.server_sends(OK);
    assert_eq!(first.run_to_end(), Ok(()));
    assert!(first.link.is_some());
    first.link
}

/// Returns a request on a reused connection, which was sent.
fn sent(method: &str, body: &'static [u8], options: Options) -> Bench {
    let mut bench = unsent(method, body, options);
    assert!(matches!(bench.run(), Stop::Read(..)), "{method}");
    bench
}

fn unsent(method: &str, body: &'static [u8], options: Options) -> Bench {
    let size = if body.is_empty() { BodySize::None } else { BodySize::Length(body.len() as u64) };
    let builder = Request::builder(method.as_bytes(), "http://localhost/".parse().unwrap());
    let mut bench = Bench::of(builder.body(size).build(), options, body);
    bench.link = used_link();
    bench
}

/// Returns the decision events since the last call, and whether a connection was opened.
fn decisions(bench: &Bench) -> (Vec<String>, bool) {
    let events = bench.events();
    let opened = events.iter().any(|event| event == "connect_tcp.complete");
    let decisions = events.into_iter().filter(|event| event.starts_with("resend_decision"));
    (decisions.collect(), opened)
}

fn is_closed(stop: &Stop) -> bool {
    let Stop::Failed(error) = stop else { return false };
    matches!(error.cause, Cause::Peer(error) if error.rule == Rule::EndBeforeResponse)
}

#[test]
fn idempotent_request_is_sent_again_once_on_a_new_connection() {
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        let mut bench = sent(method, b"", Options::default());
        let first = bench.sent();
        bench.events();
        assert!(matches!(bench.server_closes(), Stop::Read(..)), "{method}");
        assert_eq!(bench.sent(), first);
        let why =
            "the reused connection was closed before the response, and the method is idempotent";
        assert_eq!(decisions(&bench), (vec![format!("resend_decision: true, {why}")], true));
        assert_eq!(bench.server_sends(OK), Stop::Event("head 204".to_owned()));
        assert_eq!(bench.run(), Stop::Done);
    }
}

#[test]
fn second_connection_that_is_closed_fails_the_request() {
    let mut bench = sent("GET", b"", Options::default());
    assert!(matches!(bench.server_closes(), Stop::Read(..)));
    bench.events();
    let bytes = bench.sent().len() as u64;
    let Stop::Failed(error) = bench.server_closes() else { panic!() };
    // A new connection that is closed is no reason to send anything again.
    assert_eq!(decisions(&bench), (Vec::new(), false));
    assert_eq!((error.request_bytes, error.is_safe_to_retry()), (bytes, true));
}

#[test]
fn reset_connection_counts_as_closed_and_a_timeout_of_the_system_does_not() {
    for (kind, again) in [
        (OsErrorKind::Reset, true),
        (OsErrorKind::Aborted, true),
        (OsErrorKind::BrokenPipe, true),
        (OsErrorKind::TimedOut, false),
        (OsErrorKind::HostUnreachable, false),
        (OsErrorKind::Other, false),
    ] {
        let mut bench = sent("GET", b"", Options::default());
        bench.events();
        let stop = bench.reading_fails(kind);
        assert_eq!(matches!(stop, Stop::Read(..)), again, "{kind:?}: {stop:?}");
        assert_eq!(decisions(&bench).1, again, "{kind:?}");
    }
}

#[test]
fn request_that_timed_out_is_not_sent_again() {
    let mut bench = sent("GET", b"", Options::default());
    bench.events();
    let Stop::Failed(error) = bench.advance(5000) else { panic!() };
    assert!(error.is_timeout());
    assert_eq!(decisions(&bench), (Vec::new(), false));
}

#[test]
fn total_timeout_limits_both_attempts() {
    let options = Options::with(|options| {
        options.timeouts.total = Some(Duration::from_secs(6));
        options.timeouts.read = Some(Duration::from_secs(5));
    });
    let mut bench = sent("GET", b"", options);
    assert!(matches!(bench.advance(4000), Stop::Read(..)));
    let until = Stop::Read(Some(Duration::from_secs(6)), "the whole exchange");
    assert_eq!(bench.server_closes(), until);
    assert!(matches!(bench.advance(2000), Stop::Failed(error) if error.is_timeout()));
}

#[test]
fn post_is_sent_again_only_if_the_transport_took_none_of_it() {
    for (room, again) in [(0, true), (1, false), (usize::MAX, false)] {
        let mut bench = unsent("POST", b"hello", Options::default());
        bench.room = room;
        bench.again = Some(b"hello");
        let mut stop = bench.run();
        if room == usize::MAX {
            stop = bench.server_closes();
        }
        let (decisions, opened) = decisions(&bench);
        assert_eq!((decisions.len(), opened), (1, again), "{room}: {decisions:?}");
        if again {
            assert!(decisions[0].contains("before any of the request was sent"), "{decisions:?}");
            assert!(bench.sent().ends_with("\r\n\r\nhello"));
        } else {
            assert!(decisions[0].contains("not idempotent"), "{decisions:?}");
            assert!(matches!(stop, Stop::Failed(_)), "{room}: {stop:?}");
        }
    }
}

#[test]
fn body_is_sent_again_if_it_can_be_produced_again() {
    let mut bench = sent("PUT", b"hello", Options::default());
    bench.again = Some(b"hello");
    let first = bench.sent();
    assert!(first.ends_with("hello"));
    assert!(matches!(bench.server_closes(), Stop::Read(..)));
    assert_eq!(bench.sent(), first);
    assert_eq!(bench.exchange.sizes().request_body, 5);
}

#[test]
fn consumed_body_fails_with_the_error_of_the_connection() {
    let mut bench = sent("PUT", b"hello", Options::default());
    bench.events();
    let stop = bench.server_closes();
    assert!(is_closed(&stop), "{stop:?}");
    let why = "resend_decision: false, its body cannot be produced again".to_owned();
    assert_eq!(decisions(&bench), (vec![why], false));
}

#[test]
fn request_is_not_sent_again_after_a_byte_of_the_response() {
    for bytes in ["H", "HTTP/1.1 103 Early Hints\r\n\r\n"] {
        let mut bench = sent("GET", b"", Options::default());
        bench.server_sends(bytes);
        bench.run();
        bench.events();
        assert!(matches!(bench.server_closes(), Stop::Failed(_)), "{bytes}");
        assert_eq!(decisions(&bench), (Vec::new(), false), "{bytes}");
    }
}

#[test]
fn setting_turns_it_off_with_an_event() {
    let mut bench = sent("GET", b"", Options::with(|options| options.resend = false));
    bench.events();
    let stop = bench.server_closes();
    assert!(is_closed(&stop), "{stop:?}");
    let why = "resend_decision: false, requests are not to be sent again".to_owned();
    assert_eq!(decisions(&bench), (vec![why], false));
}

#[test]
fn request_of_a_redirect_is_sent_again_by_its_own_method() {
    let request = Request::builder(b"POST", "http://localhost/".parse().unwrap()).build();
    let mut bench = Bench::of(request, Options::with(|options| options.redirects = Some(1)), b"");
    assert!(matches!(bench.run(), Stop::Read(..)));
    let redirect = "HTTP/1.1 303 See Other\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n";
    bench.sent();
    assert!(matches!(bench.server_sends(redirect), Stop::Read(..)));
    let second = bench.sent();
    assert!(second.starts_with("GET /there "), "{second}");
    assert!(matches!(bench.server_closes(), Stop::Read(..)));
    assert_eq!(bench.sent(), second);
    assert_eq!(bench.server_sends(OK), Stop::Event("head 204".to_owned()));
    assert_eq!(bench.exchange.timings().redirects, 1);
}

#[test]
fn cancellation_while_the_connection_is_closed_sends_nothing_again() {
    use limpid_core::client::Action;
    use limpid_core::time::Mono;
    use limpid_core::trace::NoSink;

    let now = Mono::default();
    // Cancelled before the body is rewound, after it, and after the release.
    for polls in 0..3 {
        let mut bench = sent("PUT", b"hello", Options::default());
        bench.exchange.handle_eof(now, &NoSink);
        let mut actions = vec![bench.exchange.poll(now, &NoSink)];
        actions.extend((0..polls).map(|_| bench.exchange.poll(now, &NoSink)));
        let expected = [Action::Close, Action::Rewind, Action::Release];
        assert_eq!(actions, expected[..=polls]);
        bench.exchange.cancel(now, &NoSink);
        assert_eq!(bench.exchange.poll(now, &NoSink), Action::Failed, "{polls}");
        assert_eq!(bench.exchange.poll(now, &NoSink), Action::Failed, "{polls}");
    }
}
