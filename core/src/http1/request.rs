//! Validation and encoding of request heads, either when they are sent or once for repeated use.

use alloc::vec::Vec;

use super::framing_fields::FramingFields;
use super::send::{BodySize, EncodedHead, check_fields, reconcile, write_fields, write_framing};
use crate::error::Misuse;
use crate::fields::Fields;
use crate::framing::{Framing, RequestKind};
use crate::limits::Lenient;
use crate::wire::{target, token};

/// The encoded head of a request, or the reason for which it cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrittenRequest {
    bytes: Vec<u8>,
    pub(super) request_kind: RequestKind,
    validated: Result<EncodedHead, Misuse>,
}

impl WrittenRequest {
    /// Creates a head that cannot be sent, with a buffer of this many bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        let validated = Err(Misuse::Method);
        Self { bytes: Vec::with_capacity(bytes), request_kind: RequestKind::Other, validated }
    }

    /// Validates and encodes another head in the memory of this one.
    pub(crate) fn write(
        &mut self,
        method: &[u8],
        target: &[u8],
        fields: Fields<'_>,
        size: BodySize,
        form: HeadForm,
    ) {
        self.bytes.clear();
        self.request_kind = RequestKind::by(method);
        let line = RequestLine { method, target, kind: self.request_kind, form };
        self.validated = write(&mut self.bytes, &line, fields, size);
    }

    /// Returns why the head cannot be sent, if that is so.
    #[inline]
    pub(crate) fn refusal(&self) -> Option<Misuse> {
        self.validated.err()
    }

    /// Appends the head to `staging`, if it is valid.
    pub(super) fn copy_to(&self, staging: &mut Vec<u8>) -> Result<EncodedHead, Misuse> {
        let encoded = self.validated?;
        staging.extend_from_slice(&self.bytes);
        Ok(encoded)
    }
}

/// The parts of a request line, and what the head must have.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestLine<'a> {
    pub(super) method: &'a [u8],
    pub(super) target: &'a [u8],
    /// That of the method.
    pub(super) kind: RequestKind,
    pub(super) form: HeadForm,
}

/// What the head of a request must have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeadForm {
    /// Whether the Host field must not be missing.
    pub(crate) needs_host: bool,
    /// Whether its version is HTTP/1.0, not HTTP/1.1.
    pub(crate) is_http10: bool,
}

/// Validates the head of a request and, if it is valid, appends it to `staging`.
pub(super) fn write(
    staging: &mut Vec<u8>,
    line: &RequestLine<'_>,
    fields: Fields<'_>,
    size: BodySize,
) -> Result<EncodedHead, Misuse> {
    let RequestLine { method, target, .. } = *line;
    if !token::is_token_all(method) {
        return Err(Misuse::Method);
    }
    if target.is_empty() || token::target_len(target) < target.len() {
        return Err(Misuse::Target);
    }
    target::check(method, target).map_err(|_| Misuse::Target)?;
    let framing_fields = FramingFields::read(fields, Lenient::NONE, |_, _| {});
    check_fields(fields, &framing_fields)?;
    match framing_fields.hosts {
        0 if line.form.needs_host => return Err(Misuse::HostMissing),
        0 => {}
        1 => framing_fields.check_host().map_err(|broken| Misuse::FieldValue(broken.index()))?,
        _ => return Err(Misuse::HostRepeated),
    }
    let connects = line.kind == RequestKind::Connect;
    if connects && size != BodySize::None {
        return Err(Misuse::NoBody);
    }
    let framing = match size {
        BodySize::None => Framing::None,
        BodySize::Length(length) => Framing::Length(length),
        // HTTP/1.0 has no transfer codings, and a request does not end with its connection.
        BodySize::Unknown if line.form.is_http10 => return Err(Misuse::Framing),
        BodySize::Unknown => Framing::Chunked,
    };
    reconcile(framing, &framing_fields, Some(0))?;
    staging.reserve(fields.as_bytes().len() + method.len() + target.len() + 64);
    staging.extend_from_slice(method);
    staging.push(b' ');
    staging.extend_from_slice(target);
    staging.extend_from_slice(if line.form.is_http10 {
        b" HTTP/1.0\r\n"
    } else {
        b" HTTP/1.1\r\n"
    });
    write_fields(staging, fields);
    write_framing(staging, framing, &framing_fields);
    staging.extend_from_slice(b"\r\n");
    let framing = if connects { Framing::Tunnel } else { framing };
    Ok(EncodedHead { framing, connection: framing_fields.connection })
}
