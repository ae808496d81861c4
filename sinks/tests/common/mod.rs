//! Helpers of several test files.

// Each test file is a separate crate and uses some of these.
#![allow(dead_code)]

pub(crate) mod documented;

use limpid_core::error::{Cause, Phase};
use limpid_core::fields::FieldBlock;
use limpid_core::time::Mono;
use limpid_core::trace::{Capture, Cx, Failure, Scope, Sink, TraceEvent};
use limpid_sinks::python::Messages;

/// Emits events to a sink.
pub(crate) fn tell(sink: &impl Sink, events: &[TraceEvent<'_>]) {
    let mut scope = Scope::default();
    let mut cx = Cx::new(Mono::default(), sink, &mut scope);
    for event in events {
        cx.emit(event.kind(), || *event);
    }
}

/// Returns the message of an event.
pub(crate) fn message(event: TraceEvent<'_>) -> String {
    message_with(Capture::Default, event)
}

/// Returns the message of an event in a capture mode.
pub(crate) fn message_with(capture: Capture, event: TraceEvent<'_>) -> String {
    Messages { capture, ..Messages::default() }.of(&event).to_string()
}

/// Returns a failure over TCP, after 3 of 10 bytes of a body.
pub(crate) fn failure<'a>(phase: Phase, cause: &'a Cause, excerpt: &'a [u8]) -> Failure<'a> {
    let mut failure = Failure::new(phase, cause);
    (failure.excerpt, failure.body) = (excerpt, (3, 10));
    failure
}

/// Returns fields from text.
pub(crate) fn fields(fields: &[(&str, &str)]) -> FieldBlock {
    fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect()
}
