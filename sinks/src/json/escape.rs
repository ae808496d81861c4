//! Strings and numbers as JSON.

use std::fmt::{self, Display, Write};

/// Appends text as a JSON string. In addition to RFC 8259 section 7, the other control characters are
/// escaped too, so that a peer cannot control a terminal.
pub(super) fn text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    text_within(text, out);
    out.push(b'"');
}

fn text_within(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut plain = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if !IS_ESCAPED[usize::from(*byte)] {
            continue;
        }
        // U+0080 to U+009F are 0xc2 and the byte of their number; after other bytes, that byte is a part of
        // another character.
        let start = match byte {
            0x80.. if at == 0 || bytes[at - 1] != 0xc2 => continue,
            0x80.. => at - 1,
            _ => at,
        };
        out.extend_from_slice(&bytes[plain..start]);
        escape(*byte, out);
        plain = at + 1;
    }
    out.extend_from_slice(&bytes[plain..]);
}

/// Appends bytes as a JSON string: each byte as the character of its number, as in Latin-1.
pub(super) fn latin_1(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut plain = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte < 0xa0 && !IS_ESCAPED[usize::from(*byte)] {
            continue;
        }
        out.extend_from_slice(&bytes[plain..at]);
        plain = at + 1;
        match byte {
            0xa0.. => out.extend_from_slice(&[0xc0 | (byte >> 6), 0x80 | (byte & 0x3f)]),
            _ => escape(*byte, out),
        }
    }
    out.extend_from_slice(&bytes[plain..]);
    out.push(b'"');
}

/// Quotes, backslashes and control characters.
const IS_ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0xa0 {
        table[byte] = byte < 0x20 || byte >= 0x7f || matches!(byte, 0x22 | 0x5c);
        byte += 1;
    }
    table
};

#[cold]
fn escape(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        _ => {
            out.extend_from_slice(b"\\u00");
            for nibble in [byte >> 4, byte & 15] {
                out.push(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 });
            }
        }
    }
}

/// Appends the displayed text of a value as a JSON string.
pub(super) fn displayed(value: impl Display, out: &mut Vec<u8>) {
    out.push(b'"');
    // Writing to memory does not fail.
    let _ = write!(Escaped(out), "{value}");
    out.push(b'"');
}

struct Escaped<'a>(&'a mut Vec<u8>);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text_within(text, self.0);
        Ok(())
    }
}

/// Appends a number.
pub(super) fn number(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = digit(number);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// Appends the six digits of a number of microseconds.
pub(super) fn micros(micros: u32, out: &mut Vec<u8>) {
    for power in [100_000, 10_000, 1000, 100, 10, 1] {
        out.push(digit(u64::from(micros / power)));
    }
}

/// Returns the last digit of a number.
fn digit(number: u64) -> u8 {
    const DIGITS: &[u8; 10] = b"0123456789";
    usize::try_from(number % 10).map_or(b'0', |digit| DIGITS[digit])
}

/// Appends a boolean.
pub(super) fn flag(flag: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(if flag { b"true" } else { b"false" });
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
    fn byte_becomes_character_of_its_number() {
        let bytes: Vec<u8> = (0..=255).collect();
        let json = made(|out| latin_1(&bytes, out));
        assert!(!json.contains(char::is_control));
        let read: String = serde_json::from_str(&json).unwrap();
        assert_eq!(read.chars().map(u32::from).collect::<Vec<_>>(), (0..256).collect::<Vec<_>>());
    }

    #[test]
    fn escaped_character_round_trips() {
        let every: String = (0..0x3000).filter_map(char::from_u32).chain(['\u{1f980}']).collect();
        for json in [made(|out| text(&every, out)), made(|out| displayed(&every, out))] {
            assert!(!json.contains(char::is_control));
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), every);
        }
    }

    #[test]
    fn numbers_are_written_in_decimal() {
        for n in [0, 9, 10, 1_000_000_007, u64::MAX] {
            assert_eq!(made(|out| number(n, out)), n.to_string());
        }
        assert_eq!(made(|out| micros(7_043, out)), "007043");
    }
}
