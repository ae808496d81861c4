//! What the fields of a head say to the machine itself.

use crate::error::Rule;
use crate::fields::{Field, Fields, elements};
use crate::framing::TransferEncoding;
use crate::limits::Lenient;
use crate::wire::number::{NotANumber, decimal};
use crate::wire::target::host_and_port;

/// The fields that decide framing, persistence and routing, read once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) content_length: Option<u64>,
    pub(super) transfer_encoding: TransferEncoding,
    /// `Connection: close`.
    pub(super) close: bool,
    /// `Connection: keep-alive`.
    pub(super) keep_alive: bool,
    /// `Connection: upgrade`, and an Upgrade field.
    pub(super) upgrade: bool,
    pub(super) hosts: usize,
    pub(super) expects_continue: bool,
    connection_upgrade: bool,
    upgrade_field: bool,
    coding_lines: usize,
    host_fault: Option<BrokenField>,
    length_fault: Option<BrokenField>,
}

/// A rule that a field breaks, and which field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BrokenField {
    pub(super) rule: Rule,
    /// Index of the field among the fields.
    pub(super) field: usize,
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
        for (index, field) in fields.iter().enumerate() {
            facts.add(index, field, lenient, &mut tolerated);
        }
        facts.upgrade = facts.connection_upgrade && facts.upgrade_field;
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

    /// Takes one field in. Only names of six lengths matter, so that most are passed over fast.
    #[inline]
    fn add(
        &mut self,
        index: usize,
        field: Field<'_>,
        lenient: Lenient,
        tolerated: &mut impl FnMut(Rule, usize),
    ) {
        match field.name.len() {
            4 if field.is("Host") => {
                if let Err(rule) = self.host(field.value) {
                    self.host_fault.get_or_insert(BrokenField { rule, field: index });
                }
            }
            6 if field.is("Expect") => {
                let expected = |element: &[u8]| element.eq_ignore_ascii_case(b"100-continue");
                self.expects_continue |= field.elements().any(expected);
            }
            7 if field.is("Upgrade") => self.upgrade_field |= !field.value.is_empty(),
            10 if field.is("Connection") => self.connection(field),
            14 if field.is("Content-Length") => match self.length(field.value, lenient) {
                Ok(None) => {}
                Ok(Some(rule)) => tolerated(rule, index),
                Err(rule) => {
                    self.length_fault.get_or_insert(BrokenField { rule, field: index });
                }
            },
            17 if field.is("Transfer-Encoding") => self.coding(field.value),
            _ => {}
        }
    }

    fn host(&mut self, value: &[u8]) -> Result<(), Rule> {
        self.hosts += 1;
        if self.hosts > 1 {
            return Err(Rule::HostRepeated);
        }
        host_and_port(value).map(drop).map_err(|_| Rule::HostInvalid)
    }

    fn connection(&mut self, field: Field<'_>) {
        for option in field.elements() {
            self.close |= option.eq_ignore_ascii_case(b"close");
            self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
            self.connection_upgrade |= option.eq_ignore_ascii_case(b"upgrade");
        }
    }

    fn length(&mut self, value: &[u8], lenient: Lenient) -> Result<Option<Rule>, Rule> {
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
        self.coding_lines += 1;
        self.transfer_encoding = if self.coding_lines > 1 {
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
            assert_eq!(facts.check_length(), Err(BrokenField { rule, field: 1 }), "{value}");
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
        assert!(!read(&[("Upgrade", "websocket")]).upgrade);
        assert!(read(&[("Connection", ",, Upgrade"), ("Upgrade", "websocket")]).upgrade);
        assert!(read(&[("Connection", "x, CLOSE ,")]).close);
        assert!(!read(&[("Connection", "closed")]).close);
    }
}
