//! JSON lines, which a validator of JSON Schema reads that knows nothing of limpid.

use std::sync::LazyLock;
use std::time::UNIX_EPOCH;

use jsonschema::Validator;
use limpid_core::time::Mono;
use limpid_core::trace::{Capture, Meta, OwnedTraceEvent, Sink as _};
use limpid_sinks::{JsonSink, Levels, TimeBase, json};
use serde_json::Value;

/// Returns the JSON lines of these events, with everything that they can show, as if the clock had started in 1970.
#[must_use]
pub fn of(events: &[(Meta, OwnedTraceEvent)]) -> String {
    shown(events, Capture::Everything)
}

/// Returns the JSON lines of these events as a mode shows them.
#[must_use]
pub fn shown(events: &[(Meta, OwnedTraceEvent)], capture: Capture) -> String {
    let sink = JsonSink::new(Vec::new()).levels(&Levels::everything());
    let base = TimeBase::new(Mono::default(), UNIX_EPOCH);
    let sink = sink.capture(capture).time_base(base);
    for (meta, event) in events {
        sink.event(meta, &event.borrow());
    }
    String::from_utf8_lossy(&sink.into_writer()).into_owned()
}

/// Returns the lines as objects.
///
/// # Errors
/// The first line that does not match the schema, with the reasons.
pub fn read(text: &str) -> Result<Vec<Value>, String> {
    static SCHEMA: LazyLock<Result<Validator, String>> = LazyLock::new(|| {
        let mut schema = String::new();
        json::write_schema(&mut schema).map_err(|error| error.to_string())?;
        let schema = serde_json::from_str(&schema).map_err(|error| error.to_string())?;
        jsonschema::validator_for(&schema).map_err(|error| error.to_string())
    });
    let schema = SCHEMA.as_ref()?;
    let checked = |line| {
        let value = serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
        match schema.iter_errors(&value).map(|error| error.to_string()).collect::<Vec<_>>() {
            wrong if wrong.is_empty() => Ok(value),
            wrong => Err(format!("{line}: {}", wrong.join("; "))),
        }
    };
    text.lines().map(checked).collect()
}
