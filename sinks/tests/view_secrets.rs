//! The redaction policy of the outputs that show some events only, or a part of each: no planted secret is in them
//! unless the capture mode permits it.

#![cfg(test)]

mod common;
mod planted;
mod samples;

use std::fmt::Write as _;
use std::sync::OnceLock;

use limpid_core::client::Timings;
use limpid_core::error::{Cause, Phase};
use limpid_core::trace::{Capture, Failure, Sink, TraceEvent};
use limpid_sinks::{AsciiSink, CurlSink, SummarySink};
use planted::{Place, places};

/// The secret. No output contains this word otherwise.
const SECRET: &str = "tiger";

/// Returns the output of a sink for an event in a mode.
type Output = fn(&TraceEvent<'_>, Capture) -> Vec<u8>;

fn views() -> Vec<(&'static str, Output)> {
    vec![
        #[cfg(feature = "pcap")]
        ("packets", packets as Output),
        #[cfg(feature = "opentelemetry")]
        ("spans", spans as Output),
        ("curl", |event, capture| {
            let sink = CurlSink::new(Vec::new()).capture(capture);
            tell(&sink, event);
            sink.into_writer()
        }),
        ("ASCII dump", |event, capture| {
            let sink = AsciiSink::new(Vec::new()).capture(capture);
            tell(&sink, event);
            sink.into_writer()
        }),
        ("summary", |event, capture| {
            let sink = SummarySink::new(Vec::new()).capture(capture);
            tell(&sink, event);
            sink.into_writer()
        }),
    ]
}

/// Emits an event, and the end of its exchange, at which a view shows what it has kept.
fn tell(sink: &dyn Sink, event: &TraceEvent<'_>) {
    static TIMINGS: OnceLock<Timings> = OnceLock::new();
    let failure = Failure::new(Phase::ReceiveBody, &Cause::Cancelled);
    let (sent, received, request_body, response_body) = (1, 2, 3, 4);
    let timings = TIMINGS.get_or_init(Timings::default);
    let end = TraceEvent::ExchangeFailed {
        failure,
        sent,
        received,
        request_body,
        response_body,
        timings,
    };
    for event in [event, &end] {
        let meta = samples::meta(event.kind());
        if sink.interest().contains(meta.kind) {
            sink.event(&meta, event);
        }
    }
}

/// Returns the bytes of the packets in a capture.
#[cfg(feature = "pcap")]
fn packets(event: &TraceEvent<'_>, capture: Capture) -> Vec<u8> {
    let sink = limpid_sinks::PcapSink::new(Vec::new()).capture(capture);
    tell(&sink, event);
    sink.into_writer()
}

/// Returns the spans of an exchange.
#[cfg(feature = "opentelemetry")]
fn spans(event: &TraceEvent<'_>, capture: Capture) -> Vec<u8> {
    let exporter = opentelemetry_sdk::trace::InMemorySpanExporter::default();
    let sink = limpid_sinks::OtelSink::new(exporter.clone()).unwrap().capture(capture);
    let start = TraceEvent::ExchangeStarted { method: b"GET", url: "http://localhost/" };
    sink.event(&samples::meta(start.kind()), &start);
    tell(&sink, event);
    assert!(sink.flush(std::time::Duration::from_secs(30)));
    format!("{:?}", exporter.get_finished_spans()).into_bytes()
}

#[test]
fn views_show_no_secret_that_the_mode_hides() {
    let modes = [Capture::Redacted, Capture::Default, Capture::Private, Capture::Everything];
    let mut wrong = String::new();
    for (output, show) in views() {
        let mut shown_secrets = 0;
        for Place { name, event, shown_from } in &places() {
            for capture in modes {
                let shown = show(&event.borrow(), capture);
                let shown = String::from_utf8_lossy(&shown);
                let is_shown = shown.contains(SECRET);
                if is_shown && capture < *shown_from {
                    let _ = writeln!(wrong, "{output}, {name}, {capture:?}: {shown}");
                }
                shown_secrets += u32::from(is_shown);
            }
        }
        assert!(shown_secrets > 0, "{output} shows what is permitted");
    }
    assert!(wrong.is_empty(), "not as the modes say:\n{wrong}");
}
