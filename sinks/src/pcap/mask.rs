//! Bodies whose bytes are not shown.

/// What stands for each hidden byte.
const HIDDEN: u8 = b'*';

/// Hides the bytes of a body and keeps its framing, so that other programs find its end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Mask {
    /// Every byte is data.
    #[default]
    Whole,
    /// In a chunk-size line, with the size so far.
    Size { size: u64, is_extension: bool },
    /// In the data of a chunk, of which so much is left.
    Chunk(u64),
    /// In the line end after that.
    ChunkEnd,
    /// In the trailers.
    Trailers,
}

impl Mask {
    /// Returns the mask of a body with the chunked coding.
    pub(super) const fn chunked() -> Self {
        Self::Size { size: 0, is_extension: false }
    }

    /// Returns bytes of the body, which follow those of the last call, without what they say.
    pub(super) fn hide(&mut self, bytes: &[u8]) -> Vec<u8> {
        bytes.iter().map(|byte| self.byte(*byte)).collect()
    }

    fn byte(&mut self, byte: u8) -> u8 {
        match (*self, byte) {
            (Self::Chunk(left), _) => {
                *self = if left > 1 { Self::Chunk(left - 1) } else { Self::ChunkEnd };
                HIDDEN
            }
            (Self::Size { size: 0, .. }, b'\n') => {
                *self = Self::Trailers;
                byte
            }
            (Self::Size { size, .. }, b'\n') => {
                *self = Self::Chunk(size);
                byte
            }
            (Self::Size { size, is_extension: false }, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                let digit = char::from(byte).to_digit(16).unwrap_or_default();
                let size = size.saturating_mul(16).saturating_add(digit.into());
                *self = Self::Size { size, is_extension: false };
                byte
            }
            (Self::Size { size, is_extension: false }, b';') => {
                *self = Self::Size { size, is_extension: true };
                byte
            }
            (Self::ChunkEnd, b'\n') => {
                *self = Self::chunked();
                byte
            }
            (Self::Trailers, b':' | b'\n')
            | (Self::Size { .. } | Self::ChunkEnd | Self::Trailers, b'\r') => byte,
            _ => HIDDEN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_of_chunks_is_kept() {
        let body = b"5;a=b\r\nhello\r\n0A\r\n0123456789\r\n0\r\nA: tiger\r\n\r\n";
        let hidden = b"5;***\r\n*****\r\n0A\r\n**********\r\n0\r\n*:******\r\n\r\n";
        for size in [1, 3, body.len()] {
            let mut mask = Mask::chunked();
            let shown: Vec<u8> = body.chunks(size).flat_map(|piece| mask.hide(piece)).collect();
            assert_eq!(String::from_utf8_lossy(&shown), String::from_utf8_lossy(hidden));
        }
    }

    #[test]
    fn other_bodies_are_hidden_as_a_whole() {
        assert_eq!(Mask::default().hide(b"a\r\n\x00"), b"****");
    }
}
