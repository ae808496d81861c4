//! What the fields of a head say to the machine itself.

use crate::error::Rule;
use crate::fields::{Fields, elements};
use crate::framing::TransferEncoding;
use crate::limits::Lenient;
use crate::wire::number::{NotANumber, decimal};
use crate::wire::target::host_and_port;
use crate::wire::token::is_word;

/// The lengths of the names that matter here, one bit each.
const LENGTHS: u32 = 1 << 4 | 1 << 6 | 1 << 7 | 1 << 10 | 1 << 14 | 1 << 17;

/// The fields that matter here.
#[derive(Clone, Copy)]
enum Known {
    Host,
    Expect,
    Upgrade,
    Connection,
    ContentLength,
    TransferEncoding,
}

/// The fields that decide framing, persistence and routing, read once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) content_length: Option<u64>,
    pub(super) transfer_encoding: TransferEncoding,
    pub(super) hosts: u32,
    pub(super) wishes: Wishes,
    connection_upgrade: bool,
    upgrade_field: bool,
    has_coding: bool,
    host_fault: Option<BrokenField>,
    length_fault: Option<BrokenField>,
}

/// What a head says about how to go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    /// `Connection: close`.
    pub(super) close: bool,
    /// `Connection: keep-alive`.
    pub(super) keep_alive: bool,
    /// `Connection: upgrade`, and an Upgrade field.
    pub(super) upgrade: bool,
    /// `Expect: 100-continue`.
    pub(super) expects_continue: bool,
}

/// A rule that a field breaks, and which field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BrokenField {
    pub(super) rule: Rule,
    /// Index of the field among the fields.
    field: u32,
}

impl BrokenField {
    /// The field at `index` breaks `rule`.
    pub(super) fn new(rule: Rule, index: usize) -> Self {
        Self { rule, field: u32::try_from(index).unwrap_or(u32::MAX) }
    }

    /// Index of the field among the fields.
    pub(super) const fn index(self) -> usize {
        self.field as usize
    }
}

impl Facts {
    /// Reads the facts off `fields`; `tolerated` is told of each rule that is broken and tolerated,
    /// and in which field.
    pub(super) fn read(
        fields: Fields<'_>,
        lenient: Lenient,
        mut tolerated: impl FnMut(Rule, usize),
    ) -> Self {
        let mut facts = Self::default();
        for (index, name) in fields.names_of_lengths(LENGTHS) {
            let known = match name.len() {
                4 if is_word(name, b"host") => Known::Host,
                6 if is_word(name, b"expect") => Known::Expect,
                7 if is_word(name, b"upgrade") => Known::Upgrade,
                10 if is_word(name, b"connection") => Known::Connection,
                14 if is_word(name, b"content-length") => Known::ContentLength,
                17 if is_word(name, b"transfer-encoding") => Known::TransferEncoding,
                _ => continue,
            };
            let value = fields.nth(index).map_or(&[][..], |field| field.value);
            facts.add(known, index, value, lenient, &mut tolerated);
        }
        facts.wishes.upgrade = facts.connection_upgrade && facts.upgrade_field;
        facts
    }

    /// Checks the Host field of a request.
    ///
    /// # Errors
    /// There are two, or it is not a host and an optional port.
    pub(super) fn check_host(&self) -> Result<(), BrokenField> {
        self.host_fault.map_or(Ok(()), Err)
    }

    /// Checks Content-Length, which a successful answer to CONNECT may fill with anything
    /// (RFC 9112 section 6.3).
    ///
    /// # Errors
    /// It is not one number.
    pub(super) fn check_length(&self) -> Result<(), BrokenField> {
        self.length_fault.map_or(Ok(()), Err)
    }

    /// Takes one field in.
    fn add(
        &mut self,
        name: Known,
        index: usize,
        value: &[u8],
        lenient: Lenient,
        tolerated: &mut impl FnMut(Rule, usize),
    ) {
        match name {
            Known::Host => {
                if let Err(rule) = self.host(value) {
                    self.host_fault.get_or_insert(BrokenField::new(rule, index));
                }
            }
            Known::Expect => {
                let expected = |element: &[u8]| element.eq_ignore_ascii_case(b"100-continue");
                self.wishes.expects_continue |= elements(value).any(expected);
            }
            Known::Upgrade => self.upgrade_field |= !value.is_empty(),
            Known::Connection => self.connection(value),
            Known::ContentLength => match self.length(value, lenient) {
                Ok(None) => {}
                Ok(Some(rule)) => tolerated(rule, index),
                Err(rule) => {
                    self.length_fault.get_or_insert(BrokenField::new(rule, index));
                }
            },
            Known::TransferEncoding => self.coding(value),
        }
    }

    fn host(&mut self, value: &[u8]) -> Result<(), Rule> {
        self.hosts = self.hosts.saturating_add(1);
        if self.hosts > 1 {
            return Err(Rule::HostRepeated);
        }
        host_and_port(value).map(drop).map_err(|_| Rule::HostInvalid)
    }

    fn connection(&mut self, value: &[u8]) {
        let wishes = &mut self.wishes;
        // One option and no list is what nearly all say.
        if is_word(value, b"keep-alive") {
            wishes.keep_alive = true;
            return;
        }
        for option in elements(value) {
            wishes.close |= option.eq_ignore_ascii_case(b"close");
            wishes.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
            self.connection_upgrade |= option.eq_ignore_ascii_case(b"upgrade");
        }
    }

    fn length(&mut self, value: &[u8], lenient: Lenient) -> Result<Option<Rule>, Rule> {
        if let (None, Ok(length)) = (self.content_length, decimal(value)) {
            self.content_length = Some(length);
            return Ok(None);
        }
        self.lengths(value, lenient)
    }

    /// Takes in what is not the first length, or not one alone.
    #[cold]
    fn lengths(&mut self, value: &[u8], lenient: Lenient) -> Result<Option<Rule>, Rule> {
        let mut tolerated = None;
        // A list is what repeated lines become on their way; its elements are judged like lines,
        // and an empty one is no number.
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

    fn coding(&mut self, value: &[u8]) {
        let is_repeated = core::mem::replace(&mut self.has_coding, true);
        self.transfer_encoding = if is_repeated {
            TransferEncoding::Refused(Rule::TransferEncodingRepeated)
        } else if value.eq_ignore_ascii_case(b"chunked") {
            TransferEncoding::Chunked
        } else {
            let is_chunked = |coding: &&[u8]| coding.eq_ignore_ascii_case(b"chunked");
            TransferEncoding::Refused(if elements(value).any(|coding| is_chunked(&coding)) {
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

    fn read(fields: &[(&str, &str)]) -> Facts {
        let block: FieldBlock = fields.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())).collect();
        Facts::read(block.fields(), Lenient::STRICT, |_, _| {})
    }

    #[test]
    fn one_number_is_a_length() {
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
            let facts = read(&[("X", ""), ("Content-Length", value)]);
            assert_eq!(facts.check_length(), Err(BrokenField::new(rule, 1)), "{value}");
        }
    }

    #[test]
    fn only_chunked_is_understood() {
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
            assert_eq!(coding(value), TransferEncoding::Refused(rule), "{value}");
        }
    }

    #[test]
    fn an_upgrade_needs_both_fields() {
        assert!(!read(&[("Upgrade", "websocket")]).wishes.upgrade);
        assert!(read(&[("Connection", ",, Upgrade"), ("Upgrade", "websocket")]).wishes.upgrade);
        assert!(read(&[("Connection", "x, CLOSE ,")]).wishes.close);
        assert!(!read(&[("Connection", "closed")]).wishes.close);
    }
}
