//! The receive buffer: contiguous memory for received bytes.

use alloc::vec;
use alloc::vec::Vec;

use super::BufferSizes;

/// Size in bytes from which a buffer is aligned.
const ALIGNED: usize = 64 * 1024;

/// Size in bytes of a page. In an aligned buffer, the offset of each byte within its page equals its
/// offset in the stream modulo the page size. This alignment makes reads of a large body up to three
/// times cheaper for the system.
const PAGE: usize = 4 * 1024;

/// A buffer for received bytes, with the bytes that have not been consumed yet.
///
/// The buffer has its first size until a read fills it, and is large from then on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffer {
    pub(crate) sizes: BufferSizes,
    /// All bytes are initialised, so that a driver can read directly into the buffer.
    data: Vec<u8>,
    start: usize,
    end: usize,
    /// Number of bytes of the stream before `start`, all of which were consumed.
    consumed: u64,
    /// The last read filled the buffer.
    is_full: bool,
}

impl Buffer {
    pub(crate) fn new(sizes: BufferSizes) -> Self {
        Self { sizes, ..Self::default() }
    }

    /// Returns space for at least `min` more bytes.
    pub(crate) fn space(&mut self, min: usize) -> &mut [u8] {
        if core::mem::take(&mut self.is_full) && self.data.len() < self.sizes.large() {
            self.grow(self.sizes.large());
        } else if self.start == self.end {
            self.start = self.origin();
            self.end = self.start;
        }
        if self.data.len() - self.end < min {
            self.make_room(min);
        }
        &mut self.data[self.end..]
    }

    /// Returns the length of the free space.
    pub(crate) const fn room(&self) -> usize {
        self.data.len() - self.end
    }

    /// Returns the position of the first unread byte after the consumed bytes are removed.
    fn origin(&self) -> usize {
        if self.data.len() < ALIGNED {
            return 0;
        }
        usize::try_from(self.consumed % PAGE as u64).unwrap_or(0)
    }

    /// Moves the unread bytes to the front, and allocates more memory if necessary.
    #[cold]
    fn make_room(&mut self, min: usize) {
        let (origin, unread) = (self.origin(), self.end - self.start);
        if origin < self.start && self.data.len() - origin - unread >= min {
            self.data.copy_within(self.start..self.end, origin);
            (self.start, self.end) = (origin, origin + unread);
        } else {
            self.grow((unread + min).max(self.data.len() * 2).max(self.sizes.first));
        }
    }

    /// Allocates memory for `len` bytes, and copies only the unread bytes.
    fn grow(&mut self, len: usize) {
        let len = if len < ALIGNED { len } else { len + PAGE };
        let old = core::mem::replace(&mut self.data, vec![0; len]);
        let unread = &old[self.start..self.end];
        self.start = self.origin();
        self.end = self.start + unread.len();
        self.data[self.start..self.end].copy_from_slice(unread);
    }

    /// Accepts the first `n` bytes of the free space, which were filled.
    pub(crate) fn filled(&mut self, n: usize) {
        debug_assert!(
            n <= self.data.len() - self.end,
            "no more bytes are filled than there is space"
        );
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

    /// Returns the first `n` unread bytes.
    #[inline]
    pub(crate) fn front(&self, n: usize) -> &[u8] {
        &self.data[self.start..self.start + n]
    }

    /// Returns the unread bytes after the first `n`.
    #[inline]
    pub(crate) fn after(&self, n: usize) -> &[u8] {
        &self.data[self.start + n..self.end]
    }

    /// Returns the number of unread bytes.
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

    /// Counts the next `n` bytes of the stream, which do not pass through the buffer. There must be no
    /// unread bytes.
    pub(crate) fn skip(&mut self, n: usize) {
        debug_assert_eq!(self.start, self.end, "there are no unread bytes");
        self.consumed += n as u64;
    }

    /// Returns how many bytes of the stream were consumed.
    pub(crate) const fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Returns how many bytes of the stream have arrived.
    pub(crate) const fn received(&self) -> u64 {
        self.consumed + (self.end - self.start) as u64
    }

    /// Moves an empty buffer to `memory`, unless it has grown large.
    pub(crate) fn detach_buffers(&mut self, memory: &mut Vec<u8>) {
        if self.start == self.end && self.data.len() <= self.sizes.kept() {
            *memory = core::mem::take(&mut self.data);
        }
        self.free_buffers();
    }

    /// Takes the buffer in `memory`.
    pub(crate) fn attach_buffers(&mut self, memory: &mut Vec<u8>) {
        if self.data.is_empty() {
            self.data = core::mem::take(memory);
        }
    }

    /// Frees an empty buffer.
    pub(crate) fn free_buffers(&mut self) {
        if self.start == self.end {
            *self = Self { consumed: self.consumed, ..Self::new(self.sizes) };
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

    const FIRST: usize = 8 * 1024;
    const LARGE: usize = 64 * 1024;

    #[test]
    fn buffer_moves_bytes_before_it_grows() {
        let mut buffer = Buffer::default();
        buffer.push(&[1; FIRST]);
        buffer.consume(FIRST - 10);
        assert_eq!(buffer.space(FIRST - 10).len(), FIRST - 10);
        assert_eq!(buffer.unread(), [1; 10]);
        assert_eq!((buffer.consumed(), buffer.received()), (FIRST as u64 - 10, FIRST as u64));
    }

    /// `Limits::CLIENT` states the sizes.
    #[test]
    fn largest_head_of_a_client_needs_284_kib() {
        for full in [true, false] {
            let (mut buffer, mut sizes) = (Buffer::default(), Vec::new());
            while buffer.len() < 256 * 1024 {
                let room = buffer.space(16 * 1024).len();
                buffer.filled(if full { room } else { 1000 });
                sizes.push(buffer.data.len() / 1024);
            }
            sizes.dedup();
            assert_eq!(sizes[sizes.len() - 2..], [140, 284], "{sizes:?}");
        }
    }

    #[test]
    fn buffer_grows_when_a_read_fills_it_and_keeps_page_offsets() {
        let mut buffer = Buffer::default();
        let room = buffer.space(FIRST).len();
        assert_eq!(room, FIRST);
        buffer.filled(room);
        buffer.consume(room - 3);
        for (read, left) in [(LARGE, 0), (1, 0), (5000, 0), (LARGE, 9), (PAGE, 9), (70_000, 0)] {
            let room = buffer.space(FIRST).len();
            // Another call changes nothing.
            assert_eq!(buffer.space(0).len(), room);
            assert!(room >= if buffer.unread().is_empty() { LARGE } else { FIRST }, "{room}");
            assert_eq!(buffer.end as u64 % PAGE as u64, buffer.received() % PAGE as u64);
            buffer.filled(read.min(room));
            buffer.consume(buffer.unread().len() - left);
        }
        assert!(buffer.data.len() <= LARGE + PAGE);
    }

    #[test]
    fn small_buffer_grows_for_unread_bytes_alone() {
        let mut buffer = Buffer::new(BufferSizes::new(512));
        for _ in 0..10 {
            assert_eq!(buffer.space(256).len(), 512);
            buffer.filled(512);
            buffer.consume(512);
        }
        buffer.push(&[0; 500]);
        assert_eq!(buffer.space(256).len(), 1024 - 500);
    }

    #[test]
    fn pushed_bytes_do_not_make_the_buffer_large() {
        let mut buffer = Buffer::default();
        buffer.push(&[0; FIRST]);
        buffer.consume(FIRST);
        assert_eq!(buffer.space(1).len(), FIRST);
    }

    #[test]
    fn memory_is_freed_only_when_the_buffer_is_empty() {
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
