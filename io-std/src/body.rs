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
}

enum Source {
    Bytes(Bytes),
    Reader(Box<dyn Read + Send>),
}

impl Body {
    /// No body.
    #[must_use]
    pub const fn none() -> Self {
        Self { source: Source::Bytes(Bytes::new()), size: BodySize::None }
    }

    /// What `reader` yields, to its end. With a `length`, exactly that many bytes are sent;
    /// without one, the body is chunked.
    pub fn reader(reader: impl Read + Send + 'static, length: Option<u64>) -> Self {
        let size = length.map_or(BodySize::Unknown, BodySize::Length);
        Self { source: Source::Reader(Box::new(reader)), size }
    }

    pub(crate) const fn size(&self) -> BodySize {
        self.size
    }

    /// The next piece; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Bytes>> {
        match &mut self.source {
            Source::Bytes(bytes) if bytes.is_empty() => Ok(None),
            Source::Bytes(bytes) => Ok(Some(std::mem::take(bytes))),
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
        Self { source: Source::Bytes(bytes), size }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("size", &self.size).finish_non_exhaustive()
    }
}
