//! The fields of a head that the machine itself interprets.

use crate::error::Rule;
use crate::fields::{Fields, elements};
use crate::framing::TransferEncoding;
use crate::limits::Lenient;
use crate::wire::number::{NotANumber, decimal};
use crate::wire::target::host_and_port;
use crate::wire::token::is_word;

/// The fields that determine framing, persistence and routing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FramingFields {
    pub(super) content_length: Option<u64>,
    pub(super) transfer_encoding: TransferEncoding,
    pub(super) hosts: u32,
    pub(super) connection: ConnectionOptions,
    connection_upgrade: bool,
    upgrade_field: bool,
    has_coding: bool,
    /// A broken rule was tolerated that another reader may have taken otherwise: the connection is not
    /// reused.
    pub(super) is_misframed: bool,
    host_fault: Option<BrokenField>,
    length_fault: Option<BrokenField>,
}

/// The options of a head for the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ConnectionOptions {
    /// `Connection: close`.
    pub(super) close: bool,
    /// `Connection: keep-alive`.
    pub(super) keep_alive: bool,
    /// `Connection: upgrade`, and an Upgrade field.
    pub(super) upgrade: bool,
    /// `Expect: 100-continue`.
    pub(super) expects_continue: bool,
    /// `Expect` with any other value (RFC 9110 section 10.1.1).
    pub(super) expects_another: bool,
}

/// A rule that a field breaks, with the index of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BrokenField {
    pub(super) rule: Rule,
    /// The index of the field.
    field: u32,
}

impl BrokenField {
    /// Creates a value for a field at `index` that breaks `rule`.
    pub(super) fn new(rule: Rule, index: usize) -> Self {
        Self { rule, field: u32::try_from(index).unwrap_or(u32::MAX) }
    }

    /// Returns the index of the field.
    pub(super) const fn index(self) -> usize {
        self.field as usize
    }
}

impl ConnectionOptions {
    /// No options.
    pub(super) const NONE: Self = Self {
        close: false,
        keep_alive: false,
        upgrade: false,
        expects_continue: false,
        expects_another: false,
    };
}

impl FramingFields {
    /// Reads the framing fields of `fields`. Calls `tolerated` for each rule that is broken and
    /// tolerated, with the index of the field.
    #[inline]
    pub(super) fn read(
        fields: Fields<'_>,
        lenient: Lenient,
        mut tolerated: impl FnMut(Rule, usize),
    ) -> Self {
        let mut framing_fields = Self::default();
        for (index, span) in fields.spans().iter().enumerate() {
            let value = || fields.value(span);
            // The length alone distinguishes most names.
            match span.name_len {
                4 if fields.is_named(span, b"host") => framing_fields.host(value(), index),
                6 if fields.is_named(span, b"expect") => framing_fields.expect(value()),
                7 if fields.is_named(span, b"upgrade") => {
                    framing_fields.upgrade_field |= !value().is_empty();
                }
                10 if fields.is_named(span, b"connection") => framing_fields.connection(value()),
                14 if fields.is_named(span, b"content-length") => {
                    framing_fields.length(value(), index, lenient, &mut tolerated);
                }
                17 if fields.is_named(span, b"transfer-encoding") => {
                    framing_fields.coding(value(), index, lenient, &mut tolerated);
                }
                _ => {}
            }
        }
        framing_fields.connection.upgrade =
            framing_fields.connection_upgrade && framing_fields.upgrade_field;
        framing_fields
    }

    /// Checks the Host field of a request.
    ///
    /// # Errors
    /// Returns an error if there is more than one, or if it is not a host and an optional port.
    pub(super) fn check_host(&self) -> Result<(), BrokenField> {
        self.host_fault.map_or(Ok(()), Err)
    }

    /// Checks Content-Length. In a successful response to CONNECT it is ignored (RFC 9112 section 6.3).
    ///
    /// # Errors
    /// Returns an error if it is not one number.
    pub(super) fn check_length(&self) -> Result<(), BrokenField> {
        self.length_fault.map_or(Ok(()), Err)
    }

    #[inline]
    fn host(&mut self, value: &[u8], index: usize) {
        self.hosts = self.hosts.saturating_add(1);
        let fault = if self.hosts > 1 {
            Rule::HostRepeated
        } else if host_and_port(value).is_err() {
            Rule::HostInvalid
        } else {
            return;
        };
        self.host_fault.get_or_insert(BrokenField::new(fault, index));
    }

    fn expect(&mut self, value: &[u8]) {
        for element in elements(value) {
            let is_known = element.eq_ignore_ascii_case(b"100-continue");
            self.connection.expects_continue |= is_known;
            self.connection.expects_another |= !is_known;
        }
    }

    #[inline]
    fn connection(&mut self, value: &[u8]) {
        // Nearly all messages have one option and not a list.
        if is_word(value, b"keep-alive") {
            self.connection.keep_alive = true;
        } else {
            self.connection_options(value);
        }
    }

    fn connection_options(&mut self, value: &[u8]) {
        for option in elements(value) {
            self.connection.close |= option.eq_ignore_ascii_case(b"close");
            self.connection.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
            self.connection_upgrade |= option.eq_ignore_ascii_case(b"upgrade");
        }
    }

    #[inline]
    fn length(
        &mut self,
        value: &[u8],
        index: usize,
        lenient: Lenient,
        tolerated: &mut impl FnMut(Rule, usize),
    ) {
        if let (None, Ok(length)) = (self.content_length, decimal(value)) {
            self.content_length = Some(length);
            return;
        }
        match self.lengths(value, lenient) {
            Ok(None) => {}
            Ok(Some(rule)) => {
                self.is_misframed = true;
                tolerated(rule, index);
            }
            Err(rule) => {
                self.length_fault.get_or_insert(BrokenField::new(rule, index));
            }
        }
    }

    /// Reads a Content-Length that is not the first, or that is a list.
    #[cold]
    fn lengths(&mut self, value: &[u8], lenient: Lenient) -> Result<Option<Rule>, Rule> {
        let mut tolerated = None;
        // Intermediaries combine repeated lines into a list. Its elements are validated like lines; an empty
        // element is not a number.
        for element in value.split(|byte| *byte == b',') {
            let length = decimal(crate::fields::trim(element)).map_err(|error| match error {
                NotANumber::Digit(_) => Rule::ContentLengthInvalid,
                NotANumber::TooLarge => Rule::ContentLengthTooLarge,
            })?;
            match self.content_length {
                None => self.content_length = Some(length),
                Some(first) if first != length => return Err(Rule::ContentLengthConflict),
                Some(_) if lenient.allows(Lenient::REPEATED_LENGTH) => {
                    tolerated = Some(Rule::ContentLengthRepeated);
                }
                Some(_) => return Err(Rule::ContentLengthRepeated),
            }
        }
        Ok(tolerated)
    }

    #[inline]
    fn coding(
        &mut self,
        value: &[u8],
        index: usize,
        lenient: Lenient,
        tolerated: &mut impl FnMut(Rule, usize),
    ) {
        if !self.has_coding && value.eq_ignore_ascii_case(b"chunked") {
            (self.has_coding, self.transfer_encoding) = (true, TransferEncoding::Chunked);
            return;
        }
        if let Some((coding, rule)) = self.tolerated_codings(value, lenient) {
            (self.has_coding, self.transfer_encoding, self.is_misframed) = (true, coding, true);
            tolerated(rule, index);
            return;
        }
        self.refused_codings(value);
    }

    /// Reads codings some of which break a rule that is tolerated: returns what follows from all of the
    /// message, and the last of the rules. `None` if one of them is not tolerated.
    #[cold]
    fn tolerated_codings(
        &self,
        value: &[u8],
        lenient: Lenient,
    ) -> Option<(TransferEncoding, Rule)> {
        let mut all = self.transfer_encoding;
        // A coding without effect came before: this line is one more.
        let follows = self.has_coding && all == TransferEncoding::Absent;
        let mut rule = follows.then_some(Rule::TransferEncodingRepeated);
        if elements(value).next().is_none() {
            lenient.allows(Lenient::EMPTY_CODING).then_some(())?;
            rule = Some(Rule::TransferEncodingUnknown);
        }
        for coding in elements(value) {
            let is_chunked = coding.eq_ignore_ascii_case(b"chunked");
            let is_identity = coding.eq_ignore_ascii_case(b"identity");
            all = match all {
                _ if is_identity && lenient.allows(Lenient::IDENTITY_CODING) => {
                    rule = Some(Rule::TransferEncodingUnknown);
                    all
                }
                TransferEncoding::Absent if is_chunked => TransferEncoding::Chunked,
                TransferEncoding::Chunked
                    if is_chunked && lenient.allows(Lenient::REPEATED_CHUNKED) =>
                {
                    rule = Some(Rule::TransferEncodingRepeated);
                    all
                }
                TransferEncoding::Absent
                | TransferEncoding::Chunked
                | TransferEncoding::Unknown
                    if !is_chunked && lenient.allows(Lenient::UNKNOWN_CODING) =>
                {
                    rule = Some(Rule::TransferEncodingUnknown);
                    TransferEncoding::Unknown
                }
                // The last coding frames the body, and the content stays coded.
                TransferEncoding::Unknown if is_chunked => {
                    rule = Some(Rule::TransferEncodingUnknown);
                    TransferEncoding::Chunked
                }
                _ => return None,
            };
        }
        Some((all, rule?))
    }

    #[cold]
    fn refused_codings(&mut self, value: &[u8]) {
        let is_repeated = core::mem::replace(&mut self.has_coding, true);
        self.transfer_encoding = if is_repeated {
            TransferEncoding::Rejected(Rule::TransferEncodingRepeated)
        } else {
            let is_chunked = |coding: &&[u8]| coding.eq_ignore_ascii_case(b"chunked");
            TransferEncoding::Rejected(if elements(value).any(|coding| is_chunked(&coding)) {
                match elements(value).last().filter(is_chunked) {
                    Some(_) if elements(value).filter(is_chunked).count() == 1 => {
                        Rule::TransferEncodingUnknown
                    }
                    _ => Rule::TransferEncodingNotFinal,
                }
            } else {
                Rule::TransferEncodingUnknown
            })
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::FieldBlock;

    fn read(fields: &[(&str, &str)]) -> FramingFields {
        let block: FieldBlock = fields.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())).collect();
        FramingFields::read(block.fields(), Lenient::NONE, |_, _| {})
    }

    #[test]
    fn content_length_is_one_number() {
        assert_eq!(read(&[("content-length", "03")]).content_length, Some(3));
        for (value, rule) in [
            ("", Rule::ContentLengthInvalid),
            ("3,", Rule::ContentLengthInvalid),
            ("3, x", Rule::ContentLengthInvalid),
            ("3 3", Rule::ContentLengthInvalid),
            ("3, 4", Rule::ContentLengthConflict),
            ("3, 3", Rule::ContentLengthRepeated),
            ("18446744073709551616", Rule::ContentLengthTooLarge),
        ] {
            let framing_fields = read(&[("X", ""), ("Content-Length", value)]);
            assert_eq!(framing_fields.check_length(), Err(BrokenField::new(rule, 1)), "{value}");
        }
    }

    #[test]
    fn transfer_encoding_other_than_chunked_is_rejected() {
        let coding = |value| read(&[("Transfer-Encoding", value)]).transfer_encoding;
        assert_eq!(coding("cHunked"), TransferEncoding::Chunked);
        for (value, rule) in [
            ("", Rule::TransferEncodingUnknown),
            ("gzip, chunked", Rule::TransferEncodingUnknown),
            ("chunked, gzip", Rule::TransferEncodingNotFinal),
            ("chunked, chunked", Rule::TransferEncodingNotFinal),
            ("xchunked", Rule::TransferEncodingUnknown),
            ("\"chunked\"", Rule::TransferEncodingUnknown),
        ] {
            assert_eq!(coding(value), TransferEncoding::Rejected(rule), "{value}");
        }
    }

    #[test]
    fn upgrade_needs_both_fields() {
        assert!(!read(&[("Upgrade", "websocket")]).connection.upgrade);
        assert!(read(&[("Connection", ",, Upgrade"), ("Upgrade", "websocket")]).connection.upgrade);
        assert!(read(&[("Connection", "x, CLOSE ,")]).connection.close);
        assert!(!read(&[("Connection", "closed")]).connection.close);
    }
}
