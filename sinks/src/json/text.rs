//! Strings, base64 and numbers in JSON.

use std::fmt::{self, Display, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::terminal::is_unsafe;

/// Appends text as a JSON string. In addition to RFC 8259 section 7, all control and format characters are
/// escaped, so that a peer can neither control a terminal nor change the order of what it shows.
#[inline]
pub(super) fn text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    within(text, out);
    out.push(b'"');
}

/// Appends the displayed text of a value as a JSON string.
pub(super) fn displayed(value: impl Display, out: &mut Vec<u8>) {
    struct Escaped<'o>(&'o mut Vec<u8>);
    impl Write for Escaped<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            within(text, self.0);
            Ok(())
        }
    }
    out.push(b'"');
    // Writing to memory does not fail.
    let _ = write!(Escaped(out), "{value}");
    out.push(b'"');
}

/// Appends bytes as standard base64 with padding (RFC 4648 section 4), as a JSON string.
pub(super) fn base64(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, b'=');
    // The room is exactly as large as the text.
    let _ = STANDARD.encode_slice(bytes, &mut out[start..]);
    out.push(b'"');
}

/// Appends the content of a JSON string.
#[inline]
fn within(text: &str, out: &mut Vec<u8>) {
    if is_plain(text.as_bytes()) {
        out.extend_from_slice(text.as_bytes());
    } else {
        escaped(text, out);
    }
}

/// Returns whether a JSON string contains these bytes as they are: printable ASCII, except for quotes and
/// backslashes.
// A call costs as much as the search in a short string.
#[inline(always)]
pub(super) fn is_plain(bytes: &[u8]) -> bool {
    // The last group overlaps the one before it.
    if let Some(last) = bytes.last_chunk::<16>() {
        bytes.as_chunks::<16>().0.iter().all(are_plain) && are_plain(last)
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk()) {
        are_plain(first) & are_plain::<8>(last)
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk()) {
        are_plain(first) & are_plain::<4>(last)
    } else {
        bytes.iter().all(|byte| is_plain_byte(*byte))
    }
}

/// Returns whether all bytes of a group are plain, without a branch for each: the compiler makes vector instructions
/// of this.
#[inline]
fn are_plain<const N: usize>(bytes: &[u8; N]) -> bool {
    bytes.iter().fold(0, |escaped, byte| escaped | u8::from(!is_plain_byte(*byte))) == 0
}

#[inline]
const fn is_plain_byte(byte: u8) -> bool {
    (byte.wrapping_sub(b' ') < 0x7f - b' ') & (byte != b'"') & (byte != b'\\')
}

/// Appends the content of a JSON string some of whose characters may have to be escaped.
fn escaped(text: &str, out: &mut Vec<u8>) {
    let mut shown = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| is_escaped(*c)) {
        out.extend_from_slice(&text.as_bytes()[shown..at]);
        shown = at + c.len_utf8();
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            _ => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| escape(*unit, out)),
        }
    }
    out.extend_from_slice(&text.as_bytes()[shown..]);
}

fn is_escaped(c: char) -> bool {
    match u8::try_from(c) {
        Ok(byte) if byte.is_ascii() => !is_plain_byte(byte),
        _ => is_unsafe(c),
    }
}

/// Appends a UTF-16 code unit as an escape sequence.
#[cold]
fn escape(unit: u16, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(b"\\u");
    out.extend([12, 8, 4, 0].map(|shift| DIGITS[usize::from(unit >> shift & 15)]));
}

/// Appends an integer.
#[inline]
pub(super) fn number(number: u64, out: &mut Vec<u8>) {
    // Most numbers are small.
    match usize::try_from(number).ok().and_then(|number| PAIRS.get(number)) {
        Some([b'0', digit]) => out.push(*digit),
        Some(pair) => out.extend_from_slice(pair),
        None => large(number, out),
    }
}

#[inline(never)]
fn large(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// The two digits of the numbers below 100.
const PAIRS: [[u8; 2]; 100] = {
    const DIGITS: &[u8; 10] = b"0123456789";
    let (mut pairs, mut number) = ([[0; 2]; 100], 0);
    while number < pairs.len() {
        pairs[number] = [DIGITS[number / 10], DIGITS[number % 10]];
        number += 1;
    }
    pairs
};

/// Appends an integer that may be negative.
pub(super) fn signed(number: i32, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(make: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        make(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escaped_character_round_trips() {
        let every: String = (0..=0x10_ffff).filter_map(char::from_u32).collect();
        for json in [made(|out| text(&every, out)), made(|out| displayed(&every, out))] {
            assert!(!json.contains(char::is_control));
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), every);
        }
    }

    #[test]
    fn invisible_character_is_escaped() {
        let shown = made(|out| text("a\u{202e}b\u{2028}\u{200b}\u{e0041}\u{7f}\u{9b}\u{ad}é", out));
        let escaped = r#""a\u202eb\u2028\u200b\udb40\udc41\u007f\u009b\u00adé""#;
        assert_eq!(shown, escaped);
    }

    #[test]
    fn plain_bytes_are_recognized_in_every_place() {
        for (len, byte) in (1..40).flat_map(|len| (0..=255).map(move |byte| (len, byte))) {
            let plain = matches!(byte, 0x20..0x7f) && !matches!(byte, b'"' | b'\\');
            for place in 0..len {
                let mut bytes = vec![b'a'; len];
                bytes[place] = byte;
                assert_eq!(is_plain(&bytes), plain, "{byte} at {place} of {len}");
            }
        }
    }

    #[test]
    fn base64_has_its_padding() {
        for (bytes, shown) in
            [(&b""[..], r#""""#), (b"\xff", r#""/w==""#), (b"a\xffb", r#""Yf9i""#)]
        {
            assert_eq!(made(|out| base64(bytes, out)), shown);
        }
    }

    #[test]
    fn numbers_are_written_in_decimal() {
        for n in [0, 9, 10, 99, 100, 1_000_000_007, u64::MAX] {
            assert_eq!(made(|out| number(n, out)), n.to_string());
        }
        assert_eq!(made(|out| signed(i32::MIN, out)), "-2147483648");
    }
}
