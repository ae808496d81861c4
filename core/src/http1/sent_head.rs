//! Events for the heads of messages that are sent, read from the bytes that were encoded, so that they show
//! what the peer receives.

use alloc::vec::Vec;

use memchr::memchr;

use crate::fields::{FieldSpan, Fields};
use crate::head::{RequestHead, ResponseHead};
use crate::trace::{Cx, EventKind, Sink, TraceEvent};
use crate::values::Version;

/// The number of fields whose positions need no allocation.
const FEW: usize = 32;

/// Emits the head of a request, which was encoded as `bytes` from `given` fields.
#[cold]
#[inline(never)]
pub(super) fn emit_request<S: Sink>(bytes: &[u8], given: Fields<'_>, cx: &mut Cx<'_, S>) {
    let mut emit = |line: &[u8], fields: Fields<'_>| {
        let method = line.iter().position(|byte| *byte == b' ').unwrap_or_default();
        let target = line.get(method + 1..line.len().saturating_sub(b" HTTP/1.1".len()));
        let target = target.unwrap_or_default();
        let version = if line.ends_with(b"1.0") { Version::HTTP_10 } else { Version::HTTP_11 };
        let head = RequestHead { method: &line[..method], target, version, fields };
        cx.emit(EventKind::RequestSent, || TraceEvent::RequestSent { head });
    };
    // Their positions are known, and usually no field was added to them.
    let line = given
        .lines()
        .and_then(|lines| bytes.strip_suffix(b"\r\n")?.strip_suffix(lines)?.strip_suffix(b"\r\n"));
    match line {
        Some(line) if !line.contains(&b'\r') => emit(line, given),
        _ => read(bytes, emit),
    }
}

/// Emits the head of a response with this status, which was encoded as `bytes`.
#[cold]
#[inline(never)]
pub(super) fn emit_response<S: Sink>(bytes: &[u8], status: u16, cx: &mut Cx<'_, S>) {
    read(bytes, |line, fields| {
        let reason = line.get(b"HTTP/1.1 200 ".len()..).unwrap_or_default();
        let head = ResponseHead { version: Version::HTTP_11, status, reason, fields };
        cx.emit(EventKind::ResponseSent, || TraceEvent::ResponseSent { head });
    });
}

/// Calls `emit` with the start line and the fields of an encoded head.
fn read<'h>(bytes: &'h [u8], emit: impl FnOnce(&'h [u8], Fields<'_>)) {
    let line = memchr(b'\r', bytes).unwrap_or(bytes.len());
    let (mut few, mut many, mut count) = ([FieldSpan::default(); FEW], Vec::new(), 0);
    let mut at = line + 2;
    while let Some((span, len)) = field_line(bytes, at) {
        match few.get_mut(count) {
            Some(place) => *place = span,
            None if many.is_empty() => many.extend(few.into_iter().chain([span])),
            None => many.push(span),
        }
        count += 1;
        at += len;
    }
    let spans = if many.is_empty() { &few[..count] } else { &many };
    emit(&bytes[..line], Fields::new(bytes, spans));
}

/// Returns the position of the field whose line starts at `at`, and the length of its line; `None` at the
/// blank line.
fn field_line(bytes: &[u8], at: usize) -> Option<(FieldSpan, usize)> {
    let rest = bytes.get(at..)?;
    let end = memchr(b'\r', rest)?;
    let colon = memchr(b':', &rest[..end])?;
    let span = FieldSpan {
        name: u32::try_from(at).ok()?,
        name_len: u32::try_from(colon).ok()?,
        value: u32::try_from(at + colon + 2).ok()?,
        value_len: u32::try_from(end.checked_sub(colon + 2)?).ok()?,
    };
    Some((span, end + 2))
}
