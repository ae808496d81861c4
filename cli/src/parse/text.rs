//! The report for people.

use std::fmt::{self, Write};

use limpid_core::error::{PeerError, Rule};
use limpid_core::http1::{Event, Role};
use limpid_core::internal::transcript::{Outcome, Setup};
use limpid_core::trace::{Capture, TraceEvent};

use super::report::Report;
use super::shown::{Shown, pointed_at};

/// Rows of an offset, a kind and a description.
pub(super) struct Text {
    out: String,
    capture: Capture,
    /// Bytes of the body since the last row: rows must not depend on the pieces.
    data: u64,
}

impl Text {
    pub(super) const fn new(capture: Capture) -> Self {
        Self { out: String::new(), capture, data: 0 }
    }

    fn row(&mut self, offset: Option<u64>, what: &str, says: fmt::Arguments<'_>) {
        if self.data > 0 {
            let data = std::mem::take(&mut self.data);
            self.row(None, "data", format_args!("{data} bytes"));
        }
        let offset = offset.map_or_else(String::new, |offset| offset.to_string());
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{offset:>8}  {what:<13} {says}");
    }

    fn field(&mut self, what: &str, name: &[u8], value: &[u8], offset: u64) {
        let shown = self.capture.field(name, value);
        self.row(Some(offset), what, format_args!("{}: {}", Shown(name), Shown(&shown)));
    }

    fn refused(&mut self, error: &PeerError, role: Role, bytes: &[u8]) {
        let PeerError { rule, offset, .. } = *error;
        self.row(Some(offset), "refused", format_args!("{error}"));
        self.row(None, "rule", format_args!("{}, {}", rule.name(), rule.section()));
        if role == Role::Server {
            self.row(None, "answer", format_args!("{}", rule.status()));
        }
        let at = usize::try_from(offset).unwrap_or(usize::MAX);
        let capture = self.capture;
        if let Some((from, lines)) = pointed_at(bytes, at, |line| capture.line(line) == line) {
            let _ = write!(self.out, "\n  from byte {from}:\n{lines}");
        }
    }
}

impl Report for Text {
    fn trace(&mut self, event: &TraceEvent<'_>) {
        match *event {
            TraceEvent::StartLineRead { line, offset } => {
                let line = self.capture.line(line);
                self.row(Some(offset), "start line", format_args!("{}", Shown(&line)));
            }
            TraceEvent::FieldRead { name, value, offset } => {
                self.field("field", name, value, offset);
            }
            TraceEvent::TrailerRead { name, value, offset } => {
                self.field("trailer", name, value, offset);
            }
            TraceEvent::FramingChosen { framing, length: Some(length), why } => {
                self.row(None, "framing", format_args!("{framing} of {length} bytes: {why}"));
            }
            TraceEvent::FramingChosen { framing, length: None, why } => {
                self.row(None, "framing", format_args!("{framing}: {why}"));
            }
            TraceEvent::ChunkRead { size: 0, offset, .. } => {
                self.row(Some(offset), "chunk", format_args!("the last"));
            }
            TraceEvent::ChunkRead { size, extension: 0, offset } => {
                self.row(Some(offset), "chunk", format_args!("{size} bytes"));
            }
            TraceEvent::ChunkRead { size, extension, offset } => self.row(
                Some(offset),
                "chunk",
                format_args!("{size} bytes, and {extension} bytes of extensions"),
            ),
            TraceEvent::LeniencyUsed { rule, section, offset } => {
                let known = Rule::ALL.iter().find(|known| known.name() == rule);
                let sentence = known.map_or(rule, |rule| rule.description());
                self.row(Some(offset), "tolerated", format_args!("{sentence} ({rule}, {section})"));
            }
            TraceEvent::Switched { leftover } => self.row(
                None,
                "switched",
                format_args!("no HTTP/1.1 from here; {leftover} bytes have arrived"),
            ),
            TraceEvent::ReuseDecided { reusable, why } => {
                let decision = if reusable { "goes on" } else { "ends here" };
                self.row(None, "connection", format_args!("{decision}: {why}"));
            }
            // The outcome shows a rejection, and the status line shows an informational response.
            _ => {}
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Request(_, reading) | Event::Response(_, reading) => {
                let keep_alive = if reading.keep_alive { "yes" } else { "no" };
                self.row(None, "keep-alive", format_args!("{keep_alive}"));
                if reading.expects_continue {
                    self.row(None, "expects", format_args!("100 Continue before the body"));
                }
            }
            Event::Informational(_) => {
                self.row(None, "informational", format_args!("another head follows"));
            }
            Event::Data(data) => self.data += data.len() as u64,
            Event::End(_) => self.row(None, "end", format_args!("the message is complete")),
        }
    }

    fn end(mut self, setup: &Setup<'_>, bytes: &[u8], outcome: &Outcome) -> String {
        match outcome {
            Outcome::Rejected(error) => self.refused(error, setup.role, bytes),
            Outcome::Surplus { offset } => {
                self.row(Some(*offset), "refused", format_args!("{outcome}"));
            }
            _ => self.row(None, "outcome", format_args!("{outcome}")),
        }
        self.out
    }
}
