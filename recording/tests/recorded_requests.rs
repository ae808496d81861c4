//! Replays a recording: its requests have the events that they had. Made by `limpid replay FILE --test DIR`.
//!
//! It needs the crates `limpid-recording` and `limpid-sinks`. If the lines change because limpid has changed, make it again.

#![cfg(test)]

use limpid_recording::Recording;
use limpid_sinks::{Levels, LineSink, Template};

#[test]
fn recorded_requests_are_replayed_as_they_were() {
    let recording = Recording::read(&include_bytes!("recorded_requests.limpid")[..]).unwrap();
    let template: Template = "%(levelname)s %(name)s %(message)s".parse().unwrap();
    let sink = LineSink::new(Vec::new()).template(template).levels(&Levels::documented());
    recording.replay(&sink).unwrap();
    let lines = String::from_utf8(sink.into_writer()).unwrap();
    assert!(lines.lines().eq(include_str!("recorded_requests.lines").lines()), "{lines}");
}
