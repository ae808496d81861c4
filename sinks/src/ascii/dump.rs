//! Dumps of bytes as curl writes them with `--trace-ascii`.

use std::fmt::Write;

/// The most bytes on a line.
const WIDTH: usize = 64;

/// Appends the title, with the number of bytes, and the bytes. A line of the dump ends where a line of the bytes does.
pub(super) fn push(title: &str, size: usize, bytes: &[u8], out: &mut String) {
    // Writing to a string does not fail, here and below.
    let _ = writeln!(out, "{title}, {size} bytes (0x{size:x})");
    let mut start = 0;
    while start < bytes.len() {
        let rest = &bytes[start..];
        let end = rest.windows(2).take(WIDTH + 1).position(|pair| pair == b"\r\n");
        let shown = &rest[..end.unwrap_or(WIDTH).min(rest.len())];
        let _ = write!(out, "{start:04x}: ");
        out.extend(shown.iter().map(|byte| match *byte {
            b' '..=b'~' => char::from(*byte),
            _ => '.',
        }));
        out.push('\n');
        start += shown.len() + if end.is_some() { 2 } else { 0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dump(bytes: &[u8]) -> String {
        let mut out = String::new();
        push("=> Send header", bytes.len(), bytes, &mut out);
        out
    }

    #[test]
    fn lines_end_with_those_of_the_bytes() {
        let shown =
            "=> Send header, 27 bytes (0x1b)\n0000: GET / HTTP/1.1\n0010: Host: h\n0019: \n";
        assert_eq!(dump(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"), shown);
    }

    #[test]
    fn long_lines_are_divided() {
        let bytes = [&[b'x'; 64][..], b"\r\n", &[b'y'; 65], b"\n\xff"].concat();
        let (x, y) = ("x".repeat(64), "y".repeat(64));
        let shown = format!("=> Send header, 133 bytes (0x85)\n0000: {x}\n0042: {y}\n0082: y..\n");
        assert_eq!(dump(&bytes), shown);
    }
}
