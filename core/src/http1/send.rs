//! The sending half of a connection. It validates everything before it writes a byte.

use alloc::vec::Vec;

use bytes::Bytes;

use super::framing_fields::{ConnectionOptions, FramingFields};
use super::out::Out;
use crate::error::Misuse;
use crate::fields::Fields;
use crate::framing::{Framing, TransferEncoding};
use crate::values::BufferSizes;
use crate::wire::{number, token};

/// The size of a body that is to be sent.
///
/// [`Connection`](super::Connection) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodySize {
    /// The message has no body.
    #[default]
    None,
    /// The body has this many bytes.
    Length(u64),
    /// The size is not known: the body is chunked, or ends with the connection if the peer uses HTTP/1.0.
    Unknown,
}

crate::stored::stored_enum! {
    BodySize {
        0 None,
        1 Length(length),
        2 Unknown,
    }
}

/// The properties of a head that was encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EncodedHead {
    pub(super) framing: Framing,
    pub(super) connection: ConnectionOptions,
}

/// The sending half of a connection: takes the parts of messages and returns bytes.
#[derive(Clone, Debug)]
pub(super) struct Send {
    pub(super) out: Out,
    framing: Framing,
    /// Bytes left of a body of known length.
    left: u64,
}

impl Send {
    pub(super) fn new(sizes: BufferSizes) -> Self {
        Self { out: Out::new(sizes), framing: Framing::None, left: 0 }
    }

    /// Queues the head that `write` encodes, and begins the body that it announces.
    #[inline]
    pub(super) fn head(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<EncodedHead, Misuse>,
    ) -> Result<EncodedHead, Misuse> {
        let encoded = write(self.out.staging())?;
        self.framing = encoded.framing;
        self.left = match encoded.framing {
            Framing::Length(length) => length,
            _ => 0,
        };
        Ok(encoded)
    }

    /// Queues the whole body that the head announced, if the message has one, and ends it.
    #[inline]
    pub(super) fn whole_body(&mut self, body: Bytes) {
        if self.framing != Framing::None {
            self.out.push(body);
        }
        (self.framing, self.left) = (Framing::None, 0);
    }

    /// Queues a part of the body.
    #[inline]
    pub(super) fn data(&mut self, data: Bytes) -> Result<(), Misuse> {
        let len = data.len() as u64;
        match self.framing {
            _ if len == 0 => {}
            Framing::None | Framing::Tunnel => return Err(Misuse::NoBody),
            Framing::Length(_) if len > self.left => return Err(Misuse::BodyTooLong),
            Framing::Length(_) => {
                self.left -= len;
                self.out.push(data);
            }
            Framing::UntilClose => self.out.push(data),
            Framing::Chunked => {
                let staging = self.out.staging();
                number::write_hexadecimal(len, staging);
                staging.extend_from_slice(b"\r\n");
                self.out.push(data);
                self.out.staging().extend_from_slice(b"\r\n");
            }
        }
        Ok(())
    }

    /// Ends the body.
    #[inline]
    pub(super) fn finish(&mut self, trailers: Fields<'_>) -> Result<(), Misuse> {
        if self.left > 0 {
            return Err(Misuse::BodyTooShort(self.left));
        }
        if self.framing != Framing::Chunked {
            return if trailers.is_empty() { Ok(()) } else { Err(Misuse::TrailersNeedChunks) };
        }
        check_syntax(trailers)?;
        if let Some(index) = trailers.iter().position(|field| !may_be_trailer(field.name)) {
            return Err(Misuse::TrailerForbidden(index));
        }
        self.out.staging().extend_from_slice(b"0\r\n");
        write_fields(self.out.staging(), trailers);
        self.out.staging().extend_from_slice(b"\r\n");
        self.framing = Framing::None;
        Ok(())
    }

    /// Returns how many bytes are left of a body of known length.
    pub(super) const fn left(&self) -> u64 {
        self.left
    }
}

/// Writes fields, one on each line.
#[inline]
pub(super) fn write_fields(staging: &mut Vec<u8>, fields: Fields<'_>) {
    if let Some(lines) = fields.lines() {
        return staging.extend_from_slice(lines);
    }
    for field in fields {
        staging.extend_from_slice(field.name);
        staging.extend_from_slice(b": ");
        staging.extend_from_slice(field.value);
        staging.extend_from_slice(b"\r\n");
    }
}

/// Writes the field that announces the body, unless the caller has set it.
#[inline]
pub(super) fn write_framing(
    staging: &mut Vec<u8>,
    framing: Framing,
    framing_fields: &FramingFields,
) {
    match framing {
        Framing::Length(length) if framing_fields.content_length.is_none() => {
            write_length(length, staging);
        }
        Framing::Chunked if framing_fields.transfer_encoding == TransferEncoding::Absent => {
            staging.extend_from_slice(b"Transfer-Encoding: chunked\r\n");
        }
        _ => {}
    }
}

/// Writes the field Content-Length.
#[inline]
fn write_length(length: u64, out: &mut Vec<u8>) {
    let mut digits = *b"00000000000000000000\r\n";
    let end = digits.len() - 2;
    let start = number::write_decimal(length, &mut digits[..end]);
    out.extend_from_slice(b"Content-Length: ");
    out.extend_from_slice(&digits[start..]);
}

/// Checks that the caller's framing fields match the body. `none` is the Content-Length that a message
/// without a body may have.
pub(super) fn reconcile(
    framing: Framing,
    framing_fields: &FramingFields,
    none: Option<u64>,
) -> Result<(), Misuse> {
    let length_fits = match framing {
        Framing::Length(length) => {
            framing_fields.content_length.is_none_or(|given| given == length)
        }
        Framing::None => {
            framing_fields.content_length.is_none() || framing_fields.content_length == none
        }
        _ => framing_fields.content_length.is_none(),
    };
    let coding_fits = match framing_fields.transfer_encoding {
        TransferEncoding::Absent => true,
        TransferEncoding::Chunked => framing == Framing::Chunked,
        TransferEncoding::Unknown | TransferEncoding::Rejected(_) => false,
    };
    if length_fits && coding_fits { Ok(()) } else { Err(Misuse::Framing) }
}

/// Checks the syntax of all fields, and that Content-Length is one number.
#[inline]
pub(super) fn check_fields(
    fields: Fields<'_>,
    framing_fields: &FramingFields,
) -> Result<(), Misuse> {
    check_syntax(fields)?;
    framing_fields.check_length().map_err(|_| Misuse::Framing)
}

#[inline]
fn check_syntax(fields: Fields<'_>) -> Result<(), Misuse> {
    if fields.lines().is_some() { Ok(()) } else { check_each(fields) }
}

fn check_each(fields: Fields<'_>) -> Result<(), Misuse> {
    for (index, field) in fields.iter().enumerate() {
        if !token::is_token_all(field.name) {
            return Err(Misuse::FieldName(index));
        }
        if !token::is_text(field.value) {
            return Err(Misuse::FieldValue(index));
        }
    }
    Ok(())
}

/// Returns whether a field of this name may be sent as a trailer. Others are needed before the body, or would
/// change its meaning (RFC 9110 section 6.5.1); a recipient that finds one in trailers does not pass it on.
///
/// ```
/// use limpid_core::http1::may_be_trailer;
///
/// assert!(may_be_trailer(b"Digest"));
/// assert!(!may_be_trailer(b"Content-Length"));
/// ```
#[must_use]
pub fn may_be_trailer(name: &[u8]) -> bool {
    const FORBIDDEN: [&str; 20] = [
        "authorization",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-range",
        "content-type",
        "cookie",
        "expect",
        "host",
        "keep-alive",
        "max-forwards",
        "proxy-authorization",
        "range",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "www-authenticate",
    ];
    !FORBIDDEN.iter().any(|forbidden| name.eq_ignore_ascii_case(forbidden.as_bytes()))
}
