//! Responses with stored content.

use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::server::reason;

/// The maximum number of bytes that are read from a file at once.
const PIECE: u64 = 64 * 1024;

/// A response with stored content: its status, its fields, and its body piece by piece.
///
/// The [module](super) has an example.
pub struct Answer {
    status: u16,
    fields: FieldBlock,
    content: Content,
    parts: VecDeque<Part>,
}

/// Where content is stored.
pub(super) enum Content {
    Memory(Bytes),
    File(File),
}

/// A part of a body.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// These bytes.
    Bytes(Bytes),
    /// These bytes of the content.
    Content(Range<u64>),
}

impl Part {
    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Content(range) => range.end - range.start,
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("fields", &self.fields)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl Answer {
    /// Creates an answer whose body has these parts, of a content that [`with_content`](Self::with_content) sets.
    pub(super) fn new(status: u16, parts: impl Into<VecDeque<Part>>) -> Self {
        let content = Content::Memory(Bytes::new());
        let mut parts = parts.into();
        parts.retain(|part| part.len() > 0);
        Self { status, fields: FieldBlock::new(), content, parts }
    }

    /// Creates an answer whose body is the reason phrase of its status, for people.
    pub(super) fn status_only(status: u16) -> Self {
        let body = format!("{status} {}\n", reason(status));
        Self::text(status, "text/plain; charset=utf-8", body)
    }

    /// Creates an answer with this text.
    pub(super) fn text(status: u16, content_type: &str, body: String) -> Self {
        let mut answer = Self::new(status, [Part::Bytes(body.into())]);
        answer.field("Content-Type", content_type);
        answer
    }

    /// Sets the content of which the body has parts.
    pub(super) fn with_content(self, content: Content) -> Self {
        Self { content, ..self }
    }

    /// Adds a field.
    pub(super) fn field(&mut self, name: &str, value: &str) {
        self.fields.push(name.as_bytes(), value.as_bytes());
    }

    /// Returns the status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Returns the fields, without Content-Length.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        self.fields.fields()
    }

    /// Returns the number of bytes of the body that [`next_piece`](Self::next_piece) has not returned yet.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.parts.iter().map(Part::len).sum()
    }

    /// Returns whether no byte of the body is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether [`next_piece`](Self::next_piece) reads a file, and may block.
    #[must_use]
    pub fn may_block(&self) -> bool {
        matches!(self.content, Content::File(_))
            && matches!(self.parts.front(), Some(Part::Content(_)))
    }

    /// Returns the next piece of the body; `None` at its end.
    ///
    /// # Errors
    /// The file cannot be read, or has become shorter since the answer was made: the length that was announced is wrong.
    pub fn next_piece(&mut self) -> io::Result<Option<Bytes>> {
        let Some(part) = self.parts.front_mut() else { return Ok(None) };
        let range = match part {
            Part::Bytes(bytes) => {
                let bytes = std::mem::take(bytes);
                self.parts.pop_front();
                return Ok(Some(bytes));
            }
            Part::Content(range) => range,
        };
        let piece = match &mut self.content {
            Content::Memory(bytes) => slice(bytes, range),
            Content::File(file) => read(file, range.start, (range.end - range.start).min(PIECE))?,
        };
        range.start += piece.len() as u64;
        if range.is_empty() {
            self.parts.pop_front();
        }
        Ok(Some(piece))
    }
}

/// Returns a range of bytes in memory, which has them.
fn slice(bytes: &Bytes, range: &Range<u64>) -> Bytes {
    let at = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(bytes.len());
    bytes.slice(at(range.start)..at(range.end))
}

/// Reads some bytes of a file from a position on, at most `most`.
fn read(file: &mut File, start: u64, most: u64) -> io::Result<Bytes> {
    let mut piece = vec![0; usize::try_from(most).unwrap_or(usize::MAX)];
    file.seek(SeekFrom::Start(start))?;
    let n = loop {
        match file.read(&mut piece) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => break result?,
        }
    };
    if n == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    piece.truncate(n);
    Ok(piece.into())
}
