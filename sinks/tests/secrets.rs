//! The redaction policy of all outputs: a secret is planted in each place and searched for in the output of
//! each sink in each capture mode.

#![cfg(test)]

#[cfg(any(feature = "log", feature = "tracing"))]
mod bridged;
mod common;
mod planted;
mod samples;

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use limpid_core::http1::Version;
use limpid_core::trace::{Capture, ExchangeId, Interest, Meta, Sink, TraceEvent};
use limpid_sinks::combine::{Filter, Group, Sampling, Tee};
use limpid_sinks::exchanges::{Collector, Limits, Model};
#[cfg(feature = "views")]
use limpid_sinks::views::View;
use limpid_sinks::{ChannelSink, JsonSink, Levels, LineSink, Ring};
use planted::{Place, places};

/// The secret. No output contains this word otherwise.
const SECRET: &str = "tiger";

/// A shared writer whose content can be read.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

fn lines(writer: Shared, capture: Capture) -> LineSink<Shared> {
    LineSink::new(writer).levels(&Levels::everything()).capture(capture)
}

fn tell(sink: &dyn Sink, event: &TraceEvent<'_>) {
    sink.event(&meta(event), event);
}

fn meta(event: &TraceEvent<'_>) -> Meta {
    samples::meta(event.kind())
}

/// Returns the output of a sink for an event in a mode.
type Output = fn(&TraceEvent<'_>, Capture) -> String;

/// Returns all outputs. Events that are sent or kept are shown through a sink of lines.
fn outputs() -> Vec<(&'static str, Output)> {
    #[cfg_attr(not(any(feature = "log", feature = "tracing")), expect(unused_mut))]
    let mut outputs: Vec<(&'static str, Output)> = vec![
        ("lines", |event, capture| {
            let out = Shared::default();
            tell(&lines(out.clone(), capture), event);
            out.text()
        }),
        ("lines on a terminal", |event, capture| {
            let out = Shared::default();
            tell(&lines(out.clone(), capture).terminal(true), event);
            out.text()
        }),
        ("lines with a hexdump", |event, capture| {
            let out = Shared::default();
            tell(&lines(out.clone(), capture).hexdump(64), event);
            out.text()
        }),
        ("JSON", |event, capture| {
            let out = Shared::default();
            let sink = JsonSink::new(out.clone()).levels(&Levels::everything());
            tell(&sink.capture(capture), event);
            out.text()
        }),
        ("channel", |event, capture| {
            let (sink, receiver) = ChannelSink::bounded(1);
            tell(&sink.levels(&Levels::everything()), event);
            let item = receiver.try_recv().unwrap();
            let out = Shared::default();
            lines(out.clone(), capture).event(&item.meta, &item.event.borrow());
            out.text()
        }),
        ("ring", |event, capture| {
            let ring = Ring::new(Ring::LEAST).levels(&Levels::everything());
            tell(&ring, event);
            let out = Shared::default();
            ring.dump(&lines(out.clone(), capture));
            out.text()
        }),
        ("combined", |event, capture| {
            let out = Shared::default();
            let filter = Filter::new(lines(out.clone(), capture)).only(Interest::ALL);
            tell(&Tee::new().with(Group::new(Sampling::new(filter, 1))), event);
            out.text()
        }),
    ];
    #[cfg(feature = "log")]
    outputs.push(("log", bridged::through_log));
    #[cfg(feature = "tracing")]
    outputs.extend([
        ("tracing", bridged::through_tracing as Output),
        ("lines through tracing", bridged::through_tracing_lines),
        ("spans of tracing", bridged::through_spans),
    ]);
    outputs
}

#[test]
fn secrets_are_shown_only_by_permitting_modes() {
    let modes = [Capture::Redacted, Capture::Default, Capture::Private, Capture::Everything];
    let mut wrong = String::new();
    let places = places();
    for (output, show) in outputs() {
        for Place { name, event, shown_from } in &places {
            for capture in modes {
                let shown = show(&event.borrow(), capture);
                assert!(!shown.is_empty(), "{output} of {name} is there");
                if shown.contains(SECRET) != (capture >= *shown_from) {
                    let _ = writeln!(wrong, "{output}, {name}, {capture:?}: {shown}");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "not as the modes say:\n{wrong}");
}

/// Returns what a collector keeps of an event in open exchanges of a client and of a server.
fn collected(event: &TraceEvent<'_>, capture: Capture) -> Model {
    let collector = Collector::new(Limits::default()).capture(capture);
    let begun = [
        TraceEvent::ExchangeStarted { method: b"GET", url: "http://example.com/" },
        TraceEvent::ServeStarted { peer: None, secure: false },
        TraceEvent::AnswerStarted { method: b"GET", target: b"/", version: Version::HTTP_11 },
    ];
    for (id, begun) in [(1, &begun[..1]), (2, &begun[1..])] {
        for event in begun.iter().chain([event]) {
            let mut meta = meta(event);
            (meta.exchange, meta.hop) = (ExchangeId(id), 1);
            collector.event(&meta, event);
        }
    }
    collector.model()
}

#[test]
fn model_of_exchanges_has_secrets_only_in_permitting_modes() {
    let mut shown_secrets = 0;
    for Place { name, event, shown_from } in places() {
        for capture in [Capture::Redacted, Capture::Default, Capture::Private, Capture::Everything]
        {
            let model = collected(&event.borrow(), capture);
            let mut shown = format!("{model:?}").into_bytes();
            #[cfg(feature = "views")]
            for view in [View::Har, View::Html, View::Perfetto] {
                view.write(&model, &mut shown).unwrap();
            }
            let shown = String::from_utf8(shown).unwrap();
            assert!(
                !shown.contains(SECRET) || capture >= shown_from,
                "{name}, {capture:?}: {shown}"
            );
            shown_secrets += usize::from(shown.contains(SECRET));
        }
    }
    assert!(shown_secrets > 100, "{shown_secrets}");
}

#[test]
fn secrets_are_not_formatted_for_debugging() {
    let mut wrong = String::new();
    let (sink, receiver) = ChannelSink::bounded(1);
    let sink = sink.levels(&Levels::everything());
    for Place { name, event, shown_from } in places() {
        if shown_from <= Capture::Default {
            continue;
        }
        tell(&sink, &event.borrow());
        let item = receiver.try_recv().unwrap();
        for shown in [format!("{item:?}"), format!("{:#?}", event.borrow())] {
            let bytes = b"tiger".map(|byte| byte.to_string()).join(", ");
            if shown.contains(SECRET) || shown.contains(&bytes) {
                let _ = writeln!(wrong, "{name}: {shown}");
            }
        }
    }
    assert!(wrong.is_empty(), "shown for debugging:\n{wrong}");
}
