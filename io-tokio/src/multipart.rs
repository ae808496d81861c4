//! Forms with files: multipart/form-data (RFC 7578).
//!
//! ```no_run
//! use limpid_tokio::Client;
//! use limpid_tokio::multipart::{Form, Part};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let form = Form::new()
//!     .text("title", "Holidays")
//!     .file("photo", "beach.jpg")?
//!     .part("notes", Part::bytes("sun, sea").file_name("notes.txt"));
//! Client::new().post("http://localhost/upload").multipart(form).send().await?.error_for_status()?;
//! # Ok(())
//! # }
//! ```

use std::fs::File;
use std::future::poll_fn;
use std::io::{self, Read};
use std::sync::Arc;

use bytes::Bytes;
use limpid_io::multipart::{Segment, Segments};
use tokio::io::AsyncRead;
use tokio::task::spawn_blocking;

use crate::body::{Body, NextPiece, Pieces};
use crate::sources::{self, PollPiece};

/// The maximum size of a piece that is read from a file.
const PIECE: usize = 64 * 1024;

/// The source of a part's content.
///
/// [`RequestBuilder::multipart`](crate::RequestBuilder::multipart) has an example.
pub type Source = Box<dyn Pieces>;

/// Returns the source of a part that yields what a reader does. It is read once, while the form is sent.
///
/// ```
/// use limpid_tokio::multipart::{Form, Part, reader};
///
/// # fn form(log: impl tokio::io::AsyncRead + Send + 'static) -> Form {
/// Form::new().part("log", Part::source(reader(log), None).file_name("log.txt"))
/// # }
/// ```
pub fn reader(reader: impl AsyncRead + Send + 'static) -> Source {
    Box::new(Polled(sources::of_reader(reader)))
}

/// Returns the source of a part that yields the pieces of a stream, as [`reader`] does those of a reader.
#[cfg(feature = "stream")]
pub fn stream<S, B, E>(stream: S) -> Source
where
    S: futures_core::Stream<Item = Result<B, E>> + Send + 'static,
    B: Into<Bytes>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    Box::new(Polled(sources::of_stream(stream)))
}

/// The pieces of a source that is polled.
struct Polled(PollPiece);

impl Pieces for Polled {
    fn next(&mut self) -> NextPiece<'_> {
        Box::pin(poll_fn(|cx| (self.0)(cx)))
    }
}

/// A form with files, for [`RequestBuilder::multipart`](crate::RequestBuilder::multipart). Its methods are those of
/// [`limpid_io::multipart::Form`].
pub type Form = limpid_io::multipart::Form<Source>;

/// A part of a [`Form`]. Its methods are those of [`limpid_io::multipart::Part`].
pub type Part = limpid_io::multipart::Part<Source>;

impl Body {
    /// Creates a body from a form. The request needs the form's [content type](Form::content_type). Files are read on
    /// the runtime's threads for blocking work.
    #[must_use]
    pub fn multipart(form: Form) -> Self {
        let length = form.length();
        let segments = form.into_segments();
        match segments.whole() {
            Some(bytes) => bytes.into(),
            None => Self::pieces(segments, length),
        }
    }
}

impl Pieces for Segments<Source> {
    fn next(&mut self) -> NextPiece<'_> {
        Box::pin(async {
            while let Some(segment) = self.current() {
                let piece = match segment {
                    Segment::Bytes(bytes) => {
                        let bytes = bytes.clone();
                        self.advance();
                        return Ok(Some(bytes));
                    }
                    Segment::File(file) => {
                        let file = Arc::clone(file);
                        let read = spawn_blocking(move || read_piece(&file)).await;
                        read.map_err(io::Error::other)??
                    }
                    Segment::Source(pieces) => pieces.next().await?,
                };
                if piece.is_some() {
                    return Ok(piece);
                }
                self.advance();
            }
            Ok(None)
        })
    }

    fn rewind(&mut self) -> io::Result<bool> {
        Self::rewind(self)
    }
}

/// Returns the next piece of a file; `None` at its end.
fn read_piece(mut file: &File) -> io::Result<Option<Bytes>> {
    let mut memory = vec![0; PIECE];
    let n = file.read(&mut memory)?;
    memory.truncate(n);
    Ok((n > 0).then(|| memory.into()))
}
