//! JSON that can be shown on a terminal.

use std::io::{self, Write};

use serde::Serialize;

use crate::terminal::is_unsafe;

/// Writes a value as indented JSON with a line end. In addition to RFC 8259 section 7, control and format characters are
/// escaped, so that a peer can neither control a terminal nor change the order of what it shows.
pub(super) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let json = serde_json::to_string_pretty(value)?;
    let mut rest = &*json;
    // Outside of strings, line ends are the only such characters.
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| *c != '\n' && is_unsafe(*c)) {
        out.write_all(&rest.as_bytes()[..at])?;
        for unit in c.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}")?;
        }
        rest = &rest[at + c.len_utf8()..];
    }
    out.write_all(rest.as_bytes())?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_cannot_be_seen_are_escaped() {
        let value = ["é\n\"", "\0\u{7f}\u{9b}31m", "\u{202e}\u{2028}\u{e0041}"];
        let mut json = Vec::new();
        write(&value, &mut json).unwrap();
        let json = String::from_utf8(json).unwrap();
        assert!(json.contains("\"é\\n\\\"\""), "{json}");
        assert!(json.contains("\\u0000\\u007f\\u009b31m"), "{json}");
        assert!(json.contains("\\u202e\\u2028\\udb40\\udc41"), "{json}");
        assert_eq!(serde_json::from_str::<[String; 3]>(&json).unwrap(), value);
    }
}
