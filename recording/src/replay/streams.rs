//! The bytes of a stream, in order, as far as they were recorded.

use std::collections::VecDeque;
use std::ops::Range;

/// The recorded bytes of a stream.
#[derive(Debug, Default)]
pub(super) struct Tape {
    pieces: VecDeque<Piece>,
}

#[derive(Debug)]
enum Piece {
    /// The place of recorded bytes.
    Bytes(Range<usize>),
    /// This many bytes were left out.
    Cut(u64),
}

impl Tape {
    pub(super) fn push(&mut self, bytes: Range<usize>) {
        if bytes.start < bytes.end {
            self.pieces.push_back(Piece::Bytes(bytes));
        }
    }

    pub(super) fn push_cut(&mut self, bytes: u64) {
        if bytes > 0 {
            self.pieces.push_back(Piece::Cut(bytes));
        }
    }

    /// Returns whether there are this many bytes.
    pub(super) fn has(&self, n: usize) -> bool {
        let mut left = n as u64;
        for piece in &self.pieces {
            let len = match piece {
                Piece::Bytes(bytes) => bytes.len() as u64,
                Piece::Cut(len) => *len,
            };
            left = left.saturating_sub(len);
            if left == 0 {
                return true;
            }
        }
        left == 0
    }

    /// Moves the next bytes to `to`, zeros for those that were left out. The places of the others are in `all`. Returns
    /// `None` if there are too few.
    pub(super) fn read(&mut self, all: &[u8], to: &mut [u8]) -> Option<()> {
        let mut rest = to;
        while !rest.is_empty() {
            let piece = self.pieces.front_mut()?;
            let (n, is_over) = match piece {
                Piece::Bytes(bytes) => {
                    let n = bytes.len().min(rest.len());
                    let (now, later) = (bytes.start..bytes.start + n, bytes.start + n..bytes.end);
                    rest.get_mut(..n)?.copy_from_slice(all.get(now)?);
                    *bytes = later;
                    (n, bytes.start >= bytes.end)
                }
                Piece::Cut(len) => {
                    let n = usize::try_from(*len).unwrap_or(usize::MAX).min(rest.len());
                    rest.get_mut(..n)?.fill(0);
                    *len -= n as u64;
                    (n, *len == 0)
                }
            };
            if is_over {
                self.pieces.pop_front();
            }
            rest = rest.get_mut(n..)?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_in_order_whatever_the_pieces() {
        let all = b"abcdef";
        for size in 1..=9 {
            let mut tape = Tape::default();
            tape.push(0..2);
            tape.push_cut(3);
            tape.push(2..6);
            let mut read = Vec::new();
            while read.len() + size <= 9 {
                let mut piece = vec![7; size];
                assert!(tape.has(size));
                tape.read(all, &mut piece).unwrap();
                read.extend(piece);
            }
            assert!(b"ab\0\0\0cdef".starts_with(&read), "{read:?}");
            assert!(!tape.has(10 - read.len()));
            assert!(tape.read(all, &mut vec![0; 10 - read.len()]).is_none());
        }
    }
}
