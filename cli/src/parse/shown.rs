//! A peer's bytes in a form that is safe for a terminal.

use std::fmt::{self, Write};

/// Bytes with everything but printable ASCII escaped.
pub(super) struct Shown<'a>(pub(super) &'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            match byte {
                b'\r' => f.write_str("\\r")?,
                b'\n' => f.write_str("\\n")?,
                b'\t' => f.write_str("\\t")?,
                b'\\' => f.write_str("\\\\")?,
                b' '..=b'~' => f.write_char(char::from(*byte))?,
                _ => write!(f, "\\x{byte:02x}")?,
            }
        }
        Ok(())
    }
}

/// The most columns of a line.
const WIDTH: usize = 76;

/// Returns the line of `bytes` around `offset` in visible characters, and a caret under that byte.
///
/// Returns `None` if `allowed` does not show the whole line.
pub(super) fn pointed_at(
    bytes: &[u8],
    offset: usize,
    allowed: impl Fn(&[u8]) -> bool,
) -> Option<(usize, String)> {
    let offset = offset.min(bytes.len());
    let start = bytes[..offset].iter().rposition(|byte| *byte == b'\n').map_or(0, |lf| lf + 1);
    let end = bytes[offset..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(bytes.len(), |lf| offset + lf + 1);
    if !allowed(&bytes[start..end]) {
        return None;
    }
    // A long line is truncated around the error.
    let from = start.max(offset.saturating_sub(WIDTH / 3));
    let to = end.min(offset + WIDTH / 3);
    let cut = |is_cut| if is_cut { "..." } else { "" };
    let before = format!("{}{}", cut(from > start), Shown(&bytes[from..offset]));
    let after = format!("{}{}", Shown(&bytes[offset..to]), cut(to < end));
    let caret = " ".repeat(before.len());
    Some((from, format!("    {before}{after}\n    {caret}^\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caret_is_under_byte() {
        let (from, lines) = pointed_at(b"GET / HTTP/1.1\r\nX\x1b : y\r\n", 18, |_| true).unwrap();
        assert_eq!(from, 16);
        assert_eq!(lines, "    X\\x1b : y\\r\\n\n         ^\n");
    }

    #[test]
    fn long_line_is_truncated_around_error() {
        let mut line = vec![b'a'; 1000];
        line[500] = 0;
        let (from, lines) = pointed_at(&line, 500, |_| true).unwrap();
        let (shown, caret) = lines.trim_end().split_once('\n').unwrap();
        assert!(shown.len() < 80 && shown.starts_with("    ...aaa") && shown.ends_with("aaa..."));
        assert_eq!(caret.find('^'), shown.find("\\x00"));
        assert_eq!(from, 475);
    }

    #[test]
    fn missing_byte_has_caret_after_end() {
        let (_, lines) = pointed_at(b"HTTP/1.1 2", 10, |_| true).unwrap();
        assert_eq!(lines, "    HTTP/1.1 2\n              ^\n");
    }
}
