//! The body of a request.

use std::io;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::error::Error;
use limpid_core::http1::BodySize;
use limpid_core::time::Mono;
use limpid_io::{Content, Input, Part};

use super::world::World;

type Pieces = Box<dyn Iterator<Item = io::Result<Bytes>>>;

/// The body of a request.
///
/// The [module](super) has an example.
#[derive(Debug)]
pub struct Body {
    content: Content<Pieces>,
    /// The delay of each piece of a slow source.
    pause: Duration,
    /// When the next piece is available.
    ready: Option<Mono>,
}

impl Body {
    /// Returns no body.
    #[must_use]
    pub fn none() -> Self {
        Content::none().into()
    }

    /// Returns a body of these bytes, which can be sent again.
    #[must_use]
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Content::from(bytes.into()).into()
    }

    /// Returns a body of these pieces, which can be sent once; with this total length, or chunked.
    pub fn pieces(
        pieces: impl Iterator<Item = io::Result<Bytes>> + 'static,
        length: Option<u64>,
    ) -> Self {
        Content::source(Box::new(pieces) as Pieces, length).into()
    }

    /// Sets the delay of each piece and of the end.
    #[must_use]
    pub const fn slowed(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    pub(super) const fn size(&self) -> BodySize {
        self.content.size()
    }

    /// Goes back to the start.
    pub(super) fn rewind(&mut self) -> Result<(), Error> {
        self.content.rewind(|_| Ok(false))
    }

    /// Waits until the next piece is available.
    pub(super) fn poll_ready(&mut self, world: &World) -> Poll<()> {
        let pause = self.pause;
        if pause == Duration::ZERO {
            return Poll::Ready(());
        }
        world.poll_until(*self.ready.get_or_insert_with(|| world.now() + pause))
    }

    /// Returns the next piece.
    pub(super) fn next(&mut self) -> Input<'_> {
        self.ready = None;
        let part = match self.content.part() {
            Part::Piece(piece) => Ok(Some(piece)),
            Part::Source(pieces) => pieces.next().transpose(),
            Part::End => Ok(None),
        };
        self.content.made(part)
    }
}

impl From<Content<Pieces>> for Body {
    fn from(content: Content<Pieces>) -> Self {
        Self { content, pause: Duration::ZERO, ready: None }
    }
}
