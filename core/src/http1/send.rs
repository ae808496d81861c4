//! The sending half of a connection: everything is checked before a byte is written.

use alloc::vec::Vec;
use core::ops::Range;

use bytes::Bytes;

use super::facts::{Facts, Wishes};
use super::out::Out;
use crate::error::Misuse;
use crate::fields::Fields;
use crate::framing::{Asked, Framing, TransferEncoding};
use crate::limits::Lenient;
use crate::values::Version;
use crate::wire::{number, token};

/// How long a body will be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodySize {
    /// There is none.
    #[default]
    None,
    /// This many bytes.
    Length(u64),
    /// Not known: chunked, or until the end of the connection where the peer speaks HTTP/1.0.
    Unknown,
}

/// What is known of the message that is being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Announced {
    pub(super) framing: Framing,
    pub(super) wishes: Wishes,
}

/// Messages in, bytes out.
#[derive(Clone, Debug)]
pub(super) struct Send {
    pub(super) out: Out,
    framing: Framing,
    /// Bytes left of a body of known length.
    left: u64,
}

impl Send {
    pub(super) fn new() -> Self {
        Self { out: Out::default(), framing: Framing::None, left: 0 }
    }

    /// Queues the head of a request that `write` writes.
    #[inline]
    pub(super) fn request(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<Announced, Misuse>,
    ) -> Result<Announced, Misuse> {
        let announced = write(self.out.staging())?;
        self.begin(announced.framing);
        Ok(announced)
    }

    /// Writes the head of a response to `asked`, for a peer that speaks `version`: its `start`, which
    /// is the status line and lines that were checked before, and the fields.
    #[inline]
    pub(super) fn response(
        &mut self,
        status: u16,
        start: &[&[u8]],
        fields: Fields<'_>,
        size: BodySize,
        asked: Asked,
        (version, keep_alive): (Version, bool),
    ) -> Result<Announced, Misuse> {
        let facts = Facts::read(fields, Lenient::STRICT, |_, _| {});
        check_fields(fields, &facts)?;
        let old = version < Version::HTTP_11;
        let announced = announced(status, asked, size, old);
        let never = matches!(announced, Framing::None | Framing::Tunnel);
        if never && size != BodySize::None {
            return Err(Misuse::NoBody);
        }
        let has_body = !never && asked != Asked::Head && status != 304;
        // A response without a body may describe the one that GET would have had, or keep silent.
        let describes = has_body || size != BodySize::None;
        if describes || never {
            reconcile(announced, &facts, None)?;
        } else {
            check_description(&facts)?;
        }
        self.start(start, fields);
        if describes {
            self.framing_field(announced, &facts);
        }
        let framing = if has_body || never { announced } else { Framing::None };
        let ends = framing == Framing::UntilClose || !keep_alive;
        let end: &[u8] = match framing {
            Framing::Tunnel => b"\r\n",
            _ => persistence(ends, old, &facts),
        };
        self.out.staging().extend_from_slice(end);
        self.begin(framing);
        Ok(Announced { framing, wishes: facts.wishes })
    }

    /// Writes a whole response, where its body is small and no field says anything to the machine, or
    /// has a name of one of the `other` lengths: where its head stands. Otherwise nothing is written.
    #[inline]
    pub(super) fn plain_response(
        &mut self,
        start: [&[u8]; 2],
        (fields, other): (Fields<'_>, u32),
        body: &[u8],
    ) -> Option<Range<usize>> {
        let lines = fields.lines()?;
        let mut names = fields.names_of_lengths(Facts::LENGTHS | other);
        if names.next().is_some() || !Out::copies(body.len()) {
            return None;
        }
        let staging = self.out.staging();
        let from = staging.len();
        staging.reserve(lines.len() + 256);
        for piece in start {
            staging.extend_from_slice(piece);
        }
        staging.extend_from_slice(lines);
        write_length(body.len() as u64, staging);
        staging.extend_from_slice(b"\r\n");
        let to = staging.len();
        staging.extend_from_slice(body);
        self.begin(Framing::None);
        Some(from..to)
    }

    /// Writes a whole response again, with the head that [`plain_response`](Self::plain_response) wrote
    /// and another body of the same length.
    #[inline]
    pub(super) fn same_response(&mut self, head: &[u8], body: &[u8]) {
        let staging = self.out.staging();
        staging.reserve(head.len() + body.len());
        staging.extend_from_slice(head);
        staging.extend_from_slice(body);
        self.begin(Framing::None);
    }

    /// Writes the head of an informational response.
    pub(super) fn informational(
        &mut self,
        status: u16,
        reason: &[u8],
        fields: Fields<'_>,
    ) -> Result<(), Misuse> {
        if !token::is_text(reason) {
            return Err(Misuse::Reason);
        }
        let facts = Facts::read(fields, Lenient::STRICT, |_, _| {});
        check_fields(fields, &facts)?;
        reconcile(Framing::None, &facts, None)?;
        let digits = number::three_digits(status);
        self.start(&[b"HTTP/1.1 ", &digits, b" ", reason, b"\r\n"], fields);
        self.out.staging().extend_from_slice(b"\r\n");
        Ok(())
    }

    /// Queues a piece of the body.
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
        if let Some(index) = trailers.iter().position(|field| is_forbidden_trailer(field.name)) {
            return Err(Misuse::TrailerForbidden(index));
        }
        self.out.staging().extend_from_slice(b"0\r\n");
        self.fields(trailers);
        self.out.staging().extend_from_slice(b"\r\n");
        self.framing = Framing::None;
        Ok(())
    }

    /// Bytes that are left of a body of known length.
    pub(super) const fn left(&self) -> u64 {
        self.left
    }

    fn begin(&mut self, framing: Framing) {
        self.framing = framing;
        self.left = if let Framing::Length(length) = framing { length } else { 0 };
    }

    /// Writes what a response begins with, and its fields.
    #[inline]
    fn start(&mut self, start: &[&[u8]], fields: Fields<'_>) {
        let staging = self.out.staging();
        staging.reserve(fields.as_bytes().len() + 256);
        for piece in start {
            staging.extend_from_slice(piece);
        }
        self.fields(fields);
    }

    #[inline]
    fn fields(&mut self, fields: Fields<'_>) {
        write_fields(self.out.staging(), fields);
    }

    #[inline]
    fn framing_field(&mut self, framing: Framing, facts: &Facts) {
        write_framing(self.out.staging(), framing, facts);
    }
}

/// Writes fields, each in its line.
#[inline]
pub(super) fn write_fields(staging: &mut Vec<u8>, fields: Fields<'_>) {
    if let Some(lines) = fields.lines() {
        return staging.extend_from_slice(lines);
    }
    for field in fields.iter() {
        staging.extend_from_slice(field.name);
        staging.extend_from_slice(b": ");
        staging.extend_from_slice(field.value);
        staging.extend_from_slice(b"\r\n");
    }
}

/// Writes the field that announces the body, unless the caller did.
#[inline]
pub(super) fn write_framing(staging: &mut Vec<u8>, framing: Framing, facts: &Facts) {
    match framing {
        Framing::Length(length) if facts.content_length.is_none() => {
            write_length(length, staging);
        }
        Framing::Chunked if facts.transfer_encoding == TransferEncoding::Absent => {
            staging.extend_from_slice(b"Transfer-Encoding: chunked\r\n");
        }
        _ => {}
    }
}

/// The end of a head, with the field that says whether the connection goes on, unless the caller did.
const fn persistence(ends: bool, old: bool, facts: &Facts) -> &'static [u8] {
    match (ends, facts.wishes.close, facts.wishes.keep_alive) {
        (true, false, _) => b"Connection: close\r\n\r\n",
        (false, false, false) if old => b"Connection: keep-alive\r\n\r\n",
        _ => b"\r\n",
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

/// How a response announces the body that it has, or that the one to GET would have.
const fn announced(status: u16, asked: Asked, size: BodySize, old: bool) -> Framing {
    match (status, asked, size) {
        (101, ..) | (200..=299, Asked::Connect, _) => Framing::Tunnel,
        (100..=199 | 204, ..) => Framing::None,
        (_, _, BodySize::None) => Framing::Length(0),
        (_, _, BodySize::Length(length)) => Framing::Length(length),
        (_, _, BodySize::Unknown) if old => Framing::UntilClose,
        (_, _, BodySize::Unknown) => Framing::Chunked,
    }
}

/// Checks that the caller's framing fields say what the body will be. `none` is the length that a
/// message without a body may give.
pub(super) fn reconcile(framing: Framing, facts: &Facts, none: Option<u64>) -> Result<(), Misuse> {
    let length_fits = match framing {
        Framing::Length(length) => facts.content_length.is_none_or(|given| given == length),
        Framing::None => facts.content_length.is_none() || facts.content_length == none,
        _ => facts.content_length.is_none(),
    };
    let coding_fits = match facts.transfer_encoding {
        TransferEncoding::Absent => true,
        TransferEncoding::Chunked => framing == Framing::Chunked,
        TransferEncoding::Refused(_) => false,
    };
    if length_fits && coding_fits { Ok(()) } else { Err(Misuse::Framing) }
}

/// Checks the framing fields with which a caller describes a body that is not sent: a client refuses
/// what contradicts itself even there.
const fn check_description(facts: &Facts) -> Result<(), Misuse> {
    match (facts.transfer_encoding, facts.content_length) {
        (TransferEncoding::Absent, _) | (TransferEncoding::Chunked, None) => Ok(()),
        _ => Err(Misuse::Framing),
    }
}

/// Checks every field, and that a length is one number.
#[inline]
pub(super) fn check_fields(fields: Fields<'_>, facts: &Facts) -> Result<(), Misuse> {
    check_syntax(fields)?;
    facts.check_length().map_err(|_| Misuse::Framing)
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

/// Fields that a recipient needs before the body, or that would change what it is
/// (RFC 9110 section 6.5.1).
fn is_forbidden_trailer(name: &[u8]) -> bool {
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
    FORBIDDEN.iter().any(|forbidden| name.eq_ignore_ascii_case(forbidden.as_bytes()))
}
