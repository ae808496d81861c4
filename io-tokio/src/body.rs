//! The body of a request.

#[cfg(feature = "stream")]
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use limpid_core::error::Error;
use limpid_core::fields::FieldBlock;
use limpid_core::http1::BodySize;
use limpid_io::{Content, Exclusive, Input, Part, Prepared};
use tokio::io::AsyncRead;

use crate::sources::{self, PollPiece};

/// A future for the next piece of a body.
///
/// [`Pieces`] has an example.
pub type NextPiece<'b> = Pin<Box<dyn Future<Output = io::Result<Option<Bytes>>> + Send + 'b>>;

/// A source that yields a body piece by piece.
///
/// ```
/// use limpid_tokio::{Body, NextPiece, Pieces};
///
/// /// Numbers, one in each piece.
/// struct Numbers(std::ops::Range<u32>);
///
/// impl Pieces for Numbers {
///     fn next(&mut self) -> NextPiece<'_> {
///         Box::pin(async { Ok(self.0.next().map(|number| format!("{number}\n").into())) })
///     }
/// }
///
/// let body = Body::pieces(Numbers(0..1000), None);
/// # drop(body);
/// ```
pub trait Pieces: Send {
    /// Returns the next piece; `None` at the end.
    ///
    /// # Errors
    /// The body is not available. The request fails with this error as its source.
    fn next(&mut self) -> NextPiece<'_>;

    /// Returns to the start, for a redirect or another attempt that needs the body again; or returns `false` if the body
    /// is available only once, as it is by default. Then the request fails.
    ///
    /// # Errors
    /// The source cannot return there. The request fails with this error as its source.
    fn rewind(&mut self) -> io::Result<bool> {
        Ok(false)
    }
}

/// The body of a request: empty, bytes, or what a source yields.
///
/// [`Pieces`] has an example.
#[derive(Debug)]
pub struct Body {
    content: Content<Exclusive<Source>>,
    /// It was read to its end as a body of the crate `http-body`.
    #[cfg(feature = "http")]
    pub(crate) is_over: bool,
}

impl Body {
    /// Creates an empty body.
    #[must_use]
    pub const fn none() -> Self {
        Self::of_content(Content::none())
    }

    /// Creates a body from `pieces`. With a `length`, exactly that many bytes are sent; without one,
    /// the body is chunked. The next piece is requested when the server has taken the last one.
    pub fn pieces(pieces: impl Pieces + 'static, length: Option<u64>) -> Self {
        Self::source(Source::Rests(Box::new(pieces)), length)
    }

    /// Creates a body from `reader`. With a `length`, exactly that many bytes are sent; without one, the body is
    /// chunked. It is read as fast as the server takes it, in pieces of up to 64 KiB, into a buffer that is reused.
    ///
    /// ```
    /// use limpid_tokio::Body;
    ///
    /// let body = Body::reader(&b"text"[..], Some(4));
    /// # drop(body);
    /// ```
    #[doc(alias = "from_reader")]
    pub fn reader(reader: impl AsyncRead + Send + 'static, length: Option<u64>) -> Self {
        Self::polled(sources::of_reader(reader), length)
    }

    /// Creates a body from a stream of pieces. With a `length`, exactly that many bytes are sent; without one, the
    /// body is chunked. The request fails with an error of the stream as its source.
    ///
    /// ```
    /// use limpid_tokio::Body;
    ///
    /// # fn body(pieces: impl futures_core::Stream<Item = std::io::Result<String>> + Send + 'static) -> Body {
    /// Body::stream(pieces, None)
    /// # }
    /// ```
    #[doc(alias = "wrap_stream")]
    #[cfg(feature = "stream")]
    pub fn stream<S, B, E>(stream: S, length: Option<u64>) -> Self
    where
        S: futures_core::Stream<Item = Result<B, E>> + Send + 'static,
        B: Into<Bytes>,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self::polled(sources::of_stream(stream), length)
    }

    pub(crate) fn polled(source: PollPiece, length: Option<u64>) -> Self {
        Self::source(Source::Polled(source), length)
    }

    fn source(source: Source, length: Option<u64>) -> Self {
        Self::of_content(Content::source(Exclusive::new(source), length))
    }

    const fn of_content(content: Content<Exclusive<Source>>) -> Self {
        Self {
            content,
            #[cfg(feature = "http")]
            is_over: false,
        }
    }

    /// Sends the body chunked, and after it the fields that `add` adds (RFC 9110 section 6.5). `add`
    /// is called after the last piece, so that trailers can depend on the body. Fields that are not
    /// permitted in trailers fail the request.
    #[must_use]
    pub fn trailers(self, add: impl FnMut(&mut FieldBlock) + Send + 'static) -> Self {
        Self::of_content(self.content.trailers(add))
    }

    /// Returns the body of a prepared request.
    pub(crate) fn of(prepared: &Prepared) -> Self {
        Self::of_content(Content::from(prepared))
    }

    /// Returns the bytes, if the body consists of bytes.
    pub(crate) fn into_bytes(self) -> Option<Bytes> {
        self.content.into_bytes()
    }

    pub(crate) const fn size(&self) -> BodySize {
        self.content.size()
    }

    /// Returns to the start.
    pub(crate) fn rewind(&mut self) -> Result<(), Error> {
        self.content.rewind(|source| match source.get_mut() {
            Source::Rests(pieces) => pieces.rewind(),
            // The future of a piece has the source, and what is polled has no start.
            Source::Makes(_) | Source::Moves | Source::Polled(_) => Ok(false),
        })
    }

    /// Returns the next piece, once it is available. A pending piece is continued by the next call.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Input<'_>> {
        let part = match self.content.part() {
            Part::Piece(piece) => Ok(Some(piece)),
            Part::Source(source) => ready!(source.get_mut().poll_next(cx)),
            Part::End => Ok(None),
        };
        Poll::Ready(self.content.made(part))
    }
}

/// The source of a body's pieces.
enum Source {
    Rests(Box<dyn Pieces>),
    /// A future for a piece. It contains the source, so that it can be kept between calls.
    Makes(Making),
    /// A source that is polled.
    Polled(PollPiece),
    /// The source is being moved into or out of the future.
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
            Self::Polled(mut poll) => {
                let piece = poll(cx);
                *self = Self::Polled(poll);
                return piece;
            }
            // A future that has panicked has dropped the source.
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

impl Default for Body {
    /// Creates an empty body.
    fn default() -> Self {
        Self::none()
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        Self::of_content(Content::from(bytes.into()))
    }
}
