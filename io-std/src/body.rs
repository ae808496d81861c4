//! The body of a request.

use std::fmt;
use std::io::{self, ErrorKind, Read};

use bytes::Bytes;
use limpid_core::http1::BodySize;

/// How much of a reader is read at a time.
const PIECE: usize = 64 * 1024;

/// What a request carries: nothing, bytes, or whatever a reader yields.
pub struct Body {
    source: Source,
    size: BodySize,
    /// Some of it has been taken.
    begun: bool,
}

enum Source {
    Bytes(Bytes),
    Reader(Box<dyn Read + Send>),
}

impl Body {
    /// No body.
    #[must_use]
    pub const fn none() -> Self {
        Self { source: Source::Bytes(Bytes::new()), size: BodySize::None, begun: false }
    }

    /// What `reader` yields, to its end. With a `length`, exactly that many bytes are sent;
    /// without one, the body is chunked.
    pub fn reader(reader: impl Read + Send + 'static, length: Option<u64>) -> Self {
        let size = length.map_or(BodySize::Unknown, BodySize::Length);
        Self { source: Source::Reader(Box::new(reader)), size, begun: false }
    }

    pub(crate) const fn size(&self) -> BodySize {
        self.size
    }

    /// Goes back to the start, and tells whether that was possible: a reader is read once.
    pub(crate) fn rewind(&mut self) -> bool {
        let is_fresh = !self.begun;
        if let Source::Bytes(_) = self.source {
            self.begun = false;
        }
        is_fresh || !self.begun
    }

    /// The next piece; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Bytes>> {
        let is_first = !std::mem::replace(&mut self.begun, true);
        match &mut self.source {
            Source::Bytes(bytes) => Ok((is_first && !bytes.is_empty()).then(|| bytes.clone())),
            Source::Reader(reader) => {
                let mut piece = vec![0; PIECE];
                let n = loop {
                    match reader.read(&mut piece) {
                        Err(error) if error.kind() == ErrorKind::Interrupted => {}
                        result => break result?,
                    }
                };
                piece.truncate(n);
                Ok((n > 0).then(|| piece.into()))
            }
        }
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        let bytes = bytes.into();
        let size = BodySize::Length(bytes.len() as u64);
        Self { source: Source::Bytes(bytes), size, begun: false }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("size", &self.size).finish_non_exhaustive()
    }
}
