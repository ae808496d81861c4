//! The report for programs: one object on each line.

use limpid_core::error::PeerError;
use limpid_core::fields::Fields;
use limpid_core::http1::Event;
use limpid_core::internal::transcript::{Outcome, Setup};
use limpid_core::trace::{Capture, Sensitivity, TraceEvent, Value as TraceValue};
use serde_json::{Map, Value, json};

use super::report::{Report, verdict};

/// Lines of JSON.
pub(super) struct Json {
    out: String,
    capture: Capture,
}

/// Returns bytes as text with one character for each.
pub(super) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// Returns fields as pairs, in order.
pub(super) fn pairs(fields: Fields<'_>) -> Vec<(String, String)> {
    fields.iter().map(|field| (latin1(field.name), latin1(field.value))).collect()
}

impl Json {
    pub(super) const fn new(capture: Capture) -> Self {
        Self { out: String::new(), capture }
    }

    fn line(&mut self, object: &Value) {
        self.out.push_str(&object.to_string());
        self.out.push('\n');
    }

    /// Returns a value as far as it may be shown; `name` is the name of its field.
    fn value(&self, value: &TraceValue<'_>, sensitivity: Sensitivity, name: &[u8]) -> Value {
        match *value {
            TraceValue::Flag(flag) => flag.into(),
            TraceValue::Count(count) => count.into(),
            TraceValue::Word(word) => word.into(),
            TraceValue::Version(version) => version.to_string().into(),
            TraceValue::Bytes(bytes) => match self.capture.bytes(sensitivity, name, bytes) {
                Some(shown) => latin1(&shown).into(),
                None => bytes.len().into(),
            },
            TraceValue::ResponseHead(head) => {
                let fields = head.fields.iter().map(|field| {
                    let value = self.capture.field(field.name, field.value);
                    json!([latin1(field.name), latin1(&value)])
                });
                json!({
                    "version": head.version.to_string(),
                    "status": head.status,
                    "reason": latin1(&self.capture.phrase(head.reason)),
                    "fields": fields.collect::<Vec<_>>(),
                })
            }
            // The parser emits no other kinds of values.
            _ => Value::Null,
        }
    }
}

impl Report for Json {
    fn trace(&mut self, event: &TraceEvent<'_>) {
        let mut object = Map::new();
        object.insert("event".into(), event.kind().metadata().name.into());
        let mut name: &[u8] = b"";
        event.visit(|field, value| {
            if let ("name", TraceValue::Bytes(bytes)) = (field.name, value) {
                name = bytes;
            }
            object.insert(field.name.into(), self.value(&value, field.sensitivity, name));
        });
        self.line(&object.into());
    }

    fn event(&mut self, event: Event<'_>) {
        self.line(&match event {
            Event::Request(_, reading) | Event::Response(_, reading) => json!({
                "event": "head",
                "keep_alive": reading.keep_alive,
                "expects_continue": reading.expects_continue,
            }),
            // The parser emits the same as a trace event.
            Event::Informational(_) => return,
            Event::Data(data) => json!({ "event": "data", "size": data.len() }),
            Event::End(trailers) => json!({ "event": "end", "trailers": trailers.len() }),
        });
    }

    fn end(mut self, _: &Setup<'_>, _: &[u8], outcome: &Outcome) -> String {
        let mut object = json!({ "event": "outcome", "verdict": verdict(outcome) });
        match outcome {
            Outcome::Rejected(PeerError { rule, offset, byte }) => {
                object["error"] = json!({
                    "rule": rule.name(),
                    "section": rule.section(),
                    "sentence": rule.description(),
                    "offset": offset,
                    "byte": byte,
                    "answer": rule.status(),
                });
            }
            Outcome::Surplus { offset } => {
                object["error"] = json!({ "sentence": outcome.to_string(), "offset": offset });
            }
            Outcome::Switched(leftover) => object["leftover"] = leftover.len().into(),
            Outcome::Complete | Outcome::Incomplete => {}
        }
        self.line(&object);
        self.out
    }
}
