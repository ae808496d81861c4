//! Refusal of what the peer sent: the rule, the offset and the excerpt.

use core::ops::Range;

use super::framing_fields::BrokenField;
use super::receive::{Receive, offset_in};
use crate::error::{ErrorClass, PeerError, Rule};
use crate::fields::Field;
use crate::trace::{Cx, EventKind, Sink, TraceEvent};
use crate::wire::{Broken, number, target};

impl Receive {
    /// Returns the range of the bytes for which a body is refused.
    #[cold]
    pub(super) fn body_excerpt(&self, rule: Rule) -> Range<usize> {
        let bytes = self.buffer.unread();
        match rule {
            Rule::ChunkDataEnd => 0..bytes.len().min(2),
            Rule::ChunkSize
            | Rule::ChunkSizeTooLarge
            | Rule::ChunkExtension
            | Rule::ChunkLineEnd => {
                0..memchr::memchr(b'\n', bytes).map_or(bytes.len(), |lf| lf + 1)
            }
            // No byte of the body is at fault.
            Rule::BodyTooLong => 0..0,
            _ => {
                let line = self.parser.line_at(bytes);
                let start = offset_in(bytes, line);
                start..start + line.len()
            }
        }
    }

    /// Returns the field to which a rule of framing applies.
    #[cold]
    pub(super) fn framing_field(&self, rule: Rule) -> BrokenField {
        let fields = self.fields();
        let is = |name| move |field: Field<'_>| field.is(name);
        let field = match rule {
            Rule::ConnectWithBody | Rule::BodyTooLong => {
                fields.iter().position(is("Content-Length"))
            }
            Rule::TransferEncodingRepeated => fields.iter().rposition(is("Transfer-Encoding")),
            _ => fields.iter().position(is("Transfer-Encoding")),
        };
        BrokenField::new(rule, field.unwrap_or(0))
    }

    #[cold]
    pub(super) fn reject_field<S: Sink>(
        &mut self,
        broken: BrokenField,
        cx: &mut Cx<'_, S>,
    ) -> PeerError {
        let fields = self.fields();
        let (at, line) = match fields.nth(broken.index()) {
            Some(field) => {
                let value = offset_in(self.buffer.unread(), field.value);
                let at = value + value_fault(field.value, broken.rule);
                (at, field.offset as usize..value + field.value.len())
            }
            None => (0, 0..0),
        };
        self.reject(Broken::new(broken.rule, at), line, cx)
    }

    #[cold]
    pub(super) fn reject<S: Sink>(
        &mut self,
        broken: Broken,
        excerpt: Range<usize>,
        cx: &mut Cx<'_, S>,
    ) -> PeerError {
        self.excerpt = excerpt;
        // The bytes stay in the buffer, because the excerpt is among them.
        self.borrowed = 0;
        let offset = self.buffer.consumed() + broken.at as u64;
        let byte = match (broken.rule, broken.rule.class()) {
            // Something that is missing or too long is not the fault of one byte.
            (Rule::HostMissing, _) | (_, ErrorClass::EndOfStream | ErrorClass::TooLarge) => None,
            _ => self.buffer.unread().get(broken.at).copied(),
        };
        if let Some((limit, most)) = self.config.limits.of(broken.rule) {
            cx.emit(EventKind::LimitHit, || TraceEvent::LimitHit { limit, most });
        }
        cx.emit(EventKind::Refused, || TraceEvent::Refused {
            rule: broken.rule.name(),
            section: broken.rule.section(),
            byte: byte.map(u64::from),
            offset,
        });
        PeerError { rule: broken.rule, offset, byte }
    }
}

/// Returns the index of the first wrong byte of a value.
fn value_fault(value: &[u8], rule: Rule) -> usize {
    match rule {
        Rule::ContentLengthInvalid => match number::decimal(value) {
            Err(number::NotANumber::Digit(at)) => at,
            _ => 0,
        },
        Rule::HostInvalid => target::host_and_port(value).err().unwrap_or(0),
        _ => 0,
    }
}
