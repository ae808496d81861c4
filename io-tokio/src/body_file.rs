//! Files as bodies.

use std::fs::File;
use std::future::poll_fn;
use std::io::{self, Seek, SeekFrom};
use std::pin::Pin;

use bytes::Bytes;
use limpid_io::PieceMemory;
use tokio::io::{AsyncRead, ReadBuf};

use crate::body::{Body, NextPiece, Pieces};

impl Body {
    /// Creates a body from the rest of a file, with its length, or chunked if it is not a regular file. Where the body
    /// is needed again, for a redirect or another attempt, a regular file is read again from its present position.
    ///
    /// ```no_run
    /// use std::fs::File;
    /// use limpid_tokio::{Body, Client};
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
        let (pieces, length) = FilePieces::new(file)?;
        Ok(Self::pieces(pieces, length))
    }
}

/// The pieces of a file, from where it was.
struct FilePieces {
    file: File,
    start: u64,
    /// The same file, read on threads of the runtime.
    reader: tokio::fs::File,
    memory: PieceMemory,
}

impl FilePieces {
    /// Returns the pieces of a file, and their length; `None` for what is not a regular file, such as a pipe.
    fn new(mut file: File) -> io::Result<(Self, Option<u64>)> {
        let facts = file.metadata()?;
        let start = if facts.is_file() { file.stream_position()? } else { 0 };
        let length = facts.is_file().then(|| facts.len().saturating_sub(start));
        let reader = tokio::fs::File::from_std(file.try_clone()?);
        Ok((Self { file, start, reader, memory: PieceMemory::new() }, length))
    }

    async fn read(&mut self) -> io::Result<Option<Bytes>> {
        let mut piece = self.memory.take();
        let mut room = ReadBuf::new(&mut piece);
        let read = poll_fn(|cx| Pin::new(&mut self.reader).poll_read(cx, &mut room)).await;
        let n = room.filled().len();
        let piece = self.memory.put(piece, n);
        read.map(|()| piece)
    }
}

impl Pieces for FilePieces {
    fn next(&mut self) -> NextPiece<'_> {
        Box::pin(self.read())
    }

    fn rewind(&mut self) -> io::Result<bool> {
        if !self.file.metadata()?.is_file() {
            return Ok(false);
        }
        self.file.seek(SeekFrom::Start(self.start))?;
        self.reader = tokio::fs::File::from_std(self.file.try_clone()?);
        Ok(true)
    }
}
