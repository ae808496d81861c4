//! The chunked transfer coding, compared with a simple reader.

use limpid_core::error::ErrorClass;
use limpid_core::http1::Role;
use limpid_core::internal::transcript::{Chunking, Outcome, Transcript};
use limpid_core::limits::Lenient;

use crate::input::Input;
use crate::setup::setup;

const REQUEST: &[u8] = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const RESPONSE: &[u8] =
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";

/// The body does not depend on the pieces, and is the one that a simple reader finds.
///
/// A byte before the setup chooses the role.
///
/// # Panics
/// Panics if the property does not hold.
pub fn chunked(data: &[u8]) {
    let mut input = Input::new(data);
    let (role, head) =
        if input.flag() { (Role::Client, RESPONSE) } else { (Role::Server, REQUEST) };
    let (mut setup, random) = setup(role, &mut input);
    setup.method = b"GET";
    setup.eof = false;
    let body = input.rest();
    let bytes = [head, body].concat();
    let read = |chunking: Chunking| Transcript::read(&setup, chunking.pieces(&bytes));
    let whole = read(Chunking::Whole);
    assert_eq!(read(Chunking::Bytewise), whole);
    assert_eq!(read(random), whole);
    let Ok((transcript, outcome)) = whole else { return };
    let plain = Plain::read(body, setup.config.lenient);
    match (transcript.messages.first(), transcript.unfinished, outcome) {
        (Some(message), ..) => {
            assert_eq!((plain.end, &plain.body), (End::Complete, &message.body));
            assert!(message.body.len() as u64 <= setup.config.limits.body);
        }
        (None, Some(message), Outcome::Rejected(error)) => {
            assert!(plain.body.starts_with(&message.body));
            let by_grammar = plain.is_simple && error.rule.class() != ErrorClass::TooLarge;
            assert!(!by_grammar || plain.end == End::Broken, "{error}");
        }
        (None, Some(message), _) => {
            assert_eq!((plain.end, &plain.body), (End::Incomplete, &message.body));
        }
        (None, None, outcome) => unreachable!("the head is not read: {outcome}"),
    }
}

/// The end of a chunked body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Complete,
    Incomplete,
    Broken,
}

/// The result of a simple reader, which reads only sizes and lines.
struct Plain {
    body: Vec<u8>,
    end: End,
    /// Whether there are no extensions and no trailers to check.
    is_simple: bool,
    lenient: Lenient,
}

impl Plain {
    fn read(bytes: &[u8], lenient: Lenient) -> Self {
        let mut plain = Self { body: Vec::new(), end: End::Incomplete, is_simple: true, lenient };
        let allows_bare_lf = lenient.allows(Lenient::BARE_LF_IN_CHUNKS);
        let mut rest = bytes;
        plain.end = loop {
            let Some((line, after)) = split_line(rest) else { break End::Incomplete };
            let Some(size) = plain.size(line) else { break End::Broken };
            if size == 0 {
                break plain.trailers(after);
            }
            let data = &after[..size.min(after.len())];
            plain.body.extend_from_slice(data);
            match &after[data.len()..] {
                [] | [b'\r'] => break End::Incomplete,
                [b'\r', b'\n', next @ ..] => rest = next,
                [b'\n', next @ ..] if allows_bare_lf => rest = next,
                _ => break End::Broken,
            }
        };
        plain
    }

    /// Returns the size in a line.
    fn size(&mut self, line: &[u8]) -> Option<usize> {
        // Quoted strings of extensions may contain bytes outside ASCII.
        let line = match line.strip_suffix(b"\r") {
            None if self.lenient.allows(Lenient::BARE_LF_IN_CHUNKS) => line,
            line => line?,
        };
        let text = String::from_utf8_lossy(line);
        let text = match self.lenient.allows(Lenient::SPACE_BEFORE_CHUNK_SIZE) {
            true => text.trim_start_matches([' ', '\t']),
            false => &*text,
        };
        let (digits, extension) = match text.find([';', ' ', '\t']) {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        self.is_simple &= extension.is_empty();
        let is_number = (1..=16).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let size = u64::from_str_radix(digits, 16).ok().filter(|_| is_number)?;
        i64::try_from(size).is_ok().then_some(usize::try_from(size).unwrap_or(usize::MAX))
    }

    /// Returns the end of the trailers: after an empty line, with any line ends.
    fn trailers(&mut self, mut rest: &[u8]) -> End {
        while let Some((line, after)) = split_line(rest) {
            if matches!(line, [] | [b'\r']) {
                self.is_simple &= !line.is_empty();
                return End::Complete;
            }
            self.is_simple = false;
            rest = after;
        }
        self.is_simple &= rest.is_empty();
        End::Incomplete
    }
}

/// Returns the bytes before the first LF, and those after it.
fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let lf = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((&bytes[..lf], &bytes[lf + 1..]))
}
