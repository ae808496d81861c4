//! Transports that callers can put in.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What a connection's bytes pass through: a socket of the system, or anything else that a
/// [`Connect`](crate::Connect) opens. Whatever can be read and written asynchronously is one.
///
/// It is closed when it is dropped.
pub trait Transport: Send {
    /// Reads into `room`. Nothing is read at the end.
    ///
    /// # Errors
    /// The connection failed.
    fn poll_read(&mut self, cx: &mut Context<'_>, room: &mut ReadBuf<'_>) -> Poll<io::Result<()>>;

    /// Writes some of these bytes, in order, and returns how many were taken. What it keeps of them is
    /// sent while it is read.
    ///
    /// # Errors
    /// The connection failed.
    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>>;

    /// Ends the sending direction, once all was sent. What the peer sends can still be read.
    ///
    /// # Errors
    /// The connection failed.
    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Returns whether nothing has come, not even the end, without waiting. It is asked about idle
    /// connections; one that is not silent is closed, so that it may read a byte to find out.
    fn is_silent(&mut self) -> bool;

    /// Returns the address at this end, if there is one.
    fn local_addr(&self) -> Option<SocketAddr> {
        None
    }

    /// Returns the address at the peer's end, if there is one.
    fn remote_addr(&self) -> Option<SocketAddr> {
        None
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Transport for S {
    fn poll_read(&mut self, cx: &mut Context<'_>, room: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        // It may have kept what was written. The answer cannot come before that is sent.
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
