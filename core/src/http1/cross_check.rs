//! A second reading of each accepted head, by httparse (feature `cross-check`).
//!
//! Where two readers take a message differently, an attacker can hide a request from one of them (RFC 9112
//! section 11.2). limpid compares its own reading with that of a parser which shares no code with it, and
//! refuses a head on which they disagree. What limpid reads on purpose and httparse does not is in
//! [`INTENDED`].

use alloc::vec;

use httparse::{EMPTY_HEADER, Header, ParserConfig, Status};

use super::head_parser::StartLine;
use super::receive::Receive;
use crate::error::{PeerError, Rule};
use crate::fields::Fields;
use crate::trace::{Cx, Sink};
use crate::values::Role;
use crate::wire::Broken;
use crate::wire::start_line::{RequestLine, StatusLine};

/// Heads with fewer fields are read without an allocation.
const ROOM: usize = 64;

/// A rule whose tolerance httparse does not have: it refuses heads that break it.
///
/// [`INTENDED`] has an example.
#[derive(Clone, Copy, Debug)]
pub struct Intended {
    /// The rule.
    pub rule: Rule,
    /// What limpid reads if it tolerates this.
    pub what: &'static str,
}

macro_rules! intended {
    ($( $rule:ident $what:literal, )+) => {
        &[$( Intended { rule: Rule::$rule, what: $what }, )+]
    };
}

/// The tolerances of limpid that httparse does not have.
///
/// ```
/// use limpid_core::error::Rule;
/// use limpid_core::internal::INTENDED;
///
/// assert!(INTENDED.iter().any(|intended| intended.rule == Rule::BareCr));
/// ```
pub const INTENDED: &[Intended] = intended! {
    VersionUnsupported "minor versions above 1, and version 2.0",
    StatusLineForm "several spaces and tabs in a status line",
    ReasonCharacter "control characters in a reason phrase",
    FieldColon "a line without a colon, which is left out",
    FieldNameEmpty "a line without a name, which is left out",
    FieldNameCharacter "a line whose name is no token, which is left out",
    SpaceBeforeColon "spaces and tabs before a colon, in requests and in trailers",
    FieldValueCharacter "control characters in a value, where NUL is read as a space",
    BareCr "CR in a value, which is read as a space",
    ObsoleteFold "folded values in requests and in trailers",
};

/// How httparse reads a head that limpid has accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Second {
    Agrees,
    /// It reads something else at this byte.
    Differs(usize),
    /// It refuses the head, or waits for more of it.
    Refuses,
}

impl Receive {
    /// Reads the head again that was accepted.
    ///
    /// # Errors
    /// Returns an error if both readings differ, other than on purpose.
    pub(super) fn cross_check_head<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
    ) -> Result<(), PeerError> {
        let (bytes, fields) = (self.borrowed(), self.fields());
        let original = self.parser.original().restored(bytes);
        let second = match self.parser.start_line() {
            Some(StartLine::Request(line)) => request(line, bytes, fields, &original),
            Some(StartLine::Status(line)) => response(line, bytes, fields, &original),
            None => Second::Agrees,
        };
        self.refuse_difference(second, cx)
    }

    /// Reads the trailers again that were accepted, as [`cross_check_head`](Self::cross_check_head) does.
    pub(super) fn cross_check_trailers<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
    ) -> Result<(), PeerError> {
        if self.borrowed == 0 {
            return Ok(());
        }
        let fields = self.fields();
        let original = self.parser.original().restored(self.borrowed());
        let second =
            with_room(fields.len(), |room| match httparse::parse_headers(&original, room) {
                Ok(Status::Complete((len, theirs))) => compared(fields, theirs, len, &original),
                _ => Second::Refuses,
            });
        self.refuse_difference(second, cx)
    }

    fn refuse_difference<S: Sink>(
        &mut self,
        second: Second,
        cx: &mut Cx<'_, S>,
    ) -> Result<(), PeerError> {
        let is_intended = |intended: &Intended| self.parser.original().has_tolerated(intended.rule);
        let at = match second {
            Second::Agrees => return Ok(()),
            Second::Refuses if INTENDED.iter().any(is_intended) => return Ok(()),
            Second::Refuses => 0,
            Second::Differs(at) => at,
        };
        let rest = self.borrowed().get(at..).unwrap_or_default();
        let line = at..at + memchr::memchr(b'\r', rest).unwrap_or(rest.len());
        Err(self.reject(Broken::new(Rule::ReadersDisagree, at), line, cx))
    }
}

/// Returns whether httparse reads the head at the start of `bytes`, which `from` sends; `None` if it waits
/// for more.
#[must_use]
pub fn second_reads(from: Role, bytes: &[u8]) -> Option<bool> {
    let mut room = vec![EMPTY_HEADER; 1024];
    let status = match from {
        Role::Client => httparse::Request::new(&mut room).parse(bytes),
        Role::Server => config().parse_response(&mut httparse::Response::new(&mut room), bytes),
    };
    match status {
        Ok(Status::Complete(_)) => Some(true),
        Ok(Status::Partial) => None,
        Err(_) => Some(false),
    }
}

/// Returns the tolerances that httparse shares with limpid.
fn config() -> ParserConfig {
    let mut config = ParserConfig::default();
    config.allow_obsolete_multiline_headers_in_responses(true);
    config.allow_spaces_after_header_name_in_responses(true);
    config
}

/// Calls `read` with room for one field more than limpid has read.
fn with_room<'b>(fields: usize, read: impl FnOnce(&mut [Header<'b>]) -> Second) -> Second {
    if fields < ROOM {
        read(&mut [EMPTY_HEADER; ROOM])
    } else {
        read(&mut vec![EMPTY_HEADER; fields + 1])
    }
}

fn request(line: &RequestLine, bytes: &[u8], fields: Fields<'_>, original: &[u8]) -> Second {
    with_room(fields.len(), |room| {
        let mut theirs = httparse::Request::new(room);
        let Ok(Status::Complete(len)) = theirs.parse(original) else { return Second::Refuses };
        let is_same = theirs.method.map(str::as_bytes) == bytes.get(line.method.clone())
            && theirs.path.map(str::as_bytes) == bytes.get(line.target.clone())
            && theirs.version == Some(line.version.minor());
        if is_same { compared(fields, theirs.headers, len, original) } else { Second::Differs(0) }
    })
}

fn response(line: &StatusLine, bytes: &[u8], fields: Fields<'_>, original: &[u8]) -> Second {
    with_room(fields.len(), |room| {
        let mut theirs = httparse::Response::new(room);
        let Ok(Status::Complete(len)) = config().parse_response(&mut theirs, original) else {
            return Second::Refuses;
        };
        let reason = bytes.get(line.reason.clone()).unwrap_or_default();
        let is_same = theirs.code == Some(line.status)
            && theirs.version == Some(line.version.minor())
            // httparse returns no reason that has a byte above ASCII.
            && (theirs.reason.map(str::as_bytes) == Some(reason) || !reason.is_ascii());
        if is_same { compared(fields, theirs.headers, len, original) } else { Second::Differs(0) }
    })
}

/// Compares the fields, and where the section ends.
fn compared(ours: Fields<'_>, theirs: &[Header<'_>], len: usize, original: &[u8]) -> Second {
    let mut theirs = theirs.iter();
    for ours in ours {
        let is_same = theirs.next().is_some_and(|theirs| {
            ours.name == theirs.name.as_bytes() && is_same_value(ours.value, theirs.value)
        });
        if !is_same {
            return Second::Differs(ours.offset as usize);
        }
    }
    match theirs.next() {
        None if len == original.len() => Second::Agrees,
        _ => Second::Differs(len.min(original.len())),
    }
}

/// Compares a value with one of httparse, which keeps the line ends of a folded value.
fn is_same_value(ours: &[u8], theirs: &[u8]) -> bool {
    if ours == theirs {
        return true;
    }
    let lines = theirs.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let mut lines = lines.filter(|line| !line.is_empty());
    let Some(mut rest) = lines.next().map_or(Some(ours), |line| ours.strip_prefix(line)) else {
        return false;
    };
    for line in lines {
        let Some(after) = rest.strip_prefix(b" ").and_then(|rest| rest.strip_prefix(line)) else {
            return false;
        };
        rest = after;
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::framing::RequestKind;
    use crate::limits::{Config, Lenient};
    use crate::trace::{NoSink, Scope};

    /// Reads a head, and its body if it is chunked, with all tolerances.
    fn read(from: Role, bytes: &[u8]) -> (Receive, Result<bool, PeerError>) {
        let config = Config::with(|config| config.lenient = Lenient::ALL);
        let mut receive = Receive::new(from, config);
        let mut scope = Scope::default();
        let mut cx = Cx::new(Default::default(), &NoSink, &mut scope);
        receive.buffer.push(bytes);
        let mut result = receive.next_head(RequestKind::Other, &mut cx);
        while result == Ok(true) && !receive.is_complete() {
            result = receive.next_body(&mut cx).map(|part| part.is_some());
        }
        (receive, result)
    }

    #[test]
    fn what_is_intended_is_accepted_though_httparse_refuses_it() {
        for (rule, from, bytes) in [
            (Rule::VersionUnsupported, Role::Server, &b"HTTP/1.2 204 X\r\n\r\n"[..]),
            (Rule::StatusLineForm, Role::Server, b"HTTP/1.1\t204 X\r\n\r\n"),
            (Rule::ReasonCharacter, Role::Server, b"HTTP/1.1 204 a\x01\r\n\r\n"),
            (Rule::FieldColon, Role::Server, b"HTTP/1.1 204 X\r\na\r\n\r\n"),
            (Rule::FieldNameEmpty, Role::Server, b"HTTP/1.1 204 X\r\n: a\r\n\r\n"),
            (Rule::FieldNameCharacter, Role::Server, b"HTTP/1.1 204 X\r\na/b: c\r\n\r\n"),
            (Rule::SpaceBeforeColon, Role::Client, b"GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
            (Rule::FieldValueCharacter, Role::Server, b"HTTP/1.1 204 X\r\na: b\x7f\0\r\n\r\n"),
            (Rule::BareCr, Role::Server, b"HTTP/1.1 204 X\r\na: b\rc\r\n\r\n"),
            (Rule::ObsoleteFold, Role::Client, b"GET / HTTP/1.1\r\nHost: a\r\nb: c\r\n d\r\n\r\n"),
        ] {
            assert_eq!(second_reads(from, bytes), Some(false), "{}", bytes.escape_ascii());
            let (receive, result) = read(from, bytes);
            assert_eq!(result, Ok(true), "{}", bytes.escape_ascii());
            assert!(receive.parser.original().has_tolerated(rule), "{}", rule.name());
        }
    }

    #[test]
    fn folds_and_trailers_are_read_alike() {
        let head = b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\na: b\r\n \tc\r\n\r\n";
        for trailers in [&b"0\r\nd: e\r\n\r\n"[..], b"0\r\nd: e\r\n f\r\n\r\n", b"0\r\n\r\n"] {
            let bytes = [head, trailers].concat();
            let (receive, result) = read(Role::Server, &bytes);
            assert_eq!((result, receive.is_complete()), (Ok(true), true));
        }
    }

    #[test]
    fn changed_bytes_are_restored() {
        let bytes = b"HTTP/1.1 204 X\r\na: b\r\n c\r\n  d\r\ne:\r\n f\r\ng: h\0i\r\n\r\n";
        let (receive, result) = read(Role::Server, bytes);
        assert_eq!(result, Ok(true));
        assert_ne!(receive.borrowed(), bytes);
        assert_eq!(*receive.parser.original().restored(receive.borrowed()), *bytes);
    }

    /// Reads a head with limpid, and another one with httparse.
    fn compare(ours: &[u8], theirs: &[u8]) -> Second {
        let from = if ours.starts_with(b"HTTP") { Role::Server } else { Role::Client };
        let (receive, result) = read(from, ours);
        assert_eq!(result, Ok(true));
        let (bytes, fields) = (receive.borrowed(), receive.fields());
        match receive.parser.start_line().unwrap() {
            StartLine::Request(line) => request(line, bytes, fields, theirs),
            StartLine::Status(line) => response(line, bytes, fields, theirs),
        }
    }

    #[test]
    fn every_difference_is_found_where_it_is() {
        let ours = b"GET / HTTP/1.0\r\na: b\r\nc: d\r\n\r\n";
        for (theirs, second) in [
            (&ours[..], Second::Agrees),
            (b"PUT / HTTP/1.0\r\na: b\r\nc: d\r\n\r\n", Second::Differs(0)),
            (b"GET /x HTTP/1.0\r\na: b\r\nc: d\r\n\r\n", Second::Differs(0)),
            (b"GET / HTTP/1.1\r\na: b\r\nc: d\r\n\r\n", Second::Differs(0)),
            (b"GET / HTTP/1.0\r\na: x\r\nc: d\r\n\r\n", Second::Differs(16)),
            (b"GET / HTTP/1.0\r\na: b\r\nx: d\r\n\r\n", Second::Differs(22)),
            (b"GET / HTTP/1.0\r\na: b\r\n\r\n", Second::Differs(22)),
            (b"GET / HTTP/1.0\r\na: b\r\nc: d\r\ne: f\r\n\r\n", Second::Differs(36)),
            (b"GET / HTTP/1.0\r\na: b\r\nc: d\r\n\r\nx", Second::Differs(30)),
            (b"GET / HTTP/1.0\r\na: b\r\nc: d\r\n", Second::Refuses),
            (b"GET / HTTP/1.0\r\na b\r\n\r\n", Second::Refuses),
        ] {
            assert_eq!(compare(ours, theirs), second, "{}", theirs.escape_ascii());
        }
        let ours = b"HTTP/1.1 204 X\r\na: b\r\n c\r\n\r\n";
        for (theirs, second) in [
            (&ours[..], Second::Agrees),
            (b"HTTP/1.1 204 Y\r\na: b c\r\n\r\n", Second::Differs(0)),
            (b"HTTP/1.1 304 X\r\na: b c\r\n\r\n", Second::Differs(0)),
            (b"HTTP/1.1 204 X\r\na: b\r\n cd\r\n\r\n", Second::Differs(16)),
            (b"HTTP/1.1 204 X\r\na: b\r\n\r\n", Second::Differs(16)),
        ] {
            assert_eq!(compare(ours, theirs), second, "{}", theirs.escape_ascii());
        }
    }

    #[test]
    fn difference_is_refused_at_its_byte() {
        let head = b"GET / HTTP/1.0\r\na: b\r\n\r\n";
        for (second, offset) in [(Second::Differs(16), 16), (Second::Refuses, 0)] {
            let (mut receive, _) = read(Role::Client, head);
            let mut scope = Scope::default();
            let mut cx = Cx::new(Default::default(), &NoSink, &mut scope);
            let error = receive.refuse_difference(second, &mut cx).unwrap_err();
            assert_eq!((error.rule, error.offset), (Rule::ReadersDisagree, offset));
        }
    }

    #[test]
    fn head_of_many_fields_has_room() {
        let fields: Vec<u8> =
            (0..100).flat_map(|n| std::format!("a{n}: b\r\n").into_bytes()).collect();
        let head = [b"HTTP/1.1 204 X\r\n", &fields[..], b"\r\n"].concat();
        assert_eq!(read(Role::Server, &head).1, Ok(true));
    }
}
