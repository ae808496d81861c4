//! The body of a request, for any source of its pieces.

use std::fmt;
use std::io;
use std::mem;

use bytes::Bytes;
use limpid_core::client::Input;
use limpid_core::error::{Cause, Error as CoreError};
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::BodySize;

use crate::exclusive::Exclusive;
use crate::prepared::Prepared;

/// The body of a request: empty, bytes, or what a source `S` yields; then trailers.
///
/// ```
/// use limpid_io::{Content, Part};
///
/// let mut body = Content::source(std::io::empty(), Some(0));
/// assert!(matches!(body.part(), Part::Source(_)));
/// ```
pub struct Content<S> {
    kind: ContentKind<S>,
    size: BodySize,
    /// A part of it was taken.
    begun: bool,
    /// Boxed, because few bodies have trailers.
    trailers: Option<Box<Trailers>>,
}

enum ContentKind<S> {
    Bytes(Bytes),
    Source(S),
}

/// A function that adds trailers.
type AddTrailers = Box<dyn FnMut(&mut FieldBlock) + Send>;

/// Trailers, and the function that adds them.
struct Trailers {
    make: Exclusive<AddTrailers>,
    fields: FieldBlock,
}

/// The next part of a body.
///
/// [`Content`] has an example.
#[derive(Debug)]
pub enum Part<'c, S> {
    /// A piece of data.
    Piece(Bytes),
    /// The source, which yields the next piece.
    Source(&'c mut S),
    /// The end.
    End,
}

impl<S> Content<S> {
    /// Creates an empty body.
    #[must_use]
    pub const fn none() -> Self {
        Self::new(ContentKind::Bytes(Bytes::new()), BodySize::None)
    }

    /// Creates a body from `source`: of exactly `length` bytes, or chunked.
    #[must_use]
    pub fn source(source: S, length: Option<u64>) -> Self {
        Self::new(ContentKind::Source(source), length.map_or(BodySize::Unknown, BodySize::Length))
    }

    const fn new(kind: ContentKind<S>, size: BodySize) -> Self {
        Self { kind, size, begun: false, trailers: None }
    }

    /// Sends the body chunked, and after it the fields that `make` adds.
    #[must_use]
    pub fn trailers(mut self, make: impl FnMut(&mut FieldBlock) + Send + 'static) -> Self {
        self.size = BodySize::Unknown;
        let make = Exclusive::new(Box::new(make) as AddTrailers);
        self.trailers = Some(Box::new(Trailers { make, fields: FieldBlock::new() }));
        self
    }

    /// Returns the bytes, if the body consists of bytes without trailers.
    #[must_use]
    pub fn into_bytes(self) -> Option<Bytes> {
        match self.kind {
            ContentKind::Bytes(bytes) if self.trailers.is_none() => Some(bytes),
            _ => None,
        }
    }

    /// Returns the source, if there is one.
    #[must_use]
    pub const fn as_source(&self) -> Option<&S> {
        match &self.kind {
            ContentKind::Source(source) => Some(source),
            ContentKind::Bytes(_) => None,
        }
    }

    /// Returns the length.
    #[must_use]
    pub const fn size(&self) -> BodySize {
        self.size
    }

    /// Returns to the start. A source that was begun is returned there by `again`, which returns `false` if it yields the
    /// body only once.
    ///
    /// # Errors
    /// The source yields the body only once, or `again` failed.
    pub fn rewind(
        &mut self,
        again: impl FnOnce(&mut S) -> io::Result<bool>,
    ) -> Result<(), CoreError> {
        if let ContentKind::Source(source) = &mut self.kind
            && self.begun
            && !again(source).map_err(CoreError::body)?
        {
            return Err(Cause::BodyConsumed.into());
        }
        self.begun = false;
        Ok(())
    }

    /// Returns the next part.
    pub fn part(&mut self) -> Part<'_, S> {
        let is_first = !mem::replace(&mut self.begun, true);
        match &mut self.kind {
            ContentKind::Bytes(bytes) if is_first && !bytes.is_empty() => {
                Part::Piece(bytes.clone())
            }
            ContentKind::Bytes(_) => Part::End,
            ContentKind::Source(source) => Part::Source(source),
        }
    }

    /// Converts a piece of the source, or its end, to an input of the exchange. The end includes the
    /// trailers.
    pub fn made(&mut self, part: io::Result<Option<Bytes>>) -> Input<'_> {
        match part {
            Ok(Some(piece)) => Input::Body(piece),
            Ok(None) => Input::BodyEnd(self.end()),
            Err(error) => Input::BodyFailed(CoreError::body(error)),
        }
    }

    fn end(&mut self) -> Fields<'_> {
        let Some(trailers) = &mut self.trailers else { return Fields::EMPTY };
        trailers.fields.clear();
        (trailers.make.get_mut())(&mut trailers.fields);
        trailers.fields.fields()
    }
}

impl<S> From<Bytes> for Content<S> {
    fn from(bytes: Bytes) -> Self {
        let size = BodySize::Length(bytes.len() as u64);
        Self::new(ContentKind::Bytes(bytes), size)
    }
}

impl<S> From<&Prepared> for Content<S> {
    fn from(prepared: &Prepared) -> Self {
        Self::new(ContentKind::Bytes(prepared.body()), prepared.size())
    }
}

impl<S> fmt::Debug for Content<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("size", &self.size).finish_non_exhaustive()
    }
}
