//! Bodies that are read into memory.

use crate::error::Error;

/// A body that is read into memory, with a limit.
///
/// ```
/// use limpid_io::BodyBuffer;
///
/// let mut body = BodyBuffer::new(5);
/// body.push(b"hello")?;
/// assert!(body.push(b"!").is_err());
/// # Ok::<(), limpid_io::Error>(())
/// ```
#[derive(Debug)]
pub struct BodyBuffer {
    bytes: Vec<u8>,
    limit: u64,
}

impl BodyBuffer {
    /// Creates an empty buffer for up to `limit` bytes.
    #[must_use]
    pub const fn new(limit: u64) -> Self {
        Self { bytes: Vec::new(), limit }
    }

    /// Adds a piece of the body.
    ///
    /// # Errors
    /// [`Error::BodyTooLong`]: the body exceeds the limit.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), Error> {
        let len = self.bytes.len() as u64 + piece.len() as u64;
        if len > self.limit {
            return Err(Error::BodyTooLong { limit: self.limit });
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// Returns the bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
