//! The heads of responses, judged and written.

use alloc::vec::Vec;

use super::framing_fields::FramingFields;
use super::send::{BodySize, EncodedHead, check_fields, reconcile, write_fields, write_framing};
use crate::error::Misuse;
use crate::fields::Fields;
use crate::framing::{Framing, RequestKind, TransferEncoding};
use crate::limits::Lenient;
use crate::wire::{number, token};

/// What the head of a response depends on, beside what the caller says of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResponseContext {
    /// What the request asks.
    pub(super) request_kind: RequestKind,
    /// The client speaks HTTP/1.0.
    pub(super) is_old: bool,
    /// Another exchange may follow.
    pub(super) keep_alive: bool,
}

/// The head of a response as it is sent, or why it cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrittenResponse {
    bytes: Vec<u8>,
    validated: Result<EncodedHead, Misuse>,
}

impl WrittenResponse {
    /// Returns one that cannot be sent.
    pub(crate) const fn new() -> Self {
        Self { bytes: Vec::new(), validated: Err(Misuse::Status) }
    }

    /// Judges and writes another in the memory of this one; see [`write`].
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

    /// Writes the head behind `staging`, if nothing was wrong with it.
    #[inline]
    pub(super) fn copy_to(&self, staging: &mut Vec<u8>) -> Result<EncodedHead, Misuse> {
        let encoded = self.validated?;
        staging.extend_from_slice(&self.bytes);
        Ok(encoded)
    }
}

/// Judges the head of a response, final or informational, and, if nothing is wrong with it, writes it
/// behind `staging`: its `start`, which is the status line and lines that were checked before, and the
/// fields.
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
    let framing_fields = FramingFields::read(fields, Lenient::STRICT, |_, _| {});
    check_fields(fields, &framing_fields)?;
    let announced = announced(status, request_kind, size, is_old);
    let never = matches!(announced, Framing::None | Framing::Tunnel);
    if never && size != BodySize::None {
        return Err(Misuse::NoBody);
    }
    let has_body = !never && request_kind != RequestKind::Head && status != 304;
    // A response without a body may describe the one that GET would have had, or keep silent.
    let describes = has_body || size != BodySize::None;
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
        // Persistence is for the final response to say.
        _ if status < 200 => b"\r\n",
        Framing::Tunnel => b"\r\n",
        _ => persistence(ends, is_old, &framing_fields),
    };
    staging.extend_from_slice(end);
    Ok(EncodedHead { framing, connection: framing_fields.connection })
}

/// As [`write`], with this reason phrase.
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

/// Returns the end of a head, with the field that says whether the connection goes on, unless the caller did.
const fn persistence(ends: bool, old: bool, framing_fields: &FramingFields) -> &'static [u8] {
    match (ends, framing_fields.connection.close, framing_fields.connection.keep_alive) {
        (true, false, _) => b"Connection: close\r\n\r\n",
        (false, false, false) if old => b"Connection: keep-alive\r\n\r\n",
        _ => b"\r\n",
    }
}

/// Returns how a response announces the body that it has, or that the one to GET would have.
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

/// Checks the framing fields with which a caller describes a body that is not sent: a client refuses
/// what contradicts itself even there.
const fn check_description(framing_fields: &FramingFields) -> Result<(), Misuse> {
    match (framing_fields.transfer_encoding, framing_fields.content_length) {
        (TransferEncoding::Absent, _) | (TransferEncoding::Chunked, None) => Ok(()),
        _ => Err(Misuse::Framing),
    }
}
