//! The body of a form in segments.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::sync::Arc;

use bytes::Bytes;

/// The body of a [`Form`](super::Form) in segments, in their order.
///
/// [`Form`](super::Form) has an example.
pub struct Segments<S> {
    segments: Vec<Segment<S>>,
    /// The index of the current one.
    next: usize,
    /// How many bytes of it were read, if it consists of bytes.
    read: usize,
}

/// A segment of the body of a [`Form`](super::Form).
///
/// [`Form`](super::Form) has an example.
#[derive(Debug)]
pub enum Segment<S> {
    /// These bytes, which are not empty.
    Bytes(Bytes),
    /// The rest of a file.
    File(Arc<File>),
    /// What a source yields.
    Source(S),
}

impl<S> Segments<S> {
    pub(super) const fn new(segments: Vec<Segment<S>>) -> Self {
        Self { segments, next: 0, read: 0 }
    }

    /// Returns the whole body, if it consists of bytes.
    #[must_use]
    pub fn whole(&self) -> Option<Bytes> {
        let pieces = self.segments.iter().map(|segment| match segment {
            Segment::Bytes(bytes) => Some(&**bytes),
            _ => None,
        });
        Some(pieces.collect::<Option<Vec<_>>>()?.concat().into())
    }

    /// Returns the current segment; `None` at the end.
    pub fn current(&mut self) -> Option<&mut Segment<S>> {
        self.segments.get_mut(self.next)
    }

    /// Goes on to the next segment.
    pub const fn advance(&mut self) {
        (self.next, self.read) = (self.next + 1, 0);
    }

    /// Returns to the start. Returns `false` if a part comes from a source, which yields it only once.
    ///
    /// # Errors
    /// A file cannot be read again.
    pub fn rewind(&mut self) -> io::Result<bool> {
        (self.next, self.read) = (0, 0);
        for segment in &mut self.segments {
            match segment {
                Segment::Bytes(_) => {}
                Segment::File(file) => (&**file).rewind()?,
                Segment::Source(_) => return Ok(false),
            }
        }
        Ok(true)
    }
}

impl<S: Read> Read for Segments<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(segment) = self.segments.get_mut(self.next).filter(|_| !buffer.is_empty()) {
            let n = match segment {
                Segment::Bytes(bytes) => bytes.get(self.read..).unwrap_or_default().read(buffer)?,
                Segment::File(file) => (&**file).read(buffer)?,
                Segment::Source(source) => source.read(buffer)?,
            };
            if n > 0 {
                self.read += n;
                return Ok(n);
            }
            self.advance();
        }
        Ok(0)
    }
}

impl<S> fmt::Debug for Segments<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segments").field("next", &self.next).finish_non_exhaustive()
    }
}
