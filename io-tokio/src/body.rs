//! The body of a request.

use std::fmt;
use std::io;
use std::pin::Pin;

use bytes::Bytes;
use limpid_core::http1::BodySize;

/// The pieces of a body, made as they are needed.
pub type NextPiece<'b> = Pin<Box<dyn Future<Output = io::Result<Option<Bytes>>> + Send + 'b>>;

/// Something that yields a body piece by piece.
pub trait Pieces: Send {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// The body cannot be had; the request fails.
    fn next(&mut self) -> NextPiece<'_>;
}

/// What a request carries: nothing, bytes, or pieces that are made on the way.
pub struct Body {
    source: Source,
    size: BodySize,
    /// Some of it has been taken.
    begun: bool,
}

enum Source {
    Bytes(Bytes),
    Pieces(Box<dyn Pieces>),
}

impl Body {
    /// No body.
    #[must_use]
    pub const fn none() -> Self {
        Self { source: Source::Bytes(Bytes::new()), size: BodySize::None, begun: false }
    }

    /// What `pieces` yield, to their end. With a `length`, exactly that many bytes are sent;
    /// without one, the body is chunked.
    pub fn pieces(pieces: impl Pieces + 'static, length: Option<u64>) -> Self {
        let size = length.map_or(BodySize::Unknown, BodySize::Length);
        Self { source: Source::Pieces(Box::new(pieces)), size, begun: false }
    }

    pub(crate) const fn size(&self) -> BodySize {
        self.size
    }

    /// Goes back to the start, and tells whether that was possible: pieces are made once.
    pub(crate) fn rewind(&mut self) -> bool {
        let is_bytes = matches!(self.source, Source::Bytes(_));
        let possible = is_bytes || !self.begun;
        self.begun &= !is_bytes;
        possible
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let is_first = !std::mem::replace(&mut self.begun, true);
        match &mut self.source {
            Source::Bytes(bytes) => Ok((is_first && !bytes.is_empty()).then(|| bytes.clone())),
            Source::Pieces(pieces) => pieces.next().await,
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
