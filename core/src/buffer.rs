//! The receive buffer: one piece of memory that bytes are read into and looked at in.

use alloc::vec::Vec;

/// The first allocation, and the least room offered to a read of a body.
const INITIAL: usize = 8 * 1024;

/// Bytes that arrived and are not used yet, and room for more.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffer {
    /// All of it is initialised, so that a driver can read straight into it.
    data: Vec<u8>,
    start: usize,
    end: usize,
    /// How many bytes of the stream were used before `start`.
    consumed: u64,
}

impl Buffer {
    /// Room for at least `min` more bytes.
    pub(crate) fn space(&mut self, min: usize) -> &mut [u8] {
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
        if self.data.len() - self.end < min && self.start > 0 {
            self.data.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.data.len() - self.end < min {
            let len = (self.end + min).max(self.data.len() * 2).max(INITIAL);
            self.data.resize(len, 0);
        }
        &mut self.data[self.end..]
    }

    /// The first `n` bytes of the room have been filled.
    pub(crate) fn filled(&mut self, n: usize) {
        debug_assert!(n <= self.data.len() - self.end, "no more can be filled than was offered");
        self.end = (self.end + n).min(self.data.len());
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.filled(bytes.len());
    }

    pub(crate) fn unread(&self) -> &[u8] {
        &self.data[self.start..self.end]
    }

    pub(crate) fn unread_mut(&mut self) -> &mut [u8] {
        &mut self.data[self.start..self.end]
    }

    pub(crate) fn consume(&mut self, n: usize) {
        let n = n.min(self.end - self.start);
        self.start += n;
        self.consumed += n as u64;
    }

    /// How many bytes of the stream were used.
    pub(crate) const fn consumed(&self) -> u64 {
        self.consumed
    }

    /// How many bytes of the stream have arrived.
    pub(crate) const fn received(&self) -> u64 {
        self.consumed + (self.end - self.start) as u64
    }

    /// Gives the memory back when nothing is in it.
    pub(crate) fn release(&mut self) {
        if self.start == self.end {
            self.data = Vec::new();
            self.start = 0;
            self.end = 0;
        }
    }

    pub(crate) fn into_unread(mut self) -> Vec<u8> {
        self.data.truncate(self.end);
        self.data.drain(..self.start);
        self.data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_made_by_moving_before_growing() {
        let mut buffer = Buffer::default();
        buffer.push(&[1; INITIAL]);
        buffer.consume(INITIAL - 10);
        assert_eq!(buffer.space(INITIAL - 10).len(), INITIAL - 10);
        assert_eq!(buffer.unread(), [1; 10]);
        assert_eq!((buffer.consumed(), buffer.received()), (INITIAL as u64 - 10, INITIAL as u64));
    }

    #[test]
    fn memory_is_given_back_only_when_nothing_is_in_it() {
        let mut buffer = Buffer::default();
        buffer.push(b"ab");
        buffer.consume(1);
        buffer.release();
        assert_eq!(buffer.unread(), b"b");
        buffer.consume(1);
        buffer.release();
        assert_eq!(buffer.data.capacity(), 0);
        assert_eq!(buffer.received(), 2);
    }
}
