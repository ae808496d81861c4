//! The body of a request.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

use bytes::Bytes;
use limpid_core::error::Error;
use limpid_core::fields::FieldBlock;
use limpid_core::http1::BodySize;
use limpid_io::{Content, Exclusive, Input, Part, PieceMemory, Prepared};

use crate::channel::{BodySender, Receiver, channel};
use crate::signal::Signal;

/// The body of a request: empty, bytes, or what a reader or another thread yields.
///
/// ```no_run
/// use limpid_std::{Body, Client};
///
/// let file = std::fs::File::open("data.bin")?;
/// let length = file.metadata()?.len();
/// let client = Client::builder().build();
/// client.post("http://localhost/").body(Body::reader(file, Some(length))).send()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Body {
    content: Content<Source>,
}

/// The source of a body's pieces.
#[derive(Debug)]
enum Source {
    Reader(Box<Reader>),
    Channel(Receiver),
}

impl Body {
    /// Creates an empty body.
    #[must_use]
    pub const fn none() -> Self {
        Self { content: Content::none() }
    }

    /// Creates a body from `reader`. With a `length`, exactly that many bytes are sent; without one,
    /// the body is chunked. It is read as fast as the server takes it, in pieces of up to 64 KiB,
    /// into a buffer that is reused.
    ///
    /// The reader is read once. A request that has to be sent again, such as after a redirect that asks for the body,
    /// fails then; [`seekable`](Self::seekable) sends it again.
    #[doc(alias("new", "sized"))]
    pub fn reader(reader: impl Read + Send + 'static, length: Option<u64>) -> Self {
        Self::of_reader(Box::new(Once(reader)), length)
    }

    /// Creates a body from `reader`, as [`reader`](Self::reader) does. Where the body is needed again, for a redirect or
    /// another attempt, the reader returns to its present position.
    ///
    /// ```no_run
    /// use limpid_std::{Body, Client};
    ///
    /// let file = std::fs::File::open("data.bin")?;
    /// let length = file.metadata()?.len();
    /// let body = Body::seekable(file, Some(length))?;
    /// Client::builder().redirects(Some(5)).build().put("http://localhost/").body(body).send()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The position of the reader is not available.
    pub fn seekable(
        mut reader: impl Read + Seek + Send + 'static,
        length: Option<u64>,
    ) -> io::Result<Self> {
        let start = reader.stream_position()?;
        Ok(Self::of_reader(Box::new(Seekable { reader, start }), length))
    }

    /// Creates a body from the rest of a file, with its length, or chunked if it is not a regular file. Where the body
    /// is needed again, for a redirect or another attempt, a regular file is read again from its present position.
    ///
    /// ```no_run
    /// use std::fs::File;
    /// use limpid_std::{Body, Client};
    ///
    /// let client = Client::new();
    /// let request = client.put("http://localhost/").body(Body::file(File::open("data.bin")?)?);
    /// # drop(request);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// The length or the position of the file is not available.
    pub fn file(file: File) -> io::Result<Self> {
        let facts = file.metadata()?;
        if !facts.is_file() {
            return Ok(Self::reader(file, None));
        }
        let start = (&file).stream_position()?;
        Self::seekable(file, Some(facts.len().saturating_sub(start)))
    }

    pub(crate) fn of_reader(reader: Box<dyn ReadBody>, length: Option<u64>) -> Self {
        Self { content: Content::source(Source::Reader(Box::new(Reader::new(reader))), length) }
    }

    /// Creates a body whose pieces any thread sends with the returned sender. With a `length`,
    /// exactly that many bytes are sent; without one, the body is chunked. While there is nothing to
    /// send, the response is read: it may begin while the request is being sent, and the thread that
    /// has received its head may send more.
    ///
    /// A connection of a [`Connector`](crate::Connector) cannot be waited for together with the
    /// sender. It is polled a hundred times a second while there is nothing to send.
    ///
    /// ```no_run
    /// use std::io::Read;
    /// use limpid_std::{Body, Client};
    ///
    /// let (sender, body) = Body::channel(None);
    /// sender.send("a question")?;
    /// // The server answers each line as it arrives.
    /// let response = Client::builder().build().post("https://www.example.com/").body(body).send()?;
    /// let mut answers = response.into_body();
    /// let mut answer = [0; 1024];
    /// let n = answers.read(&mut answer)?;
    /// sender.send("another")?;
    /// sender.finish();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn channel(length: Option<u64>) -> (BodySender, Self) {
        let (sender, receiver) = channel();
        (sender, Self { content: Content::source(Source::Channel(receiver), length) })
    }

    /// Sends the body chunked, and after it the fields that `add` adds (RFC 9110 section 6.5). `add`
    /// is called after the last byte of the body was read, so that trailers can depend on it. Fields
    /// that are not permitted in trailers fail the request.
    ///
    /// ```
    /// use std::io::Read;
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use limpid_std::Body;
    ///
    /// /// Sums up the bytes read from a file.
    /// struct Summed<R>(R, Arc<AtomicU64>);
    ///
    /// impl<R: Read> Read for Summed<R> {
    ///     fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
    ///         let n = self.0.read(buffer)?;
    ///         self.1.fetch_add(buffer[..n].iter().map(|byte| u64::from(*byte)).sum(), Ordering::Relaxed);
    ///         Ok(n)
    ///     }
    /// }
    ///
    /// let sum = Arc::<AtomicU64>::default();
    /// let body = Body::reader(Summed(&b"a file"[..], Arc::clone(&sum)), None).trailers(move |fields| {
    ///     fields.push(b"Sum", sum.load(Ordering::Relaxed).to_string().as_bytes());
    /// });
    /// # let _ = body;
    /// ```
    #[must_use]
    pub fn trailers(self, add: impl FnMut(&mut FieldBlock) + Send + 'static) -> Self {
        Self { content: self.content.trailers(add) }
    }

    /// Returns the body of a prepared request.
    pub(crate) fn of(prepared: &Prepared) -> Self {
        Self { content: Content::from(prepared) }
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
        self.content.rewind(|source| match source {
            Source::Reader(reader) => reader.reader.get_mut().rewind(),
            Source::Channel(_) => Ok(false),
        })
    }

    /// Returns whether taking the next piece may block the thread.
    pub(crate) const fn may_block(&self) -> bool {
        matches!(self.content.as_source(), Some(Source::Reader(_)))
    }

    /// Returns the next piece; `None` if it is not available yet, of which the
    /// [`signal`](Self::signal) notifies.
    pub(crate) fn next(&mut self) -> Option<Input<'_>> {
        let part = match self.content.part() {
            Part::Piece(piece) => Ok(Some(piece)),
            Part::Source(Source::Reader(reader)) => reader.next(),
            Part::Source(Source::Channel(receiver)) => receiver.try_next()?,
            Part::End => Ok(None),
        };
        Some(self.content.made(part))
    }

    /// Returns the signal for the next piece.
    pub(crate) fn signal(&self) -> Option<&Signal> {
        match self.content.as_source() {
            Some(Source::Channel(receiver)) => receiver.signal(),
            _ => None,
        }
    }

    /// Stops the sender of a channel.
    pub(crate) fn stop(&self) {
        if let Some(Source::Channel(receiver)) = self.content.as_source() {
            receiver.stop();
        }
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        Self { content: Content::from(bytes.into()) }
    }
}

/// A reader of a body.
pub(crate) trait ReadBody: Read + Send {
    /// Returns to the start, or returns `false` if it is read only once.
    fn rewind(&mut self) -> io::Result<bool>;
}

/// A reader that is read once.
struct Once<R>(R);

impl<R: Read> Read for Once<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Read + Send> ReadBody for Once<R> {
    fn rewind(&mut self) -> io::Result<bool> {
        Ok(false)
    }
}

/// A reader that returns to where it was.
struct Seekable<R> {
    reader: R,
    start: u64,
}

impl<R: Read> Read for Seekable<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl<R: Read + Seek + Send> ReadBody for Seekable<R> {
    fn rewind(&mut self) -> io::Result<bool> {
        self.reader.seek(SeekFrom::Start(self.start)).map(|_| true)
    }
}

/// A reader and its buffer.
struct Reader {
    reader: Exclusive<Box<dyn ReadBody>>,
    memory: PieceMemory,
}

impl Reader {
    fn new(reader: Box<dyn ReadBody>) -> Self {
        Self { reader: Exclusive::new(reader), memory: PieceMemory::new() }
    }

    /// Returns the next piece; `None` at the end.
    fn next(&mut self) -> io::Result<Option<Bytes>> {
        let mut memory = self.memory.take();
        let read = loop {
            match self.reader.get_mut().read(&mut memory) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        let n = *read.as_ref().unwrap_or(&0);
        let piece = self.memory.put(memory, n);
        read.map(|_| piece)
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(reader: &mut Reader) -> Bytes {
        reader.next().unwrap().unwrap()
    }

    fn reader() -> Reader {
        Reader::new(Box::new(Once(io::repeat(b'x'))))
    }

    #[test]
    fn dropped_piece_leaves_its_memory_to_the_next() {
        let mut reader = reader();
        let first = piece(&mut reader);
        let at = first.as_ptr();
        drop(first);
        for _ in 0..3 {
            assert_eq!(piece(&mut reader).as_ptr(), at);
        }
    }

    #[test]
    fn piece_in_use_is_not_overwritten() {
        let mut reader = reader();
        let first = piece(&mut reader);
        *reader.reader.get_mut() = Box::new(Once(io::repeat(b'y')));
        let second = piece(&mut reader);
        assert!(first.iter().all(|byte| *byte == b'x') && second.iter().all(|byte| *byte == b'y'));
    }
}
