//! Requests that are answered.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Read};
use std::thread;
use std::time::Duration;

use limpid_core::error::Cause;
use limpid_core::trace::{EventKind, TraceEvent};
use limpid_io::server::ServerBuilder;
use limpid_sinks::EventList;
use limpid_std::Body;

use crate::running::{Carrier, DRIVERS, EVERY, LARGE, Running};

#[test]
fn server_answers_limpid_client() {
    for every in EVERY {
        let server = Running::start(every);
        let client = server.client();
        for _ in 0..3 {
            let response = client.get(&server.url("/hello")).send().unwrap();
            assert_eq!(response.status(), 200);
            assert_eq!(response.text().unwrap(), "Hello, world!", "{every:?}");
        }
        let response = client.head(&server.url("/hello")).send().unwrap();
        assert_eq!(response.fields().get("Content-Length"), Some(&b"13"[..]));
        let connections = server.recorder.kinds();
        let connections = connections.iter().filter(|kind| **kind == EventKind::ServeStarted);
        assert_eq!(connections.count(), 1, "one connection served all of them");
    }
}

#[test]
fn server_streams_bodies() {
    for every in EVERY {
        let server = Running::start(every);
        let client = server.client();
        let data: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        for length in [None, Some(data.len() as u64)] {
            let body = Body::reader(io::Cursor::new(data.clone()), length);
            let response = client.post(&server.url("/count")).body(body).send().unwrap();
            assert_eq!(response.text().unwrap(), data.len().to_string(), "{every:?}");
        }
        let small = data[..10_000].to_vec();
        for path in ["/echo", "/whole"] {
            let response = client.post(&server.url(path)).body(small.clone()).send().unwrap();
            assert_eq!(response.bytes().unwrap(), small, "{every:?} {path}");
        }
    }
}

#[test]
fn large_response_is_sent_whole() {
    for every in EVERY {
        let server = Running::start(every);
        let client = server.client();
        for _ in 0..2 {
            let response = client.get(&server.url("/large")).send().unwrap();
            assert_eq!(response.bytes().unwrap(), vec![b'x'; LARGE], "{every:?}");
        }
    }
}

#[test]
fn unread_body_does_not_block_connection() {
    for every in EVERY {
        let server = Running::start(every);
        let client = server.client();
        for size in [1000, 200_000, 5_000_000] {
            let response =
                client.post(&server.url("/hello")).body(vec![b'x'; size]).send().unwrap();
            assert_eq!(response.status(), 200, "{every:?} with {size}");
        }
    }
}

#[test]
fn server_receives_and_sends_trailers() {
    for driver in DRIVERS {
        let server = Running::start((driver, Carrier::Plain));
        let mut raw = server.raw();
        raw.says("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
        raw.says("2\r\nhi\r\n0\r\nX-Sum: 2\r\n\r\n");
        let received = raw.read_until("0\r\nX-Sum: 2\r\n\r\n");
        assert!(received.contains("\r\n2\r\nhi\r\n"), "{received}");
    }
}

#[test]
fn server_sends_100_continue() {
    for driver in DRIVERS {
        let server = Running::start((driver, Carrier::Plain));
        let mut raw = server.raw();
        raw.says(
            "POST /count HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
        );
        assert_eq!(raw.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
        raw.says("hi");
        assert!(raw.read_until("\r\n\r\n2").starts_with("HTTP/1.1 200 OK"));
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    for driver in DRIVERS {
        let server = Running::start((driver, Carrier::Plain));
        let mut raw = server.raw();
        raw.says(&"GET /hello HTTP/1.1\r\nHost: h\r\n\r\n".repeat(50));
        raw.says("GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        let received = raw.read_to_close();
        assert_eq!(received.matches("Hello, world!").count(), 50);
        assert!(received.ends_with("nothing"), "{received}");
    }
}

#[test]
fn rejection_reaches_client_that_still_sends() {
    for driver in DRIVERS {
        let server = Running::start((driver, Carrier::Plain));
        let mut raw = server.raw();
        raw.says("POST /count HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n");
        raw.says(&"x".repeat(100_000));
        assert!(raw.read_to_close().starts_with("HTTP/1.1 501 Not Implemented"), "{driver:?}");
    }
}

#[test]
fn failing_handler_ends_response() {
    for every in EVERY {
        let server = Running::start(every);
        let client = server.client();
        for path in ["/panic", "/error"] {
            let response = client.get(&server.url(path)).send().unwrap();
            assert_eq!(response.status(), 500, "{every:?}");
        }
        assert_eq!(client.get(&server.url("/hello")).send().unwrap().status(), 200);
    }
}

#[test]
fn upgrade_passes_connection_to_handler() {
    for driver in DRIVERS {
        let server = Running::start((driver, Carrier::Plain));
        let mut raw = server.raw();
        raw.says(
            "GET /upgrade HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: loud\r\n\r\nhi",
        );
        assert!(raw.read_until("\r\n\r\nHI").starts_with("HTTP/1.1 101 Switching Protocols"));
        raw.says("there");
        assert_eq!(raw.read_until("THERE"), "THERE");
        raw.0.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(raw.read_to_close(), "");
    }
}

#[test]
fn early_disconnect_does_not_affect_server() {
    for every in EVERY {
        let server = Running::start(every);
        let client = server.client();
        let mut response = client.get(&server.url("/endless")).send().unwrap().into_body();
        let mut some = [0; 1000];
        response.read_exact(&mut some).unwrap();
        drop(response);
        assert_eq!(client.get(&server.url("/hello")).send().unwrap().status(), 200);
    }
}

#[test]
fn plain_bytes_on_tls_port_are_rejected() {
    for driver in DRIVERS {
        let server = Running::start((driver, Carrier::Tls));
        let mut raw = server.raw();
        raw.says("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
        let mut received = Vec::new();
        // An alert and the end, or a reset, since there was more to read.
        let _ = raw.0.read_to_end(&mut received);
        assert!(!received.starts_with(b"HTTP"));
        drop(raw);
        assert_eq!(server.client().get(&server.url("/hello")).send().unwrap().status(), 200);
        server.recorder.assert_event(EventKind::AcceptTlsFailed);
    }
}

#[test]
fn error_of_a_handler_is_in_its_event() {
    for every in EVERY {
        let server = Running::start(every);
        let response = server.client().get(&server.url("/error")).send().unwrap();
        assert_eq!(response.status(), 500);
        assert!(!response.text().unwrap().contains("dropped"), "the client does not receive it");
        let failed = server.recorder.assert_event(EventKind::HandlerFailed);
        let TraceEvent::HandlerFailed { why, error } = failed.borrow() else {
            panic!("{failed:?}")
        };
        assert_eq!(why, "it returned an error");
        assert_eq!(error, Some("the response was dropped before its end"), "{every:?}");
    }
}

/// Errors of every kind that handlers return are accepted.
#[test]
fn handler_may_return_any_error_that_can_be_shown() {
    fn check<E: Display + 'static>(error: fn() -> E, expected: &str) {
        let recorder = EventList::new();
        let builder = ServerBuilder::<limpid_std::Server>::default().sink(recorder.clone());
        let server = builder.bind(("127.0.0.1", 0)).unwrap();
        let (address, handle) = (server.local_addr().unwrap(), server.handle());
        let thread = thread::spawn(move || {
            server.serve(move |_: limpid_std::Exchange<'_>| Err(error())).unwrap();
        });
        let client = limpid_std::Client::builder().build();
        assert_eq!(client.get(&format!("http://{address}/")).send().unwrap().status(), 500);
        handle.shutdown(Duration::ZERO);
        thread.join().unwrap();
        let failed = recorder.assert_event(EventKind::HandlerFailed);
        assert!(
            matches!(failed.borrow(), TraceEvent::HandlerFailed { error: Some(text), .. } if text == expected),
            "{failed:?}"
        );
    }
    check(|| "a text", "a text");
    check(|| String::from("a string"), "a string");
    check(|| io::Error::other("an io::Error"), "an io::Error");
    check(|| -> Box<dyn Error> { "a box".into() }, "a box");
    check(|| -> Box<dyn Error + Send + Sync> { "a box".into() }, "a box");
    check(|| Cause::PeerGone, &Cause::PeerGone.to_string());
}
