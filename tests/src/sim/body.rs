//! The body of a request.

use std::fmt;
use std::io;

use bytes::Bytes;
use limpid_core::http1::BodySize;

/// What a request carries.
pub struct Body {
    source: Source,
    size: BodySize,
    begun: bool,
}

enum Source {
    Bytes(Bytes),
    Pieces(Box<dyn Iterator<Item = io::Result<Bytes>>>),
}

impl Body {
    /// No body.
    #[must_use]
    pub const fn none() -> Self {
        Self { source: Source::Bytes(Bytes::new()), size: BodySize::None, begun: false }
    }

    /// These bytes, which can be sent again.
    #[must_use]
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let size = BodySize::Length(bytes.len() as u64);
        Self { source: Source::Bytes(bytes), size, begun: false }
    }

    /// These pieces, once; of this length altogether, or chunked.
    pub fn pieces(
        pieces: impl Iterator<Item = io::Result<Bytes>> + 'static,
        length: Option<u64>,
    ) -> Self {
        let size = length.map_or(BodySize::Unknown, BodySize::Length);
        Self { source: Source::Pieces(Box::new(pieces)), size, begun: false }
    }

    pub(super) const fn size(&self) -> BodySize {
        self.size
    }

    /// Goes back to the start, and tells whether that was possible.
    pub(super) fn rewind(&mut self) -> bool {
        let is_fresh = !self.begun;
        if let Source::Bytes(_) = self.source {
            self.begun = false;
        }
        is_fresh || !self.begun
    }

    /// The next piece; `None` at the end.
    pub(super) fn next(&mut self) -> Option<io::Result<Bytes>> {
        let is_first = !std::mem::replace(&mut self.begun, true);
        match &mut self.source {
            Source::Bytes(bytes) => (is_first && !bytes.is_empty()).then(|| Ok(bytes.clone())),
            Source::Pieces(pieces) => pieces.next(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("size", &self.size).finish_non_exhaustive()
    }
}
