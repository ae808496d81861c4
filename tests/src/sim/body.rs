//! The body of a request.

use std::io;

use bytes::Bytes;
use limpid_core::error::Error;
use limpid_core::http1::BodySize;
use limpid_io::{Content, Input, Part};

type Pieces = Box<dyn Iterator<Item = io::Result<Bytes>>>;

/// What a request carries.
#[derive(Debug)]
pub struct Body(Content<Pieces>);

impl Body {
    /// No body.
    #[must_use]
    pub const fn none() -> Self {
        Self(Content::none())
    }

    /// These bytes, which can be sent again.
    #[must_use]
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self(Content::from(bytes.into()))
    }

    /// These pieces, once; of this length altogether, or chunked.
    pub fn pieces(
        pieces: impl Iterator<Item = io::Result<Bytes>> + 'static,
        length: Option<u64>,
    ) -> Self {
        Self(Content::source(Box::new(pieces), length))
    }

    pub(super) const fn size(&self) -> BodySize {
        self.0.size()
    }

    /// Goes back to the start.
    pub(super) fn rewind(&mut self) -> Result<(), Error> {
        self.0.rewind()
    }

    /// The next piece.
    pub(super) fn next(&mut self) -> Input<'_> {
        let part = match self.0.part() {
            Part::Piece(piece) => Ok(Some(piece)),
            Part::Source(pieces) => pieces.next().transpose(),
            Part::End => Ok(None),
        };
        self.0.made(part)
    }
}
