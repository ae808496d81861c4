//! The memory of pieces that are read from a source.

use std::mem;

use bytes::{Bytes, BytesMut};

/// The maximum size of a piece.
const PIECE: usize = 64 * 1024;

/// A buffer for pieces of up to 64 KiB, which is used again when the last piece was dropped.
///
/// ```
/// use limpid_io::PieceMemory;
///
/// let mut memory = PieceMemory::new();
/// let mut room = memory.take();
/// room[..5].copy_from_slice(b"hello");
/// let at = room.as_ptr();
/// assert_eq!(memory.put(room, 5).as_deref(), Some(&b"hello"[..]));
/// assert_eq!(memory.take().as_ptr(), at);
/// ```
#[derive(Debug, Default)]
pub struct PieceMemory(Bytes);

impl PieceMemory {
    /// Creates it without memory.
    #[must_use]
    pub const fn new() -> Self {
        Self(Bytes::new())
    }

    /// Returns the whole buffer, to read into.
    #[must_use]
    pub fn take(&mut self) -> BytesMut {
        match mem::take(&mut self.0).try_into_mut() {
            Ok(memory) if memory.len() == PIECE => memory,
            _ => fresh(),
        }
    }

    /// Takes the buffer back, and returns the piece that its first `n` bytes are; `None` for 0 bytes.
    pub fn put(&mut self, memory: BytesMut, n: usize) -> Option<Bytes> {
        self.0 = memory.freeze();
        (n > 0).then(|| self.0.slice(..n.min(self.0.len())))
    }
}

/// Returns a buffer for a piece. It was split once, so that its reference count is allocated already,
/// and conversions between its two forms do not allocate.
fn fresh() -> BytesMut {
    let mut memory = BytesMut::zeroed(PIECE + 1);
    memory.truncate(PIECE);
    drop(memory.split_off(PIECE));
    memory
}
