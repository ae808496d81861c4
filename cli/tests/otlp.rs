//! `--otlp`: what a collector receives, and collectors that do not answer.

#![cfg(test)]

#[path = "common/collector.rs"]
mod collector;
mod common;

use std::time::{Duration, Instant};

use collector::{Collector, hex, text};
use common::{finished, limpid};
use limpid_tests::command::run;
use limpid_tests::script::answer;
use limpid_tests::server::{Listen, Server as Scripted};

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// The time after which a command is taken to hang because of its collector.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn collector_receives_the_span_that_the_request_names() {
    let collector = Collector::start(200);
    let server = Scripted::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://localhost:{}/?token=tiger", server.port());
    let finished = finished(["--otlp", &collector.url(), &url]);
    assert_eq!((finished.code, &finished.stdout[..], &*finished.stderr), (0, &b"hello"[..], ""));
    let requests = server.finish().unwrap();
    let sent: Vec<_> = requests[0].field("traceparent").unwrap().split('-').collect();
    let (spans, measurements) = collector.finish();
    let span = spans.iter().find(|span| span.name == "GET").unwrap();
    assert_eq!([hex(&span.trace_id), hex(&span.span_id)], sent[1..3]);
    assert!(spans.iter().all(|other| other.trace_id == span.trace_id));
    let url = text(&span.attributes, "url.full").unwrap();
    assert!(url.ends_with("/?token=[secure]"), "{url}");
    assert_eq!(text(&span.attributes, "http.response.status_code").as_deref(), Some("200"));
    let parts: Vec<_> = spans.iter().filter(|part| part.parent_span_id == span.span_id).collect();
    for name in ["resolve", "connect", "dial", "send", "wait"] {
        assert!(parts.iter().any(|part| part.name == name), "{name}");
    }
    for name in [
        "http.client.request.duration",
        "http.client.open_connections",
        "http.client.connection.duration",
        "dns.lookup.duration",
    ] {
        assert!(measurements.iter().any(|known| known == name), "{name}: {measurements:?}");
    }
}

#[test]
fn traceparent_of_the_caller_is_kept() {
    let collector = Collector::start(200);
    let server = Scripted::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let field = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    finished(["--otlp", &collector.url(), "-H", field, &url]);
    server.finish().unwrap();
    let (spans, _) = collector.finish();
    let span = spans.iter().find(|span| span.name == "GET").unwrap();
    assert_eq!(hex(&span.trace_id), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(hex(&span.span_id), "00f067aa0ba902b7");
}

#[test]
fn requests_are_inside_the_operation_of_the_environment() {
    let collector = Collector::start(200);
    let server = Scripted::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let mut command = limpid(["-s", "--otlp", &collector.url(), &url]);
    let operation = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    run(command.env("TRACEPARENT", operation), b"").unwrap();
    let requests = server.finish().unwrap();
    let sent: Vec<_> = requests[0].field("traceparent").unwrap().split('-').collect();
    let (spans, _) = collector.finish();
    let span = spans.iter().find(|span| span.name == "GET").unwrap();
    assert_eq!([hex(&span.trace_id), hex(&span.span_id)], sent[1..3]);
    assert_eq!(hex(&span.trace_id), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(hex(&span.parent_span_id), "00f067aa0ba902b7");
}

/// Requests a server twice with this collector, which changes nothing and is mentioned once.
fn without_effect(collector: &str) {
    let server = Scripted::tcp(vec![[answer(HELLO), answer(HELLO)].concat()]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let start = Instant::now();
    let finished = finished(["--otlp", collector, &url, &url]);
    assert!(start.elapsed() < PATIENCE);
    server.finish().unwrap();
    assert_eq!((finished.code, &finished.stdout[..]), (0, &b"hellohello"[..]));
    let lines: Vec<_> = finished.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("limpid: spans are lost"), "{lines:?}");
}

#[test]
fn dead_collector_changes_no_request() {
    let dead = Scripted::start(Listen::Refuse, vec![]).unwrap();
    without_effect(&format!("http://127.0.0.1:{}", dead.port()));
}

#[test]
fn refusing_collector_changes_no_request() {
    let collector = Collector::start(503);
    without_effect(&collector.url());
    collector.finish();
}

#[test]
fn collector_that_never_answers_changes_no_request() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    // Its connections are accepted by the system, and never read.
    without_effect(&format!("http://127.0.0.1:{port}"));
}
