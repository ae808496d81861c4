//! Emission of events about what was read.

use super::receive::{Receive, emit_leniency};
use crate::fields::Fields;
use crate::framing::Framing;
use crate::trace::{Cx, EventKind, Sink, TraceEvent};

impl Receive {
    /// Emits the start line and the fields that were read, even if the head is incomplete.
    #[inline(always)]
    pub(super) fn emit_section<S: Sink>(&self, cx: &mut Cx<'_, S>) {
        if cx.wants(EventKind::StartLineRead) || cx.wants(EventKind::FieldRead) {
            self.emit_lines(cx);
        }
    }

    fn emit_lines<S: Sink>(&self, cx: &mut Cx<'_, S>) {
        let (bytes, at) = (self.buffer.unread(), self.buffer.consumed());
        if self.parser.start_line().is_some() {
            cx.emit(EventKind::StartLineRead, || {
                let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
                let line = &bytes[..end];
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                TraceEvent::StartLineRead { line, offset: at }
            });
        }
        if cx.wants(EventKind::FieldRead) {
            for field in Fields::new(bytes, self.parser.spans()) {
                cx.emit(EventKind::FieldRead, || TraceEvent::FieldRead {
                    name: field.name,
                    value: field.value,
                    offset: at + u64::from(field.offset),
                });
            }
        }
    }

    pub(super) fn emit_trailers<S: Sink>(&self, cx: &mut Cx<'_, S>) {
        let at = self.buffer.consumed();
        if cx.wants(EventKind::TrailerRead) {
            for field in self.fields() {
                cx.emit(EventKind::TrailerRead, || TraceEvent::TrailerRead {
                    name: field.name,
                    value: field.value,
                    offset: at + u64::from(field.offset),
                });
            }
        }
    }

    pub(super) fn emit_framing<S: Sink>(&self, cx: &mut Cx<'_, S>) {
        let decision = self.head.decision;
        if let Some(rule) = decision.tolerated {
            let fields = self.fields();
            let field = fields.nth(self.framing_field(rule).index());
            let at = field.map_or(0, |field| u64::from(field.offset));
            emit_leniency(cx, rule, self.buffer.consumed() + at);
        }
        cx.emit(EventKind::FramingChosen, || TraceEvent::FramingChosen {
            framing: decision.framing.name(),
            length: match decision.framing {
                Framing::Length(length) => Some(length),
                _ => None,
            },
            why: decision.why.description(),
        });
    }
}
