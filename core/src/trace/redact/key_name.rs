//! Names as they are compared.

/// The end of a name in lower case, without punctuation and white space.
pub(super) struct KeyName {
    bytes: [u8; Self::MOST],
    len: usize,
}

impl Default for KeyName {
    fn default() -> Self {
        Self { bytes: [0; Self::MOST], len: 0 }
    }
}

impl KeyName {
    /// More than any known name has.
    const MOST: usize = 64;

    pub(super) fn push(&mut self, byte: u8) {
        if matches!(byte, b'-' | b'_' | b'+' | b' ' | b'\t' | b'$') {
            return;
        }
        if self.len == Self::MOST {
            self.bytes.copy_within(1.., 0);
            self.len -= 1;
        }
        self.bytes[self.len] = byte.to_ascii_lowercase();
        self.len += 1;
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}
