//! The sizes of a connection's buffers.

/// The size in bytes of a buffer that becomes large when a read fills it.
const GROWS: usize = 8 * 1024;

/// The size in bytes of a large buffer. Larger reads gain nothing.
const LARGE: usize = 64 * 1024;

/// The sizes in bytes of a connection's buffers. All follow from one number, so that a small buffer makes
/// the whole connection small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BufferSizes {
    /// The first size of a buffer.
    pub(crate) first: usize,
}

impl Default for BufferSizes {
    fn default() -> Self {
        Self { first: GROWS }
    }
}

impl BufferSizes {
    /// The least first size. A buffer without room would make each read seem to be the end.
    pub(crate) const LEAST: usize = 128;

    /// Returns the sizes that follow from the first size of a buffer.
    pub(crate) const fn new(first: usize) -> Self {
        Self { first: if first < Self::LEAST { Self::LEAST } else { first } }
    }

    /// Returns the size of a receive buffer that a read has filled.
    pub(crate) const fn large(self) -> usize {
        if self.first < GROWS || self.first > LARGE { self.first } else { LARGE }
    }

    /// Returns the largest buffer that an idle connection leaves to others.
    pub(crate) const fn kept(self) -> usize {
        at_most(LARGE - 1, self.large())
    }

    /// Returns the length up to which a piece of a body is copied behind its head, because a system call with one
    /// slice is cheaper than one with three.
    pub(crate) const fn copied(self) -> usize {
        at_most(2 * 1024, self.first / 4)
    }

    /// Returns the largest send buffer that an idle connection leaves to others.
    pub(crate) const fn kept_out(self) -> usize {
        at_most(4 * 1024, self.first / 2)
    }

    /// Returns the longest request head that is cached.
    pub(crate) const fn cached(self) -> usize {
        at_most(1024, self.first / 8)
    }

    /// Returns the number of unparsed bytes at which layers stop delivering to HTTP, so that a large body passes
    /// through a small buffer that stays in the processor's cache.
    pub(crate) const fn portion(self) -> usize {
        at_most(16 * 1024, self.large())
    }

    /// Returns the size of a decoded piece of a body. It is larger than a usual read, because decoding expands the
    /// bytes.
    pub(crate) const fn piece(self) -> usize {
        at_most(32 * 1024, self.large())
    }

    /// Returns the size of the buffer for input that is discarded.
    pub(crate) const fn scratch(self) -> usize {
        at_most(4 * 1024, self.first / 2)
    }
}

const fn at_most(most: usize, size: usize) -> usize {
    if size < most { size } else { most }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_follow_from_the_first() {
        let sizes = |first| {
            let sizes = BufferSizes::new(first);
            [sizes.large(), sizes.copied(), sizes.kept_out(), sizes.cached(), sizes.portion()]
        };
        assert_eq!(sizes(8192), [65_536, 2048, 4096, 1024, 16_384]);
        assert_eq!(sizes(512), [512, 128, 256, 64, 512]);
        assert_eq!(sizes(0), sizes(BufferSizes::LEAST));
        assert_eq!(sizes(1 << 20)[0], 1 << 20);
    }
}
