//! Connections that have left HTTP/1.1.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use limpid_core::client::{Moved, Switched};
use limpid_core::transport::LayerError;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::stream::Stream;

/// The least room for a read.
const READ: usize = 16 * 1024;

/// A connection that carries another protocol now, or is a tunnel: what
/// [`Response::upgrade`](crate::Response::upgrade) gives.
///
/// What is read and written are the two sides' bytes, through TLS and proxies where there are any;
/// a write may wait for a flush where the other side is slow. `tokio::io::split` makes two halves
/// of it, and [`tokio::time::timeout`] sets a time to any of its operations. Dropping it closes it.
#[derive(Debug)]
pub struct Upgraded {
    switched: Switched,
    /// It is there until this is dropped.
    stream: Option<Stream>,
    /// Wakes the task that waits for the transport to take more.
    writer: Option<Waker>,
}

impl Upgraded {
    pub(crate) const fn new(switched: Switched, stream: Stream) -> Self {
        Self { switched, stream: Some(stream), writer: None }
    }

    fn stream(&mut self) -> io::Result<&mut Stream> {
        self.stream.as_mut().ok_or_else(|| ErrorKind::NotConnected.into())
    }

    /// Lets the transport take everything that waits for it.
    fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.switched.out().is_empty() {
            let Self { switched, stream: Some(stream), .. } = self else { break };
            match ready!(stream.poll_write(cx, [switched.out(), &[], &[]]))? {
                0 => return Poll::Ready(Err(ErrorKind::WriteZero.into())),
                n => switched.sent(n),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// The same for who writes, and is woken whatever else is waited for.
    fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let written = self.poll_out(cx);
        self.writer = written.is_pending().then(|| cx.waker().clone());
        written
    }
}

impl AsyncRead for Upgraded {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            match this.switched.read(buffer.initialize_unfilled()).map_err(refused)? {
                Moved::Bytes(n) => {
                    buffer.advance(n);
                    return Poll::Ready(Ok(()));
                }
                // The task that waits to write is woken by the transport then, and sees to this too.
                Moved::NeedWrite if this.writer.is_none() => drop(this.poll_out(cx)?),
                Moved::NeedWrite | Moved::NeedRead => {}
            }
            let Self { switched, stream: Some(stream), .. } = this else {
                return Poll::Ready(Ok(()));
            };
            let mut room = ReadBuf::new(switched.space(READ));
            ready!(stream.poll_read(cx, &mut room))?;
            match room.filled().len() {
                0 => switched.eof(),
                n => switched.filled(n),
            }
        }
    }
}

impl AsyncWrite for Upgraded {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        loop {
            if let Moved::Bytes(n) = this.switched.write(data).map_err(refused)? {
                // What is not taken at once is taken before anything else.
                let _ = this.poll_written(cx)?;
                return Poll::Ready(Ok(n));
            }
            ready!(this.poll_written(cx))?;
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_written(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.switched.close();
        ready!(this.poll_written(cx))?;
        this.stream()?.poll_shutdown(cx)
    }
}

impl Drop for Upgraded {
    /// Ends both directions, as far as that is possible without waiting.
    fn drop(&mut self) {
        self.switched.close();
        if let Some(stream) = self.stream.take() {
            stream.close(self.switched.out());
        }
    }
}

fn refused(error: LayerError) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}
