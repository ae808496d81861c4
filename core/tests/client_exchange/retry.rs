//! The conditions under which a failed request is safe to retry (RFC 9110 section 9.2.2).

use limpid_core::client::{Options, Request};
use limpid_core::error::{Cause, Error};

use crate::bench::{Bench, Stop};

/// Sends this many bytes of a request, and returns the error of the reset after them.
fn fails_after(method: &str, room: usize) -> Error {
    let mut bench = Bench::new(method, &[], b"");
    bench.room = room;
    let Stop::Failed(error) = bench.run() else { panic!() };
    error
}

#[test]
fn unsent_request_is_safe_to_retry() {
    for method in ["GET", "POST"] {
        let error = fails_after(method, 0);
        assert_eq!((error.request_bytes, error.request_was_sent()), (0, false));
        assert!(error.is_safe_to_retry(), "{method}");
    }
}

#[test]
fn sent_request_is_safe_to_retry_only_if_idempotent() {
    for (method, safe) in [("GET", true), ("PUT", true), ("POST", false), ("PATCH", false)] {
        let error = fails_after(method, 1);
        assert_eq!((error.request_bytes, error.request_was_sent()), (1, true));
        assert_eq!(error.is_safe_to_retry(), safe, "{method}");
    }
}

#[test]
fn redirected_post_is_not_safe_to_retry() {
    let request = Request::builder(b"POST", "http://localhost/".parse().unwrap()).build();
    let options = Options::with(|options| (options.redirects, options.resend) = (Some(5), false));
    let mut bench = Bench::of(request, options, b"");
    assert!(matches!(bench.run(), Stop::Read(..)));
    let first = bench.sent().len();
    let redirect = "HTTP/1.1 303 See Other\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n";
    assert!(matches!(bench.server_sends(redirect), Stop::Read(..)), "the second response");
    let second = bench.sent().len();
    let Stop::Failed(error) = bench.server_closes() else { panic!() };
    assert_eq!((error.request_bytes, error.response_bytes), ((first + second) as u64, 0));
    assert!(!error.is_safe_to_retry(), "{error:?}");
    assert!(error.is_empty_reply());
}

#[test]
fn bytes_of_earlier_requests_do_not_count() {
    let mut first = Bench::new("GET", &[], b"");
    assert!(matches!(first.run(), Stop::Read(..)));
    first.server_sends("HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(first.run_to_end(), Ok(()));
    let request = Request::builder(b"POST", "http://localhost/".parse().unwrap()).build();
    let mut second = Bench::of(request, Options::with(|options| options.resend = false), b"");
    second.link = first.link.take();
    assert!(second.link.is_some());
    second.room = 0;
    let Stop::Failed(error) = second.run() else { panic!() };
    assert_eq!((error.request_bytes, error.response_bytes), (0, 0));
    assert!(error.is_safe_to_retry());
}

#[test]
fn bytes_before_a_redirect_count_once() {
    let request = Request::builder(b"GET", "http://localhost/".parse().unwrap()).build();
    let options = Options::with(|options| options.redirects = Some(1));
    for close in ["", "Connection: close\r\n"] {
        let mut bench = Bench::of(request.clone(), options.clone(), b"");
        bench.run();
        let redirect =
            format!("HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n{close}\r\n");
        assert!(matches!(bench.server_sends(&redirect), Stop::Read(..)));
        let Stop::Failed(error) = bench.server_sends(&redirect) else { panic!() };
        assert_eq!(error.cause, Cause::TooManyRedirects);
        assert_eq!(error.request_bytes, bench.sent().len() as u64, "{close:?}");
    }
}
