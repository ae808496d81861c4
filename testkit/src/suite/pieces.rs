//! Bodies in pieces, which may fail.

use std::io::{self, Read};

use bytes::Bytes;

/// Pieces of a chunked upload, one for each read: a reader, and an iterator over pieces.
/// The [module](super) has an example.
#[derive(Debug)]
pub struct Pieces {
    pieces: Vec<Vec<u8>>,
    at: usize,
    fail_after: Option<usize>,
}

impl Pieces {
    /// Returns these pieces; producing the one with the number `fail_after` fails.
    pub(super) const fn new(pieces: Vec<Vec<u8>>, fail_after: Option<usize>) -> Self {
        Self { pieces, at: 0, fail_after }
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        /// The number of an input or output error.
        const EIO: i32 = 5;
        if self.fail_after == Some(self.at) {
            return Err(io::Error::from_raw_os_error(EIO));
        }
        let Some(piece) = self.pieces.get_mut(self.at) else { return Ok(0) };
        let n = piece.len().min(buffer.len());
        buffer[..n].copy_from_slice(&piece[..n]);
        piece.drain(..n);
        if piece.is_empty() {
            self.at += 1;
        }
        Ok(n)
    }
}

impl Iterator for Pieces {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<io::Result<Bytes>> {
        let mut piece = vec![0; 64 * 1024];
        let next = self.read(&mut piece).map(|n| {
            piece.truncate(n);
            (n > 0).then(|| piece.into())
        });
        next.transpose()
    }
}
