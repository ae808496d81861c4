//! Whether a request that failed can be sent again (RFC 9110 section 9.2.2).

use limpid_core::client::{Options, Request};
use limpid_core::error::{Cause, Error};

use crate::bench::{Bench, Stop};

/// Lets the transport take so many bytes of a request.
fn fails_after(method: &str, room: usize) -> Error {
    let mut bench = Bench::new(method, &[], b"");
    bench.room = room;
    let Stop::Failed(error) = bench.runs() else { panic!() };
    error
}

#[test]
fn a_request_of_which_nothing_was_sent_can_be_sent_again() {
    for method in ["GET", "POST"] {
        let error = fails_after(method, 0);
        assert_eq!((error.request_bytes, error.request_was_sent()), (0, false));
        assert!(error.is_safe_to_retry(), "{method}");
    }
}

#[test]
fn once_a_byte_has_left_only_an_idempotent_one_can() {
    for (method, safe) in [("GET", true), ("PUT", true), ("POST", false), ("PATCH", false)] {
        let error = fails_after(method, 1);
        assert_eq!((error.request_bytes, error.request_was_sent()), (1, true));
        assert_eq!(error.is_safe_to_retry(), safe, "{method}");
    }
}

#[test]
fn a_redirect_does_not_make_a_post_forgotten() {
    let request = Request::builder(b"POST", "http://localhost/".parse().unwrap()).build();
    let options = Options::with(|options| options.redirects = 5);
    let mut bench = Bench::of(request, options, b"");
    assert!(matches!(bench.runs(), Stop::Read(..)));
    let first = bench.sent().len();
    let redirect = "HTTP/1.1 303 See Other\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n";
    assert!(matches!(bench.hears(redirect), Stop::Read(..)), "the second response");
    let second = bench.sent().len();
    let Stop::Failed(error) = bench.hears_the_end() else { panic!() };
    assert_eq!((error.request_bytes, error.response_bytes), ((first + second) as u64, 0));
    assert!(!error.is_safe_to_retry(), "{error:?}");
    assert!(error.is_empty_reply());
}

#[test]
fn on_a_connection_that_is_used_again_bytes_count_from_the_request_on() {
    let mut first = Bench::new("GET", &[], b"");
    assert!(matches!(first.runs(), Stop::Read(..)));
    first.hears("HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(first.ends(), Ok(()));
    let mut second = Bench::new("POST", &[], b"");
    second.link = first.link.take();
    assert!(second.link.is_some());
    second.room = 0;
    let Stop::Failed(error) = second.runs() else { panic!() };
    assert_eq!((error.request_bytes, error.response_bytes), (0, 0));
    assert!(error.is_safe_to_retry());
}

#[test]
fn what_was_sent_before_a_redirect_counts_once() {
    let request = Request::builder(b"GET", "http://localhost/".parse().unwrap()).build();
    let options = Options::with(|options| options.redirects = 1);
    for close in ["", "Connection: close\r\n"] {
        let mut bench = Bench::of(request.clone(), options.clone(), b"");
        bench.runs();
        let redirect =
            format!("HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n{close}\r\n");
        assert!(matches!(bench.hears(&redirect), Stop::Read(..)));
        let Stop::Failed(error) = bench.hears(&redirect) else { panic!() };
        assert_eq!(error.cause, Cause::TooManyRedirects);
        assert_eq!(error.request_bytes, bench.sent().len() as u64, "{close:?}");
    }
}
