//! Connections that have left HTTP/1.1.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use limpid_core::trace::{EventKind, TraceEvent};
use limpid_core::transport::LayerError;
use limpid_io::Tunnel;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::stream::Stream;

/// A connection that has left HTTP/1.1 for another protocol, or is a tunnel.
/// [`Response::upgrade`](crate::Response::upgrade) and
/// [`Exchange::upgrade`](crate::Exchange::upgrade) return it.
///
/// Reads and writes transfer the bytes of the two sides, through TLS and proxies where there are any.
/// The directions are independent: `tokio::io::split` makes two halves, which do not block each
/// other. Output that a write could not pass to the transport is sent while the connection is read,
/// or is flushed. [`tokio::time::timeout`] limits the time of any operation. Dropping the connection
/// closes it.
#[derive(Debug)]
pub struct Upgraded {
    switched: Tunnel,
    stream: Stream,
    /// Wakes the task that waits to read.
    reader: Option<Waker>,
    /// Wakes the task that waits to write. The transport wakes it, too.
    writer: Option<Waker>,
}

impl Upgraded {
    pub(crate) const fn new(switched: Tunnel, stream: Stream) -> Self {
        Self { switched, stream, reader: None, writer: None }
    }

    /// Emits an event in the connection, such as
    /// [`TunnelClosed`](limpid_core::trace::TraceEvent::TunnelClosed). `event` is called only if the sink of the
    /// client or server receives events of this kind.
    pub fn emit<'e>(&self, kind: EventKind, event: impl FnOnce() -> TraceEvent<'e>) {
        self.switched.emit(kind, event);
    }

    /// Passes all output to the transport.
    fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.switched.out().is_empty() {
            let Self { switched, stream, .. } = self;
            match ready!(stream.poll_write(cx, [switched.out(), &[], &[]]))? {
                0 => return Poll::Ready(Err(ErrorKind::WriteZero.into())),
                n => switched.handle_sent(n).map_err(io::Error::other)?,
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Passes all output to the transport for the writing task, which the transport then wakes.
    fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let written = self.poll_out(cx);
        self.writer = written.is_pending().then(|| cx.waker().clone());
        written
    }

    /// Leaves pending output to the reading task, because the writing task goes on.
    fn leave_to_reader(&mut self) {
        self.writer = None;
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    /// Passes output to the transport, unless the other task does.
    fn poll_out_beside(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match &self.writer {
            Some(writer) if !writer.will_wake(cx.waker()) => Ok(()),
            _ => match self.poll_out(cx) {
                Poll::Ready(result) => result,
                Poll::Pending => Ok(()),
            },
        }
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
            let read = this.switched.read(buffer.initialize_unfilled()).map_err(refused)?;
            if let Some(n) = read {
                this.reader = None;
                buffer.advance(n);
                return Poll::Ready(Ok(()));
            }
            this.poll_out_beside(cx)?;
            let Self { switched, stream, .. } = this;
            let mut room = ReadBuf::new(switched.space());
            if stream.poll_read(cx, &mut room)?.is_pending() {
                this.reader = Some(cx.waker().clone());
                return Poll::Pending;
            }
            match room.filled().len() {
                0 => switched.handle_eof(),
                n => switched.handle_received(n).map_err(io::Error::other)?,
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
        if this.switched.is_closed() {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        loop {
            let n = this.switched.write(data).map_err(refused)?;
            let written = this.poll_written(cx)?;
            if n > 0 || data.is_empty() {
                if written.is_pending() {
                    this.leave_to_reader();
                }
                return Poll::Ready(Ok(n));
            }
            ready!(written);
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_written(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.switched.close();
        ready!(this.poll_written(cx))?;
        this.stream.poll_shutdown(cx)
    }
}

impl Drop for Upgraded {
    /// Ends both directions, as far as possible without blocking.
    fn drop(&mut self) {
        self.switched.close();
        let Self { switched, stream, .. } = self;
        let out = switched.out();
        // The connection is over; an error changes nothing.
        if out.is_empty() || stream.write_now(out).is_ok_and(|n| n == out.len()) {
            let _ = stream.poll_shutdown(&mut Context::from_waker(Waker::noop()));
        }
    }
}

fn refused(error: LayerError) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}
