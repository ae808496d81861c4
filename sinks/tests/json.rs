//! Lines of JSON, and their schema.

#![cfg(test)]

mod samples;
mod schema;

use std::io::{self, Write};
use std::path::Path;

use limpid_core::error::{Misuse, MisuseError};
use limpid_core::trace::{Capture, EventKind, OwnedTraceEvent, Sink};
use limpid_sinks::json::write_schema;
use limpid_sinks::{JsonSink, Levels, TimeBase};
use serde_json::Value;

fn base() -> TimeBase {
    let wall = std::time::UNIX_EPOCH + std::time::Duration::from_nanos(1_727_544_461_042_000_000);
    TimeBase::new(limpid_core::time::Mono::from_nanos(1_500), wall)
}

fn written(events: &[OwnedTraceEvent], capture: Capture) -> String {
    let sink =
        JsonSink::new(Vec::new()).levels(&Levels::everything()).capture(capture).time_base(base());
    for event in events {
        let event = event.borrow();
        sink.event(&samples::meta(event.kind()), &event);
    }
    String::from_utf8(sink.into_writer()).unwrap()
}

#[test]
fn json_line_has_every_key() {
    let head = samples::full().into_iter().nth(5).unwrap();
    assert_eq!(
        written(&[head], Capture::Default),
        concat!(
            r#"{"v":1,"time":"2024-09-28T17:27:41.042000Z","mono":1500,"exchange":3,"#,
            r#""connection":2,"attempt":1,"span":4,"seq":7,"level":"DEBUG","#,
            r#""logger":"httpcore.http11","name":"receive_response_headers","stage":"complete","#,
            r#""event":"ReceiveResponseHeadersComplete","phase":"waiting for the response head","#,
            r#""fields":{"head":{"version":"HTTP/1.1","status":200,"reason":"OK","#,
            r#""fields":[["Content-Type","text/html"],["X-Quoted","\"\\\u0080\u0007"]]}}}"#,
            "\n"
        )
    );
}

#[test]
fn json_failure_has_known_fields() {
    let events = samples::full();
    let lines = written(&[events[2].clone(), events[7].clone()], Capture::Default);
    let fields = |line: &str| line.split_once("\"fields\":").unwrap().1.to_owned();
    let lines: Vec<_> = lines.lines().map(fields).collect();
    assert_eq!(
        lines,
        [
            concat!(
                r#"{"failure":{"while":"waiting for the response head","cause":"os","#,
                r#""message":"connection refused (os error 111)","secure":true,"#,
                r#""evidence":"oops","body_received":1,"body_announced":2,"os_error":111}}}"#
            ),
            concat!(
                r#"{"failure":{"while":"waiting for the response head","cause":"peer","#,
                r#""message":"a field line has no colon (byte 17 is 'x'; RFC 9112 section 5)","#,
                r#""secure":true,"evidence":"oops","body_received":1,"body_announced":2,"#,
                r#""rule":"FieldColon","section":"RFC 9112 section 5","offset":17}}}"#
            ),
        ]
    );
}

#[test]
fn the_schema_is_current() {
    let mut schema = String::new();
    write_schema(&mut schema).unwrap();
    serde_json::from_str::<Value>(&schema).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/events.schema.json");
    if std::env::var_os("LIMPID_BLESS").is_some_and(|bless| bless == "1") {
        std::fs::write(&path, &schema).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        kept == schema,
        "docs/events.schema.json is not what the catalogue says; \
         LIMPID_BLESS=1 cargo test -p limpid-sinks rewrites it"
    );
}

#[test]
fn json_line_matches_schema() {
    let mut text = String::new();
    write_schema(&mut text).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let mut events = samples::empty();
    assert_eq!(events.len(), EventKind::ALL.len());
    events.extend(samples::full());
    for capture in [Capture::Redacted, Capture::Default, Capture::Private, Capture::Everything] {
        let lines = written(&events, capture);
        assert!(!lines.replace('\n', "").contains(char::is_control));
        assert_eq!(lines.lines().count(), events.len());
        for line in lines.lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            schema::check(&value, &schema, &schema).unwrap_or_else(|why| panic!("{why}: {line}"));
        }
    }
    let mut wrong: Value =
        serde_json::from_str(written(&events[..1], Capture::Default).trim()).unwrap();
    wrong["fields"]["more"] = 1.into();
    assert!(schema::check(&wrong, &schema, &schema).is_err());
}

#[test]
fn a_line_allocates_nothing_once_the_buffer_has_grown() {
    let sink = JsonSink::new(io::sink()).levels(&Levels::everything()).time_base(base());
    let events: Vec<_> = samples::empty().into_iter().chain(samples::full()).collect();
    let tell = || {
        for event in &events {
            let event = event.borrow();
            sink.event(&samples::meta(event.kind()), &event);
        }
    };
    tell();
    assert_eq!(allocation_counter::measure(tell).count_total, 0);
}

/// A writer that always fails.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn failing_writer_is_counted() {
    let sink = JsonSink::new(Full);
    for event in samples::full() {
        sink.event(&samples::meta(EventKind::CloseStarted), &event.borrow());
    }
    let failures = sink.failures();
    assert_eq!(failures.lines, samples::full().len() as u64);
    assert_eq!(failures.first.unwrap().kind(), io::ErrorKind::StorageFull);
}

/// The field of a misuse has no name in the event.
#[test]
fn a_value_without_a_name_is_hidden() {
    use limpid_core::error::{Call, Cause};
    use limpid_core::http1::State;

    let state = State::Idle;
    let misuse = Misuse::FieldValue(0);
    let error = MisuseError { call: Call::SendRequest, misuse, client: state, server: state };
    let excerpt = |line| Capture::Default.excerpt(&Cause::Misuse(error), line).into_owned();
    assert_eq!(excerpt(b"tiger\x01"), b"[secure]");
    assert_eq!(excerpt(b"Cookie: tiger\x01"), b"Cookie: [secure]");
    assert_eq!(excerpt(b"X-Cache: HIT\x01"), b"X-Cache: HIT\x01");
}
