//! The encoders of `-F`: `;encoder=NAME` behind the content of a part (RFC 2045 section 6).

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::payload::Payload;

/// The longest line of encoded content.
const LINE: usize = 76;

/// The bytes of such a line in base64.
const LINE_BYTES: usize = LINE / 4 * 3;

/// How the content of a part is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoder {
    Binary,
    EightBit,
    SevenBit,
    Base64,
    QuotedPrintable,
}

impl Encoder {
    const ALL: [Self; 5] =
        [Self::Binary, Self::EightBit, Self::SevenBit, Self::Base64, Self::QuotedPrintable];

    /// Returns the encoder with this name, in any case.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoder| encoder.name().eq_ignore_ascii_case(name))
    }

    /// Returns the name, which is the value of Content-Transfer-Encoding.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::EightBit => "8bit",
            Self::SevenBit => "7bit",
            Self::Base64 => "base64",
            Self::QuotedPrintable => "quoted-printable",
        }
    }

    /// Encodes content into a temporary file. As in curl, the length of quoted-printable is not announced.
    ///
    /// # Errors
    /// The content cannot be read, or is not of ASCII where it has to be.
    pub(super) fn encode(self, content: Payload) -> io::Result<Payload> {
        match self {
            Self::Binary | Self::EightBit => Ok(content),
            Self::SevenBit => check_ascii(&mut content.reader(None)).map(|()| content),
            Self::Base64 => {
                let (file, length) = encoded(&content, base64)?;
                Ok(Payload::from_file(file, Some(length)))
            }
            Self::QuotedPrintable => {
                let (file, _) = encoded(&content, quoted_printable)?;
                Ok(Payload::from_file(file, None))
            }
        }
    }
}

type Encode = fn(&mut dyn Read, &mut dyn Write) -> io::Result<()>;

/// Returns a file of the encoded content, and its length.
fn encoded(content: &Payload, encode: Encode) -> io::Result<(File, u64)> {
    let mut file = tempfile::tempfile()?;
    let mut writer = BufWriter::new(&mut file);
    encode(&mut content.reader(None), &mut writer)?;
    writer.flush()?;
    drop(writer);
    let length = file.stream_position()?;
    Ok((file, length))
}

fn check_ascii(content: &mut dyn Read) -> io::Result<()> {
    for byte in BufReader::new(content).bytes() {
        if !byte?.is_ascii() {
            let message =
                "the content has a byte that is not ASCII, which encoder=7bit does not send";
            return Err(io::Error::new(ErrorKind::InvalidData, message));
        }
    }
    Ok(())
}

/// Writes lines of base64, with a line end between them.
fn base64(content: &mut dyn Read, out: &mut dyn Write) -> io::Result<()> {
    let mut is_first = true;
    loop {
        let mut line = Vec::with_capacity(LINE_BYTES);
        content.take(LINE_BYTES as u64).read_to_end(&mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        let end = if is_first { "" } else { "\r\n" };
        write!(out, "{end}{}", STANDARD.encode(line))?;
        is_first = false;
    }
}

/// Writes quoted-printable as curl does: CRLF stays, and every other line end is encoded.
fn quoted_printable(content: &mut dyn Read, out: &mut dyn Write) -> io::Result<()> {
    let mut content = Ahead { bytes: BufReader::new(content).bytes(), read: VecDeque::new() };
    let mut column = 0;
    while let Some(byte) = content.at(0)? {
        if byte == b'\r' && content.at(1)? == Some(b'\n') {
            out.write_all(b"\r\n")?;
            (column, _) = (0, content.read.drain(..2));
            continue;
        }
        let is_plain = match byte {
            // White space at the end of a line could be lost.
            b' ' | b'\t' => !content.is_line_end(1)?,
            byte => byte.is_ascii_graphic() && byte != b'=',
        };
        let width = if is_plain { 1 } else { 3 };
        // The last column is free for the soft line break, unless the line ends behind it.
        if column + width > LINE || (column + width == LINE && !content.is_line_end(1)?) {
            out.write_all(b"=\r\n")?;
            column = 0;
        }
        match is_plain {
            true => out.write_all(&[byte])?,
            false => write!(out, "={byte:02X}")?,
        }
        column += width;
        content.read.pop_front();
    }
    Ok(())
}

/// Bytes, of which some are read ahead.
struct Ahead<R> {
    bytes: io::Bytes<R>,
    read: VecDeque<u8>,
}

impl<R: Read> Ahead<R> {
    /// Returns the byte with this index from the current one, `None` behind the end.
    fn at(&mut self, index: usize) -> io::Result<Option<u8>> {
        while self.read.len() <= index {
            let Some(byte) = self.bytes.next().transpose()? else { return Ok(None) };
            self.read.push_back(byte);
        }
        Ok(self.read.get(index).copied())
    }

    /// Returns whether a line, or everything, ends before this index.
    fn is_line_end(&mut self, index: usize) -> io::Result<bool> {
        Ok(match self.at(index)? {
            None => true,
            Some(byte) => byte == b'\r' && self.at(index + 1)? == Some(b'\n'),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(encoder: Encoder, content: &[u8]) -> io::Result<String> {
        let payload = encoder.encode(content.to_vec().into())?;
        let mut text = String::new();
        payload.reader(None).read_to_string(&mut text)?;
        assert!(payload.length().is_none_or(|length| length == text.len() as u64));
        Ok(text)
    }

    #[test]
    fn base64_has_lines_of_76_characters() {
        let encode = |length| encode(Encoder::Base64, &vec![b'x'; length]).unwrap();
        assert_eq!((encode(0), encode(1)), (String::new(), "eA==".to_owned()));
        assert_eq!(encode(57).len(), 76);
        assert_eq!(encode(58), format!("{}\r\neA==", encode(57)));
    }

    #[test]
    fn quoted_printable_keeps_lines_short_and_their_ends_visible() {
        let encode = |content: &[u8]| encode(Encoder::QuotedPrintable, content).unwrap();
        assert_eq!(encode(b"a=b \r\nc\t"), "a=3Db=20\r\nc=09");
        assert_eq!(encode(b"a \nb\r"), "a =0Ab=0D");
        assert_eq!(encode("\u{e9}".as_bytes()), "=C3=A9");
        let x = |length| "x".repeat(length);
        assert_eq!(encode(x(76).as_bytes()), x(76));
        assert_eq!(encode(format!("{}\r\n", x(76)).as_bytes()), format!("{}\r\n", x(76)));
        assert_eq!(encode(x(77).as_bytes()), format!("{}=\r\nxx", x(75)));
        assert_eq!(encode(format!("{}=x", x(73)).as_bytes()), format!("{}=\r\n=3Dx", x(73)));
    }

    #[test]
    fn seven_bits_are_ascii() {
        assert_eq!(encode(Encoder::SevenBit, b"a\n").unwrap(), "a\n");
        assert!(encode(Encoder::SevenBit, b"\x80").is_err());
        assert_eq!(Encoder::named("BASE64"), Some(Encoder::Base64));
        assert_eq!(Encoder::named("gzip"), None);
    }
}
