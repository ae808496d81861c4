//! The trait of transports.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A transport of a client's connection, which a [`Connect`](crate::Connect) opens: a socket of the
/// system, or any other. Every type that implements `AsyncRead`, `AsyncWrite`, `Unpin` and `Send` is
/// one.
///
/// It is closed when it is dropped.
pub trait Transport: Send {
    /// Reads into `room`. No bytes are read at the end.
    ///
    /// # Errors
    /// The connection failed.
    fn poll_read(&mut self, cx: &mut Context<'_>, room: &mut ReadBuf<'_>) -> Poll<io::Result<()>>;

    /// Writes some of these bytes, in order, and returns how many were taken. Bytes that it buffers
    /// are sent while it is read.
    ///
    /// # Errors
    /// The connection failed.
    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>>;

    /// Ends the sending direction, once all bytes were sent. Bytes of the peer can still be read.
    ///
    /// # Errors
    /// The connection failed.
    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Returns whether nothing has arrived, including the end, without blocking. It is called for
    /// idle connections; one that is not silent is closed, so that the check may read a byte.
    fn is_silent(&mut self) -> bool;

    /// Returns the local address, if there is one.
    fn local_addr(&self) -> Option<SocketAddr> {
        None
    }

    /// Returns the peer's address, if there is one.
    fn remote_addr(&self) -> Option<SocketAddr> {
        None
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Transport for S {
    fn poll_read(&mut self, cx: &mut Context<'_>, room: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        // The transport may have buffered what was written. The response cannot arrive before that is
        // sent.
        let _ = Pin::new(&mut *self).poll_flush(cx)?;
        Pin::new(self).poll_read(cx, room)
    }

    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(self).poll_write_vectored(cx, slices)
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self).poll_shutdown(cx)
    }

    fn is_silent(&mut self) -> bool {
        let (mut cx, mut byte) = (Context::from_waker(Waker::noop()), [0]);
        Pin::new(self).poll_read(&mut cx, &mut ReadBuf::new(&mut byte)).is_pending()
    }
}
