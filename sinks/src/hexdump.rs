//! Dumps of bytes: offsets, hexadecimal numbers and text.

use std::fmt::{self, Write};

use limpid_core::trace::TraceEvent;

/// Number of bytes on a line.
const WIDTH: usize = 16;

/// Bytes to be dumped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dump<'a> {
    pub(crate) bytes: &'a [u8],
    /// The offset of the first.
    pub(crate) offset: u64,
    /// The maximum number of bytes that are shown.
    pub(crate) most: usize,
}

impl<'a> Dump<'a> {
    /// Returns the dump of an event that has bytes of the connection.
    pub(crate) const fn of(event: &TraceEvent<'a>, most: usize) -> Option<Self> {
        match *event {
            TraceEvent::BytesReceived { offset, bytes, .. }
            | TraceEvent::BytesSent { offset, bytes, .. } => Some(Self { bytes, offset, most }),
            _ => None,
        }
    }

    /// Appends the dump in the form of `hexdump -C`, and how many bytes are left out.
    pub(crate) fn write(self, out: &mut String) -> fmt::Result {
        let Self { bytes, offset, most } = self;
        let shown = &bytes[..bytes.len().min(most)];
        for (index, row) in shown.chunks(WIDTH).enumerate() {
            write!(out, "{:08x} ", offset + (index * WIDTH) as u64)?;
            for at in 0..WIDTH {
                let gap = if at == WIDTH / 2 { "  " } else { " " };
                match row.get(at) {
                    Some(byte) => write!(out, "{gap}{byte:02x}")?,
                    None => write!(out, "{gap}  ")?,
                }
            }
            let text = |byte: &u8| match *byte {
                b' '..=b'~' => char::from(*byte),
                _ => '.',
            };
            out.push_str("  |");
            out.extend(row.iter().map(text));
            out.push_str("|\n");
        }
        match bytes.len() - shown.len() {
            0 => Ok(()),
            left => writeln!(out, "... {left} more bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dump(bytes: &[u8], offset: u64, most: usize) -> String {
        let mut out = String::new();
        Dump { bytes, offset, most }.write(&mut out).unwrap();
        out
    }

    #[test]
    fn dump_has_the_form_of_hexdump() {
        assert_eq!(
            dump(b"GET / HTTP/1.1\r\nHost: h\x1b\xff", 0x1f0, 100),
            "000001f0  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|\n\
             00000200  48 6f 73 74 3a 20 68 1b  ff                       |Host: h..|\n"
        );
        assert_eq!(dump(b"", 7, 100), "");
    }

    #[test]
    fn dump_says_how_much_is_left_out() {
        assert_eq!(
            dump(&[b'x'; 100], 0, 2),
            "00000000  78 78                                             |xx|\n... 98 more bytes\n"
        );
        assert_eq!(dump(b"ab", 0, 0), "... 2 more bytes\n");
    }
}
