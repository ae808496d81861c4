//! Validation and encoding of response heads.

use alloc::vec::Vec;

use super::framing_fields::FramingFields;
use super::send::{BodySize, EncodedHead, check_fields, reconcile, write_fields, write_framing};
use crate::error::Misuse;
use crate::fields::Fields;
use crate::framing::{Framing, RequestKind, TransferEncoding};
use crate::limits::Lenient;
use crate::wire::{number, token};

/// What the head of a response depends on, other than the response itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResponseContext {
    /// The kind of the request.
    pub(super) request_kind: RequestKind,
    /// Whether the client uses HTTP/1.0.
    pub(super) is_old: bool,
    /// Whether another exchange may follow.
    pub(super) keep_alive: bool,
}

/// The encoded head of a response, or the reason for which it cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrittenResponse {
    bytes: Vec<u8>,
    validated: Result<EncodedHead, Misuse>,
}

impl WrittenResponse {
    /// Creates a head that cannot be sent.
    pub(crate) const fn new() -> Self {
        Self { bytes: Vec::new(), validated: Err(Misuse::Status) }
    }

    /// Validates and encodes another head in the memory of this one; see [`write`].
    pub(crate) fn write(
        &mut self,
        status: u16,
        start: &[&[u8]],
        fields: Fields<'_>,
        size: BodySize,
        context: ResponseContext,
    ) {
        self.bytes.clear();
        self.validated = write(&mut self.bytes, status, start, fields, size, context);
    }

    /// Makes it a head that cannot be sent, for this reason.
    #[cold]
    pub(crate) const fn refuse(&mut self, misuse: Misuse) {
        self.validated = Err(misuse);
    }

    /// Appends the head to `staging`, if it is valid.
    #[inline]
    pub(super) fn copy_to(&self, staging: &mut Vec<u8>) -> Result<EncodedHead, Misuse> {
        let encoded = self.validated?;
        staging.extend_from_slice(&self.bytes);
        Ok(encoded)
    }
}

/// Validates the head of a response, final or informational, and, if it is valid, appends it to `staging`.
/// `start` is the status line, and further lines that were validated before; the fields follow it.
#[inline]
pub(super) fn write(
    staging: &mut Vec<u8>,
    status: u16,
    start: &[&[u8]],
    fields: Fields<'_>,
    size: BodySize,
    context: ResponseContext,
) -> Result<EncodedHead, Misuse> {
    let ResponseContext { request_kind, is_old, keep_alive } = context;
    let framing_fields = FramingFields::read(fields, Lenient::NONE, |_, _| {});
    check_fields(fields, &framing_fields)?;
    let announced = announced(status, request_kind, size, is_old);
    let never = matches!(announced, Framing::None | Framing::Tunnel);
    let is_empty = matches!(size, BodySize::None | BodySize::Length(0));
    // A response with 205 has an empty body, which must be announced (RFC 9110 section 15.3.6).
    if never && size != BodySize::None || status == 205 && !is_empty {
        return Err(Misuse::NoBody);
    }
    let has_body = !never && request_kind != RequestKind::Head && status != 304;
    // Without a body, a length may only be that of the response to GET, or of the one with 200 (RFC 9110
    // section 8.6). An empty body does not mean that this one is empty too.
    let describes = has_body
        || match size {
            BodySize::None => false,
            BodySize::Length(length) => length > 0,
            BodySize::Unknown => status != 304,
        };
    if describes || never {
        reconcile(announced, &framing_fields, None)?;
    } else {
        check_description(&framing_fields)?;
    }
    staging.reserve(fields.as_bytes().len() + 256);
    for piece in start {
        staging.extend_from_slice(piece);
    }
    write_fields(staging, fields);
    if describes {
        write_framing(staging, announced, &framing_fields);
    }
    let framing = if has_body || never { announced } else { Framing::None };
    let ends = framing == Framing::UntilClose || !keep_alive;
    let end = match framing {
        // Only the final response has a field for persistence.
        _ if status < 200 => b"\r\n",
        Framing::Tunnel => b"\r\n",
        _ => persistence(ends, is_old, &framing_fields),
    };
    staging.extend_from_slice(end);
    Ok(EncodedHead { framing, connection: framing_fields.connection })
}

/// Encodes a head as [`write`] does, with this reason phrase.
pub(super) fn write_with(
    staging: &mut Vec<u8>,
    status: u16,
    reason: &[u8],
    fields: Fields<'_>,
    size: BodySize,
    context: ResponseContext,
) -> Result<EncodedHead, Misuse> {
    if !token::is_text(reason) {
        return Err(Misuse::Reason);
    }
    let digits = number::three_digits(status);
    let start: [&[u8]; 5] = [b"HTTP/1.1 ", &digits, b" ", reason, b"\r\n"];
    write(staging, status, &start, fields, size, context)
}

/// Returns the end of a head, with the Connection field if it is needed and the caller has not set it.
const fn persistence(ends: bool, old: bool, framing_fields: &FramingFields) -> &'static [u8] {
    match (ends, framing_fields.connection.close, framing_fields.connection.keep_alive) {
        (true, false, _) => b"Connection: close\r\n\r\n",
        (false, false, false) if old => b"Connection: keep-alive\r\n\r\n",
        _ => b"\r\n",
    }
}

/// Returns the framing that a response announces, for its own body or for that of the response to GET.
const fn announced(status: u16, request_kind: RequestKind, size: BodySize, old: bool) -> Framing {
    match (status, request_kind, size) {
        (101, ..) | (200..=299, RequestKind::Connect, _) => Framing::Tunnel,
        (100..=199 | 204, ..) => Framing::None,
        (_, _, BodySize::None) => Framing::Length(0),
        (_, _, BodySize::Length(length)) => Framing::Length(length),
        (_, _, BodySize::Unknown) if old => Framing::UntilClose,
        (_, _, BodySize::Unknown) => Framing::Chunked,
    }
}

/// Checks the framing fields with which a caller describes a body that is not sent. Even there, a client
/// refuses contradictions.
const fn check_description(framing_fields: &FramingFields) -> Result<(), Misuse> {
    match (framing_fields.transfer_encoding, framing_fields.content_length) {
        (TransferEncoding::Absent, _) | (TransferEncoding::Chunked, None) => Ok(()),
        _ => Err(Misuse::Framing),
    }
}
