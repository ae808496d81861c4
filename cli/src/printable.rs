//! Text of servers, for people.

use std::fmt::{self, Display, Write};

/// Bytes as text. What is not UTF-8 is escaped, and so are the characters that control a terminal or
/// cannot be seen.
pub(crate) struct Printable<'b>(pub(crate) &'b [u8]);

impl Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                if is_printable(c) { f.write_char(c)? } else { c.escape_default().fmt(f)? }
            }
            chunk.invalid().escape_ascii().fmt(f)?;
        }
        Ok(())
    }
}

/// Returns whether a character can be seen, or is a space.
pub(crate) fn is_printable(c: char) -> bool {
    // std escapes for debugging what Unicode lists as not printable.
    matches!(c, '\'' | '"' | '\\') || c.escape_debug().len() == 1
}

/// Returns a path as a shell reads it.
pub(crate) fn quoted(path: &str) -> String {
    match path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+~".contains(c)) {
        true => path.to_owned(),
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_is_quoted_for_the_shell_where_it_needs_it() {
        assert_eq!(quoted("/a/b-c.pem"), "/a/b-c.pem");
        assert_eq!(quoted("/a b/it's"), r"'/a b/it'\''s'");
    }

    #[test]
    fn control_and_format_characters_and_other_bytes_are_escaped() {
        for (bytes, shown) in [
            (&b"Not Found"[..], "Not Found"),
            (b"a\x1b[31m\x07\x7f", r"a\u{1b}[31m\u{7}\u{7f}"),
            (b"a\r\n\tb", r"a\r\n\tb"),
            (b"caf\xe9 \xff", r"caf\xe9 \xff"),
            ("café 'x' \"y\" \\".as_bytes(), "café 'x' \"y\" \\"),
            ("\u{202e}\u{200b}\u{9b}\u{2028}".as_bytes(), r"\u{202e}\u{200b}\u{9b}\u{2028}"),
        ] {
            assert_eq!(Printable(bytes).to_string(), shown);
        }
    }
}
