//! Sockets of clients.

use std::io::{self, ErrorKind, IoSlice};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use limpid_core::client::Target;
use limpid_core::trace::SocketOption;
use limpid_socket::{begin, is_silent_now, send, send_now};
use socket2::{SockRef, Socket as System};
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;

use crate::attempt::attempt;
use crate::transport::Transport;

/// A TCP or Unix socket.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(tokio::net::UnixStream),
}

macro_rules! either {
    ($socket:expr, $stream:ident => $does:expr) => {
        match $socket {
            Self::Tcp($stream) => $does,
            #[cfg(unix)]
            Self::Unix($stream) => $does,
        }
    };
}

impl Socket {
    /// Starts to open a connection to `target`.
    pub(crate) fn begin(
        target: Target<'_>,
        from: Option<IpAddr>,
        options: &[SocketOption],
    ) -> io::Result<Self> {
        let socket = begin(target, from, options)?;
        match target {
            Target::Tcp(_) => TcpStream::from_std(socket.into()).map(Self::Tcp),
            #[cfg(unix)]
            Target::Unix(_) => tokio::net::UnixStream::from_std(socket.into()).map(Self::Unix),
            #[cfg(not(unix))]
            Target::Unix(_) => Err(ErrorKind::Unsupported.into()),
        }
    }

    /// Returns the local address, unless this is a Unix socket.
    pub(crate) fn local_addr(&self) -> Option<SocketAddr> {
        either!(self, stream => SockRef::from(stream).local_addr().ok()?.as_socket())
    }

    /// Returns the peer's address, unless this is a Unix socket.
    pub(crate) fn remote_addr(&self) -> Option<SocketAddr> {
        either!(self, stream => SockRef::from(stream).peer_addr().ok()?.as_socket())
    }

    /// Returns whether the connection is open, or why it could not be opened.
    pub(crate) fn poll_open(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(either!(self, stream => stream.poll_write_ready(cx)))?;
        Poll::Ready(either!(self, stream => stream.take_error())?.map_or(Ok(()), Err))
    }

    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        either!(self, stream => Pin::new(stream).poll_read(cx, room))
    }

    /// Sends some of these bytes, in order.
    pub(crate) fn poll_send(
        &self,
        cx: &mut Context<'_>,
        slices: [&[u8]; 3],
    ) -> Poll<io::Result<usize>> {
        self.poll_send_slices(cx, &slices.map(IoSlice::new))
    }

    #[inline]
    fn poll_send_slices(
        &self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let most = slices.iter().map(|slice| slice.len()).sum();
        either!(self, stream => attempt!(
            stream, stream, cx, poll_write_ready, false, Interest::WRITABLE, most,
            |socket: &System| send(socket, slices)
        ))
    }

    /// Closes this side's direction.
    pub(crate) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }

    /// Returns whether nothing has arrived, including the end. It asks the system, because the runtime
    /// may not have been notified yet, or may not run.
    pub(crate) fn is_silent(&self) -> bool {
        either!(self, stream => is_silent_now(&SockRef::from(stream)))
    }

    /// Registers the socket with the current runtime, in place of the one in which it was opened.
    pub(crate) fn register(&mut self) -> io::Result<()> {
        *self = match self {
            Self::Tcp(stream) => {
                Self::Tcp(TcpStream::from_std(SockRef::from(&*stream).try_clone()?.into())?)
            }
            #[cfg(unix)]
            Self::Unix(stream) => {
                let socket = SockRef::from(&*stream).try_clone()?;
                Self::Unix(tokio::net::UnixStream::from_std(socket.into())?)
            }
        };
        Ok(())
    }

    /// Sends what can be sent without blocking.
    pub(crate) fn write_now(&self, bytes: &[u8]) -> io::Result<usize> {
        either!(self, stream => stream.try_io(Interest::WRITABLE, || {
            send_now(&SockRef::from(stream), [bytes, &[], &[]])
        }))
    }
}

impl Transport for Socket {
    fn poll_read(&mut self, cx: &mut Context<'_>, room: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.poll_read(cx, room)
    }

    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_send_slices(cx, slices)
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_shutdown(cx)
    }

    fn is_silent(&mut self) -> bool {
        Self::is_silent(self)
    }

    fn local_addr(&self) -> Option<SocketAddr> {
        self.local_addr()
    }

    fn remote_addr(&self) -> Option<SocketAddr> {
        self.remote_addr()
    }
}
