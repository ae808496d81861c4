//! The heads of requests, judged and written: when they are sent, or once for all the times that they
//! are.

use alloc::vec::Vec;

use super::framing_fields::FramingFields;
use super::send::{BodySize, EncodedHead, check_fields, reconcile, write_fields, write_framing};
use crate::error::Misuse;
use crate::fields::Fields;
use crate::framing::{Framing, RequestKind};
use crate::limits::Lenient;
use crate::wire::{target, token};

/// The head of a request as it is sent, or why it cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrittenRequest {
    bytes: Vec<u8>,
    pub(super) request_kind: RequestKind,
    validated: Result<EncodedHead, Misuse>,
}

impl WrittenRequest {
    /// None, in memory of this size.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        let validated = Err(Misuse::Method);
        Self { bytes: Vec::with_capacity(bytes), request_kind: RequestKind::Other, validated }
    }

    /// Judges and writes another in the memory of this one.
    pub(crate) fn write(
        &mut self,
        method: &[u8],
        target: &[u8],
        fields: Fields<'_>,
        size: BodySize,
    ) {
        self.bytes.clear();
        self.request_kind = RequestKind::by(method);
        self.validated = write(&mut self.bytes, method, target, fields, size, self.request_kind);
    }

    /// Writes the head behind `staging`, if nothing was wrong with it.
    pub(super) fn copy_to(&self, staging: &mut Vec<u8>) -> Result<EncodedHead, Misuse> {
        let encoded = self.validated?;
        staging.extend_from_slice(&self.bytes);
        Ok(encoded)
    }
}

/// Judges the head of a request and, if nothing is wrong with it, writes it behind `staging`;
/// `request_kind` is what its method does.
pub(super) fn write(
    staging: &mut Vec<u8>,
    method: &[u8],
    target: &[u8],
    fields: Fields<'_>,
    size: BodySize,
    request_kind: RequestKind,
) -> Result<EncodedHead, Misuse> {
    if !token::is_token_all(method) {
        return Err(Misuse::Method);
    }
    if target.is_empty() || token::target_len(target) < target.len() {
        return Err(Misuse::Target);
    }
    target::check(method, target).map_err(|_| Misuse::Target)?;
    let framing_fields = FramingFields::read(fields, Lenient::STRICT, |_, _| {});
    check_fields(fields, &framing_fields)?;
    match framing_fields.hosts {
        0 => return Err(Misuse::HostMissing),
        1 => framing_fields.check_host().map_err(|broken| Misuse::FieldValue(broken.index()))?,
        _ => return Err(Misuse::HostRepeated),
    }
    let connects = request_kind == RequestKind::Connect;
    if connects && size != BodySize::None {
        return Err(Misuse::NoBody);
    }
    let framing = match size {
        BodySize::None => Framing::None,
        BodySize::Length(length) => Framing::Length(length),
        BodySize::Unknown => Framing::Chunked,
    };
    reconcile(framing, &framing_fields, Some(0))?;
    staging.reserve(fields.as_bytes().len() + method.len() + target.len() + 64);
    staging.extend_from_slice(method);
    staging.push(b' ');
    staging.extend_from_slice(target);
    staging.extend_from_slice(b" HTTP/1.1\r\n");
    write_fields(staging, fields);
    write_framing(staging, framing, &framing_fields);
    staging.extend_from_slice(b"\r\n");
    let framing = if connects { Framing::Tunnel } else { framing };
    Ok(EncodedHead { framing, connection: framing_fields.connection })
}
