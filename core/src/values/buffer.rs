//! The receive buffer: one piece of memory that bytes are read into and looked at in.

use alloc::vec;
use alloc::vec::Vec;

/// The first allocation.
const INITIAL: usize = 8 * 1024;

/// How much is read at once when the peer has much to say: reads beyond it gain nothing.
const LARGE: usize = 64 * 1024;

/// A read is far cheaper for the system where memory keeps its place within a page as the stream
/// goes on, up to three times for a large body: in a large buffer each byte stands, counted within
/// its page, where it stands in the stream.
const PAGE: usize = 4 * 1024;

/// Memory for the bytes of one connection, lent while that is idle: both pieces are empty, or were
/// a connection's.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub(crate) incoming: Vec<u8>,
    pub(crate) outgoing: Vec<u8>,
}

/// Bytes that arrived and are not used yet, and room for more.
///
/// It is small until a read fills all the room there was, and large from then on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffer {
    /// All of it is initialised, so that a driver can read straight into it.
    data: Vec<u8>,
    start: usize,
    end: usize,
    /// How many bytes of the stream were used before `start`.
    consumed: u64,
    /// The last read filled all the room.
    is_full: bool,
}

impl Buffer {
    /// Room for at least `min` more bytes.
    pub(crate) fn space(&mut self, min: usize) -> &mut [u8] {
        if core::mem::take(&mut self.is_full) && self.data.len() < LARGE {
            self.grow(LARGE);
        } else if self.start == self.end {
            self.start = self.origin();
            self.end = self.start;
        }
        if self.data.len() - self.end < min {
            self.make_room(min);
        }
        &mut self.data[self.end..]
    }

    /// Returns how much of the last room there is.
    pub(crate) const fn room(&self) -> usize {
        self.data.len() - self.end
    }

    /// Returns where the first unread byte stands when there is nothing before it.
    fn origin(&self) -> usize {
        if self.data.len() < LARGE {
            return 0;
        }
        usize::try_from(self.consumed % PAGE as u64).unwrap_or(0)
    }

    /// Moves what is unread to the front, into more memory if it must.
    #[cold]
    fn make_room(&mut self, min: usize) {
        let (origin, unread) = (self.origin(), self.end - self.start);
        if origin < self.start && self.data.len() - origin - unread >= min {
            self.data.copy_within(self.start..self.end, origin);
            (self.start, self.end) = (origin, origin + unread);
        } else {
            self.grow((unread + min).max(self.data.len() * 2).max(INITIAL));
        }
    }

    /// Gets memory for `len` bytes. What was used is not copied.
    fn grow(&mut self, len: usize) {
        let len = if len < LARGE { len } else { len + PAGE };
        let old = core::mem::replace(&mut self.data, vec![0; len]);
        let unread = &old[self.start..self.end];
        self.start = self.origin();
        self.end = self.start + unread.len();
        self.data[self.start..self.end].copy_from_slice(unread);
    }

    /// The first `n` bytes of the room have been filled.
    pub(crate) fn filled(&mut self, n: usize) {
        debug_assert!(n <= self.data.len() - self.end, "no more can be filled than was offered");
        self.end = (self.end + n).min(self.data.len());
        self.is_full = n > 0 && self.end == self.data.len();
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let room = self.space(bytes.len());
        room[..bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }

    #[inline]
    pub(crate) fn unread(&self) -> &[u8] {
        &self.data[self.start..self.end]
    }

    /// Returns the first `n` bytes of it.
    #[inline]
    pub(crate) fn front(&self, n: usize) -> &[u8] {
        &self.data[self.start..self.start + n]
    }

    /// Returns what follows the first `n` bytes of it.
    #[inline]
    pub(crate) fn after(&self, n: usize) -> &[u8] {
        &self.data[self.start + n..self.end]
    }

    /// Returns how much of it there is.
    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.end - self.start
    }

    #[inline]
    pub(crate) fn unread_mut(&mut self) -> &mut [u8] {
        &mut self.data[self.start..self.end]
    }

    #[inline]
    pub(crate) fn consume(&mut self, n: usize) {
        let n = n.min(self.len());
        self.start += n;
        self.consumed += n as u64;
    }

    /// The next `n` bytes of the stream were used elsewhere. Nothing is unread.
    pub(crate) fn skip(&mut self, n: usize) {
        debug_assert_eq!(self.start, self.end, "what is unread comes first");
        self.consumed += n as u64;
    }

    /// Returns how many bytes of the stream were used.
    pub(crate) const fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Returns how many bytes of the stream have arrived.
    pub(crate) const fn received(&self) -> u64 {
        self.consumed + (self.end - self.start) as u64
    }

    /// Lends the memory when nothing is in it, unless it is large.
    pub(crate) fn detach_buffers(&mut self, memory: &mut Vec<u8>) {
        if self.start == self.end && self.data.len() < LARGE {
            *memory = core::mem::take(&mut self.data);
        }
        self.free_buffers();
    }

    /// Takes memory that was lent.
    pub(crate) fn attach_buffers(&mut self, memory: &mut Vec<u8>) {
        if self.data.is_empty() {
            self.data = core::mem::take(memory);
        }
    }

    /// Gives the memory back when nothing is in it.
    pub(crate) fn free_buffers(&mut self) {
        if self.start == self.end {
            *self = Self { consumed: self.consumed, ..Self::default() };
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
    fn a_buffer_is_large_once_reads_fill_it_and_keeps_to_the_pages_of_the_stream() {
        let mut buffer = Buffer::default();
        let room = buffer.space(INITIAL).len();
        assert_eq!(room, INITIAL);
        buffer.filled(room);
        buffer.consume(room - 3);
        for (read, left) in [(LARGE, 0), (1, 0), (5000, 0), (LARGE, 9), (PAGE, 9), (70_000, 0)] {
            let room = buffer.space(INITIAL).len();
            // To ask again changes nothing.
            assert_eq!(buffer.space(0).len(), room);
            assert!(room >= if buffer.unread().is_empty() { LARGE } else { INITIAL }, "{room}");
            assert_eq!(buffer.end as u64 % PAGE as u64, buffer.received() % PAGE as u64);
            buffer.filled(read.min(room));
            buffer.consume(buffer.unread().len() - left);
        }
        assert!(buffer.data.len() <= LARGE + PAGE);
    }

    #[test]
    fn what_is_pushed_makes_no_buffer_large() {
        let mut buffer = Buffer::default();
        buffer.push(&[0; INITIAL]);
        buffer.consume(INITIAL);
        assert_eq!(buffer.space(1).len(), INITIAL);
    }

    #[test]
    fn memory_is_given_back_only_when_nothing_is_in_it() {
        let mut buffer = Buffer::default();
        buffer.push(b"ab");
        buffer.consume(1);
        buffer.free_buffers();
        assert_eq!(buffer.unread(), b"b");
        buffer.consume(1);
        buffer.free_buffers();
        assert_eq!(buffer.data.capacity(), 0);
        assert_eq!(buffer.received(), 2);
    }
}
