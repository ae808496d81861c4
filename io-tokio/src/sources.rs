//! Sources of a body that are polled: readers and streams.

#[cfg(any(feature = "http", feature = "stream"))]
use std::error::Error as StdError;
use std::io;
#[cfg(feature = "stream")]
use std::task::ready;
use std::task::{Context, Poll};

use bytes::Bytes;
use limpid_io::PieceMemory;
use tokio::io::{AsyncRead, ReadBuf};

/// A function that returns the next piece, once it is available; `None` at the end.
pub(crate) type PollPiece =
    Box<dyn FnMut(&mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> + Send>;

/// Returns the pieces of a reader.
pub(crate) fn of_reader(reader: impl AsyncRead + Send + 'static) -> PollPiece {
    let (mut reader, mut memory) = (Box::pin(reader), PieceMemory::new());
    Box::new(move |cx| {
        let mut piece = memory.take();
        let mut room = ReadBuf::new(&mut piece);
        let read = reader.as_mut().poll_read(cx, &mut room);
        let n = room.filled().len();
        let piece = memory.put(piece, n);
        read.map_ok(|()| piece)
    })
}

/// Returns the pieces of a stream.
#[cfg(feature = "stream")]
pub(crate) fn of_stream<S, B, E>(stream: S) -> PollPiece
where
    S: futures_core::Stream<Item = Result<B, E>> + Send + 'static,
    B: Into<Bytes>,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    let mut stream = Box::pin(stream);
    Box::new(move |cx| {
        loop {
            let piece = match ready!(stream.as_mut().poll_next(cx)) {
                Some(Ok(piece)) => piece.into(),
                Some(Err(error)) => return Poll::Ready(Err(io_error(error.into()))),
                None => return Poll::Ready(Ok(None)),
            };
            // An empty piece is not the end.
            if !piece.is_empty() {
                return Poll::Ready(Ok(Some(piece)));
            }
        }
    })
}

/// Returns an error of the system, or one that contains the error.
#[cfg(any(feature = "http", feature = "stream"))]
pub(crate) fn io_error(error: Box<dyn StdError + Send + Sync>) -> io::Error {
    match error.downcast::<io::Error>() {
        Ok(error) => *error,
        Err(error) => io::Error::other(error),
    }
}
