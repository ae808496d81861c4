//! The bridges to the crates `log` and `tracing`: events, their keys and values.

#![cfg(test)]
#![cfg(all(feature = "log", feature = "tracing"))]

mod bridged;
mod samples;

use std::sync::Arc;

use limpid_core::http1::Version;
use limpid_core::time::Mono;
use limpid_core::trace::{
    Capture, Cx, EventKind, ExchangeId, Interest, Logger, Meta, OwnedTraceEvent, Scope, Sink,
    SpanKind, StreamId, TraceEvent, Value,
};
use limpid_sinks::bridge::{LogBridge, Operations, TracingBridge};
use tracing_core::{Dispatch, Subscriber, dispatcher};

fn meta(event: &TraceEvent<'_>) -> Meta {
    samples::meta(event.kind())
}

const CONNECTED: TraceEvent<'static> =
    TraceEvent::ConnectTcpComplete { stream: StreamId { connection: 2, layer: 0 } };

fn hostile() -> TraceEvent<'static> {
    TraceEvent::HttpRequest {
        method: b"GET",
        url: "http://h/?token=x",
        version: Version::HTTP_11,
        status: 200,
        reason: b"\x1b[2JOK",
    }
}

const NUMBERS: &str =
    "exchange=3 hop=1 connection=2 attempt=1 operation=196610 parent_operation=196609 seq=7";

#[test]
fn log_record_has_message_of_line_and_typed_values() {
    assert_eq!(
        bridged::through_log(&CONNECTED, Capture::Default),
        format!(
            "DEBUG httpcore.connection connect_tcp.complete \
             return_value=<httpcore._backends.sync.SyncStream object at 0x7f0000002000> \
             {NUMBERS} stream_connection=2 tls_layers=0\n"
        )
    );
    assert_eq!(
        bridged::through_log(&hostile(), Capture::Default),
        format!(
            "INFO httpx HTTP Request: GET http://h/?token=[secure] \"HTTP/1.1 200 \\x1b[2JOK\" \
             {NUMBERS} method=\"GET\" url=\"http://h/?token=[secure]\" version=\"HTTP/1.1\" \
             status=200 reason=\"\\\\x1b[2JOK\"\n"
        )
    );
}

#[test]
fn log_bridge_reads_interest_of_logger() {
    bridged::logger::install();
    let interest = LogBridge::new().interest();
    assert!(interest.contains(EventKind::HttpRequest));
    assert!(!interest.contains(EventKind::LoadSslContext));
    assert!(interest.contains(EventKind::BytesReceived));
}

#[test]
fn tracing_event_has_name_and_typed_fields() {
    assert_eq!(
        bridged::through_tracing(&hostile(), Capture::Default),
        format!(
            "INFO httpx in none message=\"HTTP Request\" {NUMBERS} method=\"GET\" \
             url=\"http://h/?token=[secure]\" version=\"HTTP/1.1\" status=200 \
             reason=\"\\\\x1b[2JOK\"\n"
        )
    );
    let resolved = TraceEvent::ResolveComplete { addresses: 2, found: "::1, 127.0.0.1" };
    let told = bridged::through_tracing(&resolved, Capture::Default);
    assert!(told.ends_with(" seq=7 addresses=2 found=\"::1, 127.0.0.1\"\n"), "{told}");
}

#[test]
fn line_through_tracing_has_documented_message() {
    assert_eq!(
        bridged::through_tracing_lines(&hostile(), Capture::Default),
        format!(
            "INFO httpx in none message=\"HTTP Request: GET http://h/?token=[secure] \
             \\\"HTTP/1.1 200 \\\\x1b[2JOK\\\"\" {NUMBERS}\n"
        )
    );
}

#[test]
fn format_characters_are_escaped() {
    for character in
        ['\u{202e}', '\u{2028}', '\u{2029}', '\u{200b}', '\u{feff}', '\u{ad}', '\u{e0001}', '\x1b']
    {
        let host = &format!("a{character}b");
        let event = TraceEvent::ResolveStarted { host, port: 80 };
        for told in [
            bridged::through_log(&event, Capture::Default),
            bridged::through_tracing(&event, Capture::Default),
            bridged::through_tracing_lines(&event, Capture::Default),
            bridged::through_spans(&event, Capture::Default),
        ] {
            assert!(!told.contains(character) && told.contains("a\\"), "{told}");
        }
    }
}

/// Keys that subscribers, loggers and their formats have themselves.
const RESERVED: [&str; 19] = [
    "fields",
    "file",
    "filename",
    "level",
    "line",
    "line_number",
    "message",
    "module",
    "module_path",
    "name",
    "span",
    "span_id",
    "spans",
    "target",
    "threadId",
    "threadName",
    "time",
    "timestamp",
    "trace_id",
];

/// Returns the keys of lines as the bridges write them.
fn keys(told: &str) -> Vec<&str> {
    let is_key = |text: &&str| {
        text.bytes().all(|byte| byte.is_ascii_lowercase() || b"._0123456789".contains(&byte))
    };
    let words = told.lines().flat_map(|line| line.split(' '));
    words.filter_map(|word| Some(word.split_once('=')?.0)).filter(is_key).collect()
}

#[test]
fn no_key_is_one_of_subscribers_or_loggers() {
    for event in samples::empty().iter().chain(&samples::full()) {
        let event = event.borrow();
        let told = [
            bridged::through_tracing(&event, Capture::Everything).replacen("message=", "", 1),
            bridged::through_log(&event, Capture::Everything).split_off(0),
        ];
        for told in &told {
            // The message of a line has keys of its own.
            let pairs = told.split_once(" exchange=3").map_or("", |(_, pairs)| pairs);
            for key in keys(pairs) {
                assert!(!RESERVED.contains(&key), "{key} of {told}");
            }
        }
    }
}

#[test]
fn every_value_is_a_number_a_flag_or_text() {
    for event in samples::empty().iter().chain(&samples::full()) {
        let event = event.borrow();
        for told in [
            bridged::through_tracing(&event, Capture::Everything),
            bridged::through_spans(&event, Capture::Everything),
        ] {
            assert!(!told.contains("=?"), "{told}");
        }
    }
}

#[test]
fn log_and_tracing_receive_the_same_values() {
    let pairs = |told: &str| {
        told.split_once(" exchange=3").map(|(_, pairs)| pairs.to_owned()).unwrap_or_default()
    };
    for event in samples::empty().iter().chain(&samples::full()) {
        let event = event.borrow();
        let logged = bridged::through_log(&event, Capture::Everything);
        let traced = bridged::through_tracing(&event, Capture::Everything);
        if logged.is_empty() {
            // The logger takes no such event.
            continue;
        }
        // Nor does the subscriber those of this logger.
        let is_taken = event.kind().metadata().logger != Logger::Socks;
        if traced.contains(" in none message=") && is_taken {
            assert_eq!(pairs(&traced), pairs(&logged), "{logged}");
        } else {
            assert!(traced.starts_with("new ") || !is_taken, "{traced} of {logged}");
        }
        let mut values = 0;
        event.visit(|_, value| values += usize::from(value != Value::None));
        let (_, fields) = logged.rsplit_once(" seq=7").unwrap_or_default();
        assert!(fields.matches('=').count() >= values.min(1), "{logged}");
    }
}

#[test]
fn nothing_is_passed_on_twice() {
    for event in samples::full() {
        let told = bridged::through_spans(&event.borrow(), Capture::Everything);
        for line in told.lines().filter(|line| !line.contains(" message=\"HTTP Request\"")) {
            let mut keys = keys(line);
            keys.sort_unstable();
            let all = keys.len();
            keys.dedup();
            assert_eq!(keys.len(), all, "{line}");
        }
        // No message contains fields.
        for message in told.lines().filter_map(|line| line.split_once(" message=\"")) {
            let (message, _) = message.1.split_once('"').unwrap();
            assert!(!message.contains('='), "{told}");
        }
    }
}

#[test]
fn spans_whose_ends_are_lost_are_bounded() {
    let subscriber = Arc::new(bridged::subscriber::Subscriber::default());
    let dispatch = Dispatch::from(Arc::clone(&subscriber) as Arc<dyn Subscriber + Send + Sync>);
    dispatcher::with_default(&dispatch, || {
        let bridge = TracingBridge::new();
        for number in 0..(1 << 16) + 100 {
            let mut scope = Scope::exchange(ExchangeId(number + 1));
            let mut cx = Cx::new(Mono::default(), &bridge, &mut scope);
            let _ = cx.start(SpanKind::Exchange, || TraceEvent::ExchangeStarted {
                method: b"GET",
                url: "http://h/",
            });
        }
        // Each has an exchange and a hop.
        assert_eq!(subscriber.open(), 2 << 16);
        drop(bridge);
        assert_eq!(subscriber.open(), 0);
    });
    bridged::told();
}

#[test]
fn tracing_bridge_reads_interest_of_subscriber() {
    let of = |operations| {
        bridged::subscriber::within(|| TracingBridge::new().operations(operations).interest())
    };
    let (spans, lines) = (of(Operations::Spans), of(Operations::Lines));
    for interest in [spans, lines] {
        assert!(interest.contains(EventKind::SetupSocks5ConnectionStarted));
        assert!(interest.contains(EventKind::HttpRequest));
    }
    // It is a part of a span whose target is limpid.client.
    assert!(spans.contains(EventKind::SocksConnectTcpStarted));
    assert!(!lines.contains(EventKind::SocksConnectTcpStarted));
    // Without a subscriber there is no interest.
    assert_eq!(TracingBridge::new().interest(), Interest::NONE);
    let event = OwnedTraceEvent::from(&CONNECTED);
    TracingBridge::new().event(&meta(&event.borrow()), &event.borrow());
    assert_eq!(bridged::told(), "");
}
