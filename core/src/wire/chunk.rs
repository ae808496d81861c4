//! One chunk-size line (RFC 9112 section 7.1), without its line end.

use super::number::{NotANumber, digit_value, hexadecimal};
use super::token::token_len;
use super::{Broken, Tolerated};
use crate::error::Rule;
use crate::limits::Lenient;

/// Maximum number of digits, including leading zeros. 16 digits represent any number of 64 bits.
const MAX_DIGITS: usize = 16;

/// A chunk-size line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChunkLine {
    pub(crate) size: u64,
    /// Number of bytes that follow the size.
    pub(crate) extensions: usize,
}

/// Reads a line that consists of a size only. Returns the size and the length of the line including its
/// CRLF. Returns
/// `None` if the line is incomplete or requires validation, which [`read`] does.
#[inline(always)]
pub(crate) fn plain(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut size = 0;
    for (index, byte) in bytes.iter().take(MAX_DIGITS).enumerate() {
        let digit = digit_value(*byte);
        if digit > 0xf {
            let is_end = index > 0 && bytes[index..].starts_with(b"\r\n");
            return is_end.then_some((size, index + 2));
        }
        size = size << 4 | u64::from(digit);
    }
    None
}

/// Reads `1*HEXDIG [ chunk-ext ]`.
pub(crate) fn read(
    line: &[u8],
    lenient: Lenient,
    tolerated: &mut impl Tolerated,
) -> Result<ChunkLine, Broken> {
    let before = match blanks(line) {
        before @ 1.. if lenient.allows(Lenient::SPACE_BEFORE_CHUNK_SIZE) => {
            tolerated(Rule::ChunkSize, 0);
            before
        }
        _ => 0,
    };
    read_size(&line[before..], lenient, &mut |rule, at: usize| tolerated(rule, before + at))
        .map_err(|broken| Broken::new(broken.rule, before + broken.at))
}

fn read_size(
    line: &[u8],
    lenient: Lenient,
    tolerated: &mut impl Tolerated,
) -> Result<ChunkLine, Broken> {
    let digits = line.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(line.len());
    if digits > MAX_DIGITS {
        return Err(Broken::new(Rule::ChunkSizeTooLarge, MAX_DIGITS));
    }
    let size = hexadecimal(&line[..digits]).map_err(|error| match error {
        NotANumber::Digit(at) => Broken::new(Rule::ChunkSize, at),
        NotANumber::TooLarge => Broken::new(Rule::ChunkSizeTooLarge, 0),
    })?;
    let rest = &line[digits..];
    if !rest.is_empty() {
        extensions(rest, lenient, &mut |rule, at: usize| tolerated(rule, digits + at))
            .map_err(|broken| Broken::new(broken.rule, digits + broken.at))?;
    }
    Ok(ChunkLine { size, extensions: rest.len() })
}

/// Checks `*( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )`
/// (RFC 9112 section 7.1.1).
fn extensions(rest: &[u8], lenient: Lenient, tolerated: &mut impl Tolerated) -> Result<(), Broken> {
    let mut at = 0;
    while at < rest.len() {
        let blanks = blanks(&rest[at..]);
        match rest.get(at + blanks) {
            Some(b';') => at += blanks + 1,
            None if lenient.allows(Lenient::SPACE_AFTER_CHUNK_SIZE) => {
                tolerated(Rule::ChunkSize, at);
                return Ok(());
            }
            _ if at == 0 => return Err(Broken::new(Rule::ChunkSize, 0)),
            _ => return Err(Broken::new(Rule::ChunkExtension, at)),
        }
        at = extension(rest, at)?;
    }
    Ok(())
}

/// Checks one extension after its semicolon, and returns where it ends.
fn extension(rest: &[u8], start: usize) -> Result<usize, Broken> {
    let broken = |at| Err(Broken::new(Rule::ChunkExtension, at));
    let mut at = start + blanks(&rest[start..]);
    let name = token_len(&rest[at..]);
    if name == 0 {
        return broken(at);
    }
    at += name;
    let before_equals = blanks(&rest[at..]);
    if rest.get(at + before_equals) != Some(&b'=') {
        return Ok(at);
    }
    at += before_equals + 1;
    at += blanks(&rest[at..]);
    if rest.get(at) == Some(&b'"') {
        return quoted(rest, at).map_or_else(broken, Ok);
    }
    let value = token_len(&rest[at..]);
    if value == 0 { broken(at) } else { Ok(at + value) }
}

/// Returns where the quoted string (RFC 9110 section 5.6.4) at `start` ends, or where it is invalid.
fn quoted(rest: &[u8], start: usize) -> Result<usize, usize> {
    let mut at = start + 1;
    loop {
        match rest.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => match rest.get(at + 1) {
                Some(b'\t' | b' '..=b'~' | 0x80..) => at += 2,
                _ => return Err(at + 1),
            },
            Some(b'\t' | b' '..=b'~' | 0x80..) => at += 1,
            _ => return Err(at),
        }
    }
}

fn blanks(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict(line: &[u8]) -> Result<ChunkLine, Broken> {
        read(line, Lenient::NONE, &mut |_, _| {})
    }

    #[test]
    fn valid_extensions_are_skipped() {
        for line in
            [&b"1a"[..], b"1a;x", b"1a;x=y", b"1a;x=\"y;\\\"z\"", b"1a ; x = y", b"1a;x;y=z"]
        {
            let read = strict(line).unwrap();
            assert_eq!((read.size, read.extensions), (0x1a, line.len() - 2));
        }
    }

    #[test]
    fn plain_agrees_with_read() {
        for size in [0, 1, 0x40, 0xffff, 0x0fff_ffff_ffff_ffff] {
            let line = format!("{size:x}\r\nx");
            assert_eq!(plain(line.as_bytes()), Some((size, line.len() - 1)));
        }
        for line in [&b""[..], b"\r\n", b"1", b"1\r", b"1\n", b"1;x\r\n", b"1 \r\n", b"-1\r\n"] {
            assert_eq!(plain(line), None, "{}", line.escape_ascii());
        }
        assert_eq!(plain(b"0000000000000001\r\n"), None);
    }

    #[test]
    fn error_has_the_offset() {
        for (line, rule, at) in [
            (&b""[..], Rule::ChunkSize, 0),
            (b"-3", Rule::ChunkSize, 0),
            (b"+5", Rule::ChunkSize, 0),
            (b"0x3", Rule::ChunkSize, 1),
            (b"3 ", Rule::ChunkSize, 1),
            (b"3 3", Rule::ChunkSize, 1),
            (b"8000000000000000", Rule::ChunkSizeTooLarge, 0),
            (b"00000000000000003", Rule::ChunkSizeTooLarge, 16),
            (b"3;", Rule::ChunkExtension, 2),
            (b"3;a=", Rule::ChunkExtension, 4),
            (b"3;a=\"b", Rule::ChunkExtension, 6),
            (b"3;a\0", Rule::ChunkExtension, 3),
            (b"3;a b", Rule::ChunkExtension, 3),
        ] {
            assert_eq!(strict(line), Err(Broken::new(rule, at)), "{}", line.escape_ascii());
        }
    }
}
