//! The parser of a section of lines that ends with a blank line: a head, or the trailers of a body.
//!
//! The parser reads each line as soon as it is complete, so that it refuses an error before the rest
//! arrives. The search for a line end resumes where it stopped, so that the work is linear in the
//! number of bytes, however they arrive.

use alloc::vec::Vec;
use core::ops::Range;

use memchr::{memchr, memrchr};

use super::original::{Original, Rules};
use crate::error::Rule;
use crate::fields::FieldSpan;
use crate::limits::{Config, Lenient};
use crate::wire::field::FieldLine;
use crate::wire::foreign::{self, Guess};
use crate::wire::start_line::{self, RequestLine, StatusLine};
use crate::wire::{Broken, Tolerated, field, token};

/// The most positions of fields for which an idle connection leaves memory to others: 2 KiB.
const MAX_DETACHED: usize = 128;

/// The kind of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeadKind {
    Request,
    Response,
    /// The trailers of a request or of a response.
    Trailers {
        request: bool,
    },
}

/// A start line that was read. Its ranges count from the start of the section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StartLine {
    Request(RequestLine),
    Status(StatusLine),
}

/// The result of a call of [`HeadParser::read`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// More bytes are needed.
    NeedInput,
    /// The caller must drop this many bytes, which are a blank line before the section.
    Skip(usize),
    /// The section is complete.
    Complete {
        len: usize,
        /// The section was read in one call, and no broken rule was tolerated.
        is_plain: bool,
    },
}

/// The parser of a section.
#[derive(Clone, Debug)]
pub(super) struct HeadParser {
    kind: HeadKind,
    start_line: Option<StartLine>,
    spans: Vec<FieldSpan>,
    /// The start of the line that is being read.
    line: usize,
    /// The position at which the search for its end resumes.
    scan: usize,
    blank_lines: usize,
    /// The last line is left out of the fields, and so are its continuation lines.
    is_left_out: bool,
    original: Original,
    /// Number of bytes that were examined; repeated examinations count.
    #[cfg(test)]
    work: usize,
}

impl HeadParser {
    pub(super) const fn new(kind: HeadKind) -> Self {
        Self {
            kind,
            start_line: None,
            spans: Vec::new(),
            line: 0,
            scan: 0,
            blank_lines: 0,
            is_left_out: false,
            original: Original::new(),
            #[cfg(test)]
            work: 0,
        }
    }

    /// Begins another section, and keeps the memory.
    pub(super) fn restart(&mut self, kind: HeadKind) {
        self.kind = kind;
        self.start_line = None;
        self.spans.clear();
        self.line = 0;
        self.scan = 0;
        self.blank_lines = 0;
        self.is_left_out = false;
        self.original.clear();
    }

    /// Moves the memory for the positions of fields to `memory` between two sections, unless it is large.
    pub(super) fn detach_spans(&mut self, memory: &mut Vec<FieldSpan>) {
        if self.spans.capacity() > MAX_DETACHED {
            return self.free_spans();
        }
        if self.spans.is_empty() {
            core::mem::swap(&mut self.spans, memory);
        }
    }

    /// Takes the memory for the positions of fields.
    #[inline]
    pub(super) const fn attach_spans(&mut self, memory: &mut Vec<FieldSpan>) {
        if self.spans.capacity() == 0 {
            core::mem::swap(&mut self.spans, memory);
        }
    }

    /// Frees the memory for the positions of fields.
    pub(super) fn free_spans(&mut self) {
        self.spans = Vec::new();
    }

    /// Returns what a second reader needs to know.
    #[cfg(feature = "cross-check")]
    pub(super) const fn original(&self) -> &Original {
        &self.original
    }

    /// Notes rules that were tolerated in the section.
    #[inline(always)]
    pub(super) const fn tolerate(&mut self, rules: Rules) {
        self.original.tolerate(rules);
    }

    pub(super) fn start_line(&self) -> Option<&StartLine> {
        self.start_line.as_ref()
    }

    pub(super) fn spans(&self) -> &[FieldSpan] {
        &self.spans
    }

    /// Returns whether a byte of the section has been read.
    pub(super) fn has_begun(&self) -> bool {
        self.scan > 0
    }

    /// Returns the start of the line at which reading stopped: the blank line, if the section is complete.
    pub(super) fn line_start(&self) -> usize {
        self.line
    }

    /// Returns the line at which reading stopped, without its line end.
    pub(super) fn line_at<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        let rest = bytes.get(self.line..).unwrap_or_default();
        let line = &rest[..memchr(b'\n', rest).unwrap_or(rest.len())];
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// Adopts a complete head of `len` bytes that was read before: its request line and the positions
    /// of its fields. No byte of this section may have been read. The resulting state is that after
    /// reading the head.
    #[inline]
    pub(super) fn adopt(&mut self, line: RequestLine, spans: &[FieldSpan], len: usize) {
        self.start_line = Some(StartLine::Request(line));
        self.spans.extend_from_slice(spans);
        // Reading stops at the blank line.
        self.line = len - 2;
        self.scan = len;
    }

    /// Continues to read. `bytes` start at the start of the section; folded values are joined in place.
    pub(super) fn read(
        &mut self,
        bytes: &mut [u8],
        config: &Config,
        tolerated: &mut impl Tolerated,
    ) -> Result<Progress, Broken> {
        let is_new = self.scan == 0;
        // Lines that were not examined before are mostly complete and valid.
        let complete = if self.scan > self.line {
            None
        } else if self.has_start_line() || self.plain_start_line(bytes, config) {
            self.plain_fields(bytes, config)
        } else {
            None
        };
        match complete {
            Some(len) => Ok(Progress::Complete { len, is_plain: is_new }),
            None => self.read_lines(bytes, config, tolerated),
        }
    }

    /// Reads line by line. Each line may be incomplete or need validation.
    #[inline(never)]
    fn read_lines(
        &mut self,
        bytes: &mut [u8],
        config: &Config,
        tolerated: &mut impl Tolerated,
    ) -> Result<Progress, Broken> {
        if self.line == 0 && !self.starts_as_usual(bytes) && self.check_first(bytes)? {
            return Ok(Progress::NeedInput);
        }
        loop {
            let Some(lf) = self.line_feed(bytes) else {
                self.scan = bytes.len();
                self.check_limits(bytes, bytes.len() + 1, config)?;
                return Ok(Progress::NeedInput);
            };
            self.check_limits(bytes, lf + 1, config)?;
            let end = line_end(bytes, self.line, lf, config.lenient, tolerated)?;
            let line = self.line..end;
            let next = lf + 1;
            if !line.is_empty() {
                self.read_line(bytes, line, config, tolerated)?;
            } else if self.has_start_line() {
                self.scan = next;
                return Ok(Progress::Complete { len: next, is_plain: false });
            } else {
                return self.blank_line(next, config, tolerated);
            }
            self.line = next;
            self.scan = next;
            if let Some(len) = self.plain_fields(bytes, config) {
                return Ok(Progress::Complete { len, is_plain: false });
            }
        }
    }

    /// Returns whether the start line has been read, or the section has no start line.
    const fn has_start_line(&self) -> bool {
        self.start_line.is_some() || matches!(self.kind, HeadKind::Trailers { .. })
    }

    /// Returns where the line that is being read ends.
    fn line_feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let found = memchr(b'\n', &bytes[self.scan..]);
        self.count(found.map_or(bytes.len() - self.scan, |found| found + 1));
        Some(self.scan + found?)
    }

    /// Reads the start line, if it is complete and needs no validation.
    fn plain_start_line(&mut self, bytes: &[u8], config: &Config) -> bool {
        let (limit, _) = self.limit(config);
        let bytes = &bytes[..bytes.len().min(limit)];
        let line =
            match self.kind {
                HeadKind::Response => start_line::plain_status(bytes)
                    .map(|(line, len)| (StartLine::Status(line), len)),
                _ => start_line::plain_request(bytes)
                    .map(|(line, len)| (StartLine::Request(line), len)),
            };
        let Some((line, len)) = line else { return false };
        self.count(len);
        self.start_line = Some(line);
        self.line = len;
        self.scan = len;
        true
    }

    fn read_start_line(
        &mut self,
        line: &[u8],
        lenient: Lenient,
        tolerated: &mut impl Tolerated,
    ) -> Result<(), Broken> {
        self.count(line.len());
        self.start_line = Some(match self.kind {
            HeadKind::Response => StartLine::Status(start_line::status(line, lenient, tolerated)?),
            _ => StartLine::Request(start_line::request(line, lenient, tolerated)?),
        });
        Ok(())
    }

    /// Reads field lines that need no validation, which are nearly always all of them. Returns the
    /// length of the section if it reaches the end.
    fn plain_fields(&mut self, bytes: &[u8], config: &Config) -> Option<usize> {
        let (limit, _) = self.limit(config);
        let bytes = &bytes[..bytes.len().min(limit)];
        let mut rest = bytes.get(self.line..)?;
        while let Some((name, value, after)) = field::plain(rest) {
            if self.spans.len() >= config.limits.fields {
                break;
            }
            self.count(rest.len() - after.len());
            let start = bytes.len() - rest.len();
            self.spans.push(FieldSpan {
                name: offset(start),
                name_len: offset(name.len()),
                value: offset(start + name.len() + 2),
                value_len: offset(value.len()),
            });
            rest = after;
        }
        let line = bytes.len() - rest.len();
        // A continuation line belongs to the last line, which is a field if any was read here.
        self.is_left_out &= line == self.line;
        self.line = line;
        self.scan = line;
        if !rest.starts_with(b"\r\n") {
            return None;
        }
        self.scan += 2;
        Some(self.scan)
    }

    /// Counts bytes that are examined, for the test that work is linear.
    #[inline]
    const fn count(&mut self, _bytes: usize) {
        #[cfg(test)]
        {
            self.work += _bytes;
        }
    }

    /// Returns whether the first byte is one with which no other protocol starts. A head may arrive byte by
    /// byte, so this is examined often.
    fn starts_as_usual(&self, bytes: &[u8]) -> bool {
        match self.kind {
            HeadKind::Request => matches!(bytes, [b'A'..=b'O' | b'Q'..=b'Z', ..]),
            HeadKind::Response => matches!(bytes, [b'H', ..]),
            HeadKind::Trailers { .. } => true,
        }
    }

    /// Refuses first bytes that cannot start a message, so that the connection does not wait for a peer
    /// that uses another protocol. Returns whether more bytes are needed to tell which one.
    #[cold]
    #[inline(never)]
    fn check_first(&self, bytes: &[u8]) -> Result<bool, Broken> {
        let guess = match self.kind {
            HeadKind::Request => foreign::in_request(bytes),
            HeadKind::Response => foreign::in_response(bytes),
            HeadKind::Trailers { .. } => Guess::Http,
        };
        let first = match (guess, bytes.first()) {
            (Guess::Foreign(rule), _) => return Err(Broken::new(rule, 0)),
            (Guess::Undecided, _) => return Ok(true),
            (Guess::Http, None | Some(b'\r' | b'\n')) => return Ok(false),
            (Guess::Http, Some(first)) => *first,
        };
        match self.kind {
            HeadKind::Request if !token::is_token(first) && first != b' ' => {
                Err(Broken::new(Rule::MethodCharacter, 0))
            }
            HeadKind::Response if !first.is_ascii_graphic() => {
                Err(Broken::new(Rule::StatusLineMissing, 0))
            }
            _ => Ok(false),
        }
    }

    /// Returns the current limit of the section's length, and its rule.
    fn limit(&self, config: &Config) -> (usize, Rule) {
        let limits = &config.limits;
        let (limit, rule) = match (self.kind, &self.start_line) {
            (HeadKind::Trailers { .. }, _) => (limits.trailers, Rule::TrailersTooLong),
            (_, None) => (limits.start_line.min(limits.head), Rule::StartLineTooLong),
            (_, Some(_)) => (limits.head, Rule::HeadTooLong),
        };
        // The positions of fields have 32 bits.
        (limit.min(u32::MAX as usize), rule)
    }

    /// Checks that a section of at least `len` bytes is within its limits.
    fn check_limits(&self, bytes: &[u8], len: usize, config: &Config) -> Result<(), Broken> {
        let (limit, rule) = self.limit(config);
        if len > limit { Err(self.over_limit(bytes, Broken::new(rule, limit))) } else { Ok(()) }
    }

    /// Returns what is wrong with a section that is over its limit.
    #[cold]
    #[inline(never)]
    fn over_limit(&self, bytes: &[u8], broken: Broken) -> Broken {
        if self.lacks_status_line(bytes) {
            return Broken::new(Rule::StatusLineMissing, self.line);
        }
        broken
    }

    /// Returns whether what has arrived of a start line is that of no response.
    #[cold]
    pub(super) fn lacks_status_line(&self, bytes: &[u8]) -> bool {
        self.kind == HeadKind::Response
            && self.start_line.is_none()
            && bytes.get(self.line..).is_some_and(foreign::is_no_status_line)
    }

    fn blank_line(
        &mut self,
        next: usize,
        config: &Config,
        tolerated: &mut impl Tolerated,
    ) -> Result<Progress, Broken> {
        if self.kind == HeadKind::Response {
            if !config.lenient.allows(Lenient::BLANK_LINE_BEFORE_RESPONSE) {
                return Err(Broken::new(Rule::BlankLineFirst, 0));
            }
            tolerated(Rule::BlankLineFirst, 0);
        }
        self.blank_lines += 1;
        if self.blank_lines > config.limits.blank_lines {
            return Err(Broken::new(Rule::TooManyBlankLines, 0));
        }
        self.scan = 0;
        Ok(Progress::Skip(next))
    }

    #[inline(never)]
    fn read_line(
        &mut self,
        bytes: &mut [u8],
        line: Range<usize>,
        config: &Config,
        tolerated: &mut impl Tolerated,
    ) -> Result<(), Broken> {
        let lenient = config.lenient;
        if !self.has_start_line() {
            return match memchr(b'\r', &bytes[line.clone()]) {
                Some(at) => Err(Broken::new(Rule::BareCr, at)),
                None => self.read_start_line(&bytes[line], lenient, tolerated),
            };
        }
        let start = line.start;
        self.count(line.len());
        let in_section = |broken: Broken| Broken::new(broken.rule, start + broken.at);
        let mut tolerated = |rule, at| tolerated(rule, start + at);
        if matches!(bytes[line.start], b' ' | b'\t') {
            return self.unfold(bytes, line, lenient, &mut tolerated);
        }
        if self.spans.len() >= config.limits.fields {
            return Err(Broken::new(Rule::TooManyFields, start));
        }
        if lenient.allows(Lenient::NUL_IN_VALUE) {
            self.original.keep(start, &bytes[line.clone()]);
            replace_with_spaces(&mut bytes[line.clone()], &mut tolerated);
        }
        let parts = field::read(&bytes[line], lenient, &mut tolerated).map_err(in_section)?;
        self.is_left_out = parts.is_none();
        self.spans.extend(parts.map(|parts| span(start, &parts)));
        Ok(())
    }

    /// Joins a folded line to the value before it with one space (RFC 9112 section 5.2), in place. The
    /// line moves only over the fold.
    fn unfold(
        &mut self,
        bytes: &mut [u8],
        line: Range<usize>,
        lenient: Lenient,
        tolerated: &mut impl Tolerated,
    ) -> Result<(), Broken> {
        let start = line.start;
        let (is_left_out, span) = (self.is_left_out, self.spans.last_mut());
        if !is_left_out && span.is_none() {
            return Err(Broken::new(Rule::FoldFirst, start));
        }
        if matches!(self.kind, HeadKind::Request | HeadKind::Trailers { request: true }) {
            if !lenient.allows(Lenient::FOLD_IN_REQUESTS) {
                return Err(Broken::new(Rule::ObsoleteFold, start));
            }
            tolerated(Rule::ObsoleteFold, 0);
        }
        let more = field::trimmed(bytes, line);
        field::check_value(bytes, more.clone(), lenient, &mut |rule, at: usize| {
            tolerated(rule, at.saturating_sub(start));
        })?;
        if let HeadKind::Trailers { .. } = self.kind {
            let mut rules = Rules::default();
            rules.insert(Rule::ObsoleteFold);
            self.original.tolerate(rules);
        }
        let Some(span) = span.filter(|_| !is_left_out && !more.is_empty()) else { return Ok(()) };
        let mut end = (span.value + span.value_len) as usize;
        self.original.keep(end, &bytes[end..more.end]);
        if span.value_len > 0 {
            bytes[end] = b' ';
            end += 1;
        }
        let len = more.len();
        bytes.copy_within(more, end);
        span.value_len = offset(end + len) - span.value;
        Ok(())
    }
}

/// Replaces each NUL and each CR in the value of a field line with a space (RFC 9110 section 5.5).
#[cold]
#[inline(never)]
fn replace_with_spaces(line: &mut [u8], tolerated: &mut impl Tolerated) {
    let value = memchr(b':', line).map_or(line.len(), |colon| colon + 1);
    for (at, byte) in line.iter_mut().enumerate().skip(value) {
        let rule = match *byte {
            b'\0' => Rule::FieldValueCharacter,
            b'\r' => Rule::BareCr,
            _ => continue,
        };
        tolerated(rule, at);
        *byte = b' ';
    }
}

/// Returns the end of the content of a line whose LF is at `lf`.
fn line_end(
    bytes: &[u8],
    start: usize,
    lf: usize,
    lenient: Lenient,
    tolerated: &mut impl Tolerated,
) -> Result<usize, Broken> {
    if lf > start && bytes[lf - 1] == b'\r' {
        return Ok(lf - 1);
    }
    if !lenient.allows(Lenient::BARE_LF) {
        // A bare CR before the LF, if there is one, is the likelier mistake.
        return Err(match memrchr(b'\r', &bytes[start..lf]) {
            Some(cr) => Broken::new(Rule::BareCr, start + cr),
            None => Broken::new(Rule::BareLf, lf),
        });
    }
    tolerated(Rule::BareLf, lf);
    Ok(lf)
}

/// Returns the positions of the parts of a line that starts at `line`.
#[inline]
fn span(line: usize, parts: &FieldLine) -> FieldSpan {
    FieldSpan {
        name: offset(line + parts.name.start),
        name_len: offset(parts.name.len()),
        value: offset(line + parts.value.start),
        value_len: offset(parts.value.len()),
    }
}

/// Returns an offset within a section, which is shorter than 4 GiB.
#[expect(clippy::cast_possible_truncation, reason = "no section is that long, see `limit`")]
#[inline]
const fn offset(at: usize) -> u32 {
    at as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns how many bytes are examined for a head that arrives in pieces of this size.
    fn work(head: &[u8], piece: usize) -> usize {
        let (mut section, config) = (HeadParser::new(HeadKind::Request), Config::default());
        let mut bytes = Vec::new();
        for piece in head.chunks(piece) {
            bytes.extend_from_slice(piece);
            let progress = section.read(&mut bytes, &config, &mut |_, _| {}).unwrap();
            let complete = bytes.len() == head.len();
            let len = head.len();
            assert_eq!(matches!(progress, Progress::Complete { len: l, .. } if l == len), complete);
        }
        section.work
    }

    #[test]
    fn adopt_has_the_same_result_as_reading_the_head() {
        let head = b"GET / HTTP/1.1\r\nHost: example.com\r\nX: y\r\n\r\n";
        let (mut read, mut adopted) =
            (HeadParser::new(HeadKind::Request), HeadParser::new(HeadKind::Request));
        let progress = read.read(&mut head.to_vec(), &Config::default(), &mut |_, _| {});
        assert_eq!(progress, Ok(Progress::Complete { len: head.len(), is_plain: true }));
        let Some(StartLine::Request(line)) = read.start_line() else { panic!() };
        adopted.adopt(line.clone(), read.spans(), head.len());
        read.work = 0;
        assert_eq!(format!("{adopted:?}"), format!("{read:?}"));
    }

    #[test]
    fn work_is_linear_for_a_head_in_any_pieces() {
        let one = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "y".repeat(64 * 1024 - 23));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X: 12345\r\n".repeat(100));
        assert_eq!(one.len(), 64 * 1024);
        for head in [one, many] {
            let (whole, bytewise) = (work(head.as_bytes(), head.len()), work(head.as_bytes(), 1));
            assert!(whole <= 3 * head.len(), "{whole} for {} bytes", head.len());
            assert!(bytewise <= 3 * whole, "{bytewise} byte by byte, {whole} whole");
        }
    }
}
