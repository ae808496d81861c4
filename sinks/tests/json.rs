//! Lines of JSON, and their schema.

#![cfg(test)]

mod samples;

use std::io::{self, Write};
use std::path::Path;

use limpid_core::error::{Cause, Misuse, MisuseError, Phase};
use limpid_core::time::Mono;
use limpid_core::trace::{Capture, EventKind, Meta, OwnedTraceEvent, Sink, TraceEvent};
use limpid_sinks::json::write_schema;
use limpid_sinks::{JsonSink, Levels, TimeBase};
use serde_json::Value;

fn base() -> TimeBase {
    let wall = std::time::UNIX_EPOCH + std::time::Duration::from_nanos(1_727_544_461_042_000_000);
    TimeBase::new(Mono::from_nanos(1_500), wall)
}

fn written(events: &[OwnedTraceEvent], capture: Capture) -> String {
    let sink =
        JsonSink::new(Vec::new()).levels(&Levels::everything()).capture(capture).time_base(base());
    for event in events {
        let event = event.borrow();
        sink.event(&samples::meta(event.kind()), &event);
    }
    events_of(sink)
}

/// Returns the lines of events, which follow that of the output.
fn events_of(sink: JsonSink<Vec<u8>>) -> String {
    let text = String::from_utf8(sink.into_writer()).unwrap();
    let (first, events) = text.split_once('\n').unwrap();
    assert!(first.contains("\"event\":\"OutputStarted\""), "{first}");
    events.to_owned()
}

#[test]
fn output_starts_with_the_process_and_the_origin_of_the_clock() {
    let written = |levels: &Levels| {
        let sink = JsonSink::new(Vec::new()).levels(levels).time_base(base());
        for _ in 0..2 {
            sink.event(&samples::meta(EventKind::CloseStarted), &TraceEvent::CloseStarted {});
        }
        String::from_utf8(sink.into_writer()).unwrap()
    };
    let text = written(&Levels::everything());
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(first["event"], "OutputStarted");
    assert_eq!((first["exchange"].as_u64(), first["mono_ns"].as_u64()), (Some(0), Some(1_500)));
    assert_eq!(first["process"], std::process::id());
    // 1.5 microseconds before the event.
    assert_eq!(first["origin"], "2024-09-28T17:27:41.041998Z");
    assert_eq!(text.lines().count(), 3);
    assert_eq!(written(&Levels::documented()).lines().count(), 2, "it is an event of limpid.io");
}

#[test]
fn json_line_has_columns_of_every_line_and_of_its_event() {
    let head = samples::full().into_iter().nth(5).unwrap();
    assert_eq!(
        written(&[head], Capture::Default),
        concat!(
            r#"{"v":2,"time":"2024-09-28T17:27:41.042000Z","mono_ns":1500,"exchange":3,"hop":1,"#,
            r#""connection":2,"attempt":1,"phase":"waiting for the response head","span":196610,"#,
            r#""parent":196609,"seq":7,"level":"DEBUG","logger":"httpcore.http11","#,
            r#""name":"receive_response_headers","stage":"complete","#,
            r#""event":"ReceiveResponseHeadersComplete","version":"HTTP/1.1","status":200,"#,
            r#""reason":"OK","fields":[{"name":"Content-Type","value":"text/html"},"#,
            r#"{"name":"X-Quoted","value_base64":"IlyABw=="}]}"#,
            "\n"
        )
    );
}

/// Returns the columns of events' fields, as an object for each event.
fn columns(events: &[OwnedTraceEvent], capture: Capture) -> Vec<String> {
    let of_fields = |line: &str| {
        let (_, event) = line.split_once("\"event\":\"").unwrap();
        let (_, columns) = event.split_once('"').unwrap();
        columns.replacen(',', "{", 1)
    };
    written(events, capture).lines().map(of_fields).collect()
}

#[test]
fn json_failure_has_cause_and_place() {
    let events = samples::full();
    let wanted = [
        concat!(
            r#"{"cause":"os","error":"connection refused (os error 111)","#,
            r#""failed_phase":"waiting for the response head","secure":true,"excerpt":"oops","#,
            r#""body_received":1,"body_announced":2,"os_error":111}"#
        ),
        concat!(
            r#"{"cause":"peer","error":"a field line has no colon (byte 17 is 'x'; RFC 9112 "#,
            r#"section 5)","failed_phase":"waiting for the response head","secure":true,"#,
            r#""excerpt":"oops","body_received":1,"body_announced":2,"rule":"FieldColon","#,
            r#""section":"RFC 9112 section 5","byte_offset":17}"#
        ),
    ];
    assert_eq!(columns(&[events[2].clone(), events[7].clone()], Capture::Default), wanted);
}

#[test]
fn json_failure_of_coding_has_coding_and_fault() {
    let columns = columns(&samples::failures(), Capture::Default);
    let facts = r#""byte_offset":9,"coding":"gzip","fault":"checksum","sent":1"#;
    assert!(columns.iter().any(|failure| failure.contains(facts)), "{columns:#?}");
}

#[test]
fn bytes_are_text_or_base64() {
    let read =
        |value| OwnedTraceEvent::from(&TraceEvent::FieldRead { name: b"X", value, offset: 9 });
    let events = ["caf\u{e9} \u{202e}\"\x1b".as_bytes(), b"caf\xe9", b""].map(read);
    let wanted = [
        r#"{"field":"X","value":"café \u202e\"\u001b","byte_offset":9}"#,
        r#"{"field":"X","value_base64":"Y2Fm6Q==","byte_offset":9}"#,
        r#"{"field":"X","value":"","byte_offset":9}"#,
    ];
    assert_eq!(columns(&events, Capture::Default), wanted);
}

#[test]
fn bytes_of_messages_are_shown_in_mode_everything() {
    let received = samples::full().into_iter().nth(10).unwrap();
    let (layer, offset, bytes) = ("transport", 5, b"\x16\x03\xff");
    let sent = (&TraceEvent::BytesSent { layer, offset, bytes }).into();
    let events = [received, sent];
    let (http, transport) =
        (r#"{"layer":"http","byte_offset":0,"#, r#"{"layer":"transport","byte_offset":5,"#);
    let hidden = [format!(r#"{http}"size":2}}"#), format!(r#"{transport}"size":3}}"#)];
    assert_eq!(columns(&events, Capture::Private), hidden);
    let shown = [
        format!(r#"{http}"size":2,"data":"\u0000\u0001"}}"#),
        format!(r#"{transport}"size":3,"data_base64":"FgP/"}}"#),
    ];
    assert_eq!(columns(&events, Capture::Everything), shown);
}

#[test]
fn durations_are_nanoseconds() {
    let events = samples::full();
    let connect = &columns(&events[1..2], Capture::Default)[0];
    assert!(connect.contains(r#""timeout_ns":5250000000,"#), "{connect}");
    let end = &columns(&events[12..13], Capture::Default)[0];
    assert!(end.contains(r#""total_ns":0,"connect_ns":5250000000,"redirect_ns":"#), "{end}");
}

/// The start of a line is often that of the line before.
#[test]
fn line_has_its_own_time_and_place() {
    let sink = JsonSink::new(Vec::new()).levels(&Levels::everything()).time_base(base());
    let mut metas = vec![samples::meta(EventKind::CloseStarted); 9];
    // Its spans are others, too.
    metas[7] = Meta::new(EventKind::CloseStarted);
    metas[7].at = metas[6].at;
    metas[8] = metas[7].clone();
    metas[8].seq = 1;
    metas[1].connection.0 = 9;
    metas[2].exchange.0 = 9;
    metas[3].attempt = 9;
    metas[4].phase = Phase::Idle;
    metas[5].hop = 9;
    metas[6].at = Mono::from_nanos(1_000_001_500);
    for meta in &metas {
        sink.event(meta, &TraceEvent::CloseStarted {});
    }
    let text = events_of(sink);
    for (line, meta) in text.lines().zip(&metas) {
        let line: Value = serde_json::from_str(line).unwrap();
        let numbers =
            ["mono_ns", "exchange", "connection", "hop", "attempt"].map(|key| line[key].as_u64());
        let (exchange, connection) = (meta.exchange.0, meta.connection.0);
        let counts = [meta.hop, meta.attempt].map(u64::from);
        let wanted = [meta.at.as_nanos(), exchange, connection, counts[0], counts[1]].map(Some);
        assert_eq!(numbers, wanted);
        assert_eq!(line["phase"], meta.phase.doing());
        let spans = ["span", "parent", "seq"].map(|key| line[key].as_u64());
        assert_eq!(spans, [meta.span().0, meta.parent().0, meta.seq].map(Some));
        let second = if meta.at == metas[0].at { "41" } else { "42" };
        assert_eq!(line["time"], format!("2024-09-28T17:27:{second}.042000Z"));
    }
    assert_eq!(text.lines().count(), metas.len());
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

/// Returns samples of all events, and of all causes of failures.
fn all() -> Vec<OwnedTraceEvent> {
    let mut events = samples::empty();
    assert_eq!(events.len(), EventKind::ALL.len());
    events.extend(samples::full());
    events.extend(samples::failures());
    events
}

#[test]
fn json_line_matches_schema() {
    let mut schema = String::new();
    write_schema(&mut schema).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let events = all();
    for capture in [Capture::Redacted, Capture::Default, Capture::Private, Capture::Everything] {
        let lines = written(&events, capture);
        assert!(!lines.replace('\n', "").contains(char::is_control));
        assert_eq!(lines.lines().count(), events.len());
        for line in lines.lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            let wrong: Vec<_> = schema.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{line}: {wrong:?}");
            // A reader that derives types from values cannot derive one from these.
            assert!(
                !line.contains("null") && !line.contains("[]") && !line.contains("{}"),
                "{line}"
            );
        }
    }
}

#[test]
fn schema_refuses_other_lines() {
    let mut schema = String::new();
    write_schema(&mut schema).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let line = written(&samples::full()[7..8], Capture::Default);
    let right: Value = serde_json::from_str(&line).unwrap();
    assert!(schema.is_valid(&right));
    for (column, value) in [
        ("v", Value::from(1)),
        ("more", Value::from(1)),
        ("seq", Value::from("7")),
        ("cause", Value::from("gremlins")),
        ("event", Value::from("CloseStarted")),
        ("stage", Value::from("started")),
    ] {
        let mut wrong = right.clone();
        wrong[column] = value;
        assert!(!schema.is_valid(&wrong), "{column}");
    }
}

#[test]
fn samples_have_all_causes() {
    let name = |event: &OwnedTraceEvent| match event {
        OwnedTraceEvent::ExchangeFailed { failure, .. } => failure.cause.name(),
        event => panic!("{event:?} is no failure"),
    };
    let names: Vec<_> = samples::failures().iter().map(name).collect();
    assert_eq!(names, Cause::NAMES);
}

#[test]
fn a_line_allocates_nothing_once_the_buffer_has_grown() {
    let sink = JsonSink::new(io::sink()).levels(&Levels::everything()).time_base(base());
    let events = all();
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
    assert_eq!(failures.lines, 1 + samples::full().len() as u64);
    assert_eq!(failures.first.unwrap().kind(), io::ErrorKind::StorageFull);
}

/// The field of a misuse has no name in the event.
#[test]
fn a_value_without_a_name_is_hidden() {
    use limpid_core::error::Call;
    use limpid_core::http1::State;

    let state = State::Idle;
    let misuse = Misuse::FieldValue(0);
    let error = MisuseError { call: Call::SendRequest, misuse, client: state, server: state };
    let excerpt = |line| Capture::Default.excerpt(&Cause::Misuse(error), line).into_owned();
    assert_eq!(excerpt(b"tiger\x01"), b"[secure]");
    assert_eq!(excerpt(b"Cookie: tiger\x01"), b"Cookie: [secure]");
    assert_eq!(excerpt(b"X-Cache: HIT\x01"), b"X-Cache: HIT\x01");
}
