//! The body of a request.

use std::fmt;
use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use limpid_core::error::Error;
use limpid_core::fields::FieldBlock;
use limpid_core::http1::BodySize;
use limpid_io::{Content, Input, Part, Prepared};

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
#[derive(Debug)]
pub struct Body {
    content: Content<Source>,
}

impl Body {
    /// No body.
    #[must_use]
    pub const fn none() -> Self {
        Self { content: Content::none() }
    }

    /// What `pieces` yield, to their end. With a `length`, exactly that many bytes are sent;
    /// without one, the body is chunked. A piece is asked for when the server took the one before.
    pub fn pieces(pieces: impl Pieces + 'static, length: Option<u64>) -> Self {
        Self { content: Content::source(Source::Rests(Box::new(pieces)), length) }
    }

    /// Sends the body in chunks, and then the fields that `add` adds (RFC 9110 section 6.5). It is
    /// called when the last piece was made, so that they can say something about the body. Fields
    /// that must stand before a body are refused, and fail the request.
    #[must_use]
    pub fn trailers(self, add: impl FnMut(&mut FieldBlock) + Send + 'static) -> Self {
        Self { content: self.content.trailers(add) }
    }

    /// The body of a request that was prepared.
    pub(crate) fn of(prepared: &Prepared) -> Self {
        Self { content: Content::from(prepared) }
    }

    /// The bytes, if it is bytes.
    pub(crate) fn into_bytes(self) -> Option<Bytes> {
        self.content.into_bytes()
    }

    pub(crate) const fn size(&self) -> BodySize {
        self.content.size()
    }

    /// Goes back to the start.
    pub(crate) fn rewind(&mut self) -> Result<(), Error> {
        self.content.rewind()
    }

    /// The next piece, when it is made. What was begun goes on at the next call.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Input<'_>> {
        let part = match self.content.part() {
            Part::Piece(piece) => Ok(Some(piece)),
            Part::Source(source) => ready!(source.poll_next(cx)),
            Part::End => Ok(None),
        };
        Poll::Ready(self.content.made(part))
    }
}

/// What makes the pieces of a body.
enum Source {
    Rests(Box<dyn Pieces>),
    /// A piece is being made. The pieces are in the future, so that it can be kept between calls.
    Makes(Making),
    /// It is moved from one to the other.
    Moves,
}

type Making = Pin<Box<dyn Future<Output = (Box<dyn Pieces>, io::Result<Option<Bytes>>)> + Send>>;

impl Source {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
        let mut making = match mem::replace(self, Self::Moves) {
            Self::Rests(mut pieces) => Box::pin(async move {
                let piece = pieces.next().await;
                (pieces, piece)
            }),
            Self::Makes(making) => making,
            // A future that has panicked takes the pieces with it.
            Self::Moves => return Poll::Ready(Err(io::ErrorKind::Other.into())),
        };
        match making.as_mut().poll(cx) {
            Poll::Ready((pieces, piece)) => {
                *self = Self::Rests(pieces);
                Poll::Ready(piece)
            }
            Poll::Pending => {
                *self = Self::Makes(making);
                Poll::Pending
            }
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        Self { content: Content::from(bytes.into()) }
    }
}
