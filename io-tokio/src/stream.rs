//! The transport of a client's connection: a socket, or one of the caller's connector.

use std::fmt;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::ReadBuf;

use crate::socket::Socket;
use crate::transport::Transport;

/// A transport.
pub(crate) enum Stream {
    Socket(Socket),
    /// A caller's transport. It is locked only to check whether an idle one is silent.
    Custom(Mutex<Box<dyn Transport>>),
}

impl Stream {
    /// Reads into `room`; 0 bytes at the end.
    #[inline]
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Socket(socket) => socket.poll_read(cx, room),
            Self::Custom(transport) => get(transport).poll_read(cx, room),
        }
    }

    /// Writes some of these bytes, in order.
    #[inline]
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: [&[u8]; 3],
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Socket(socket) => socket.poll_send(cx, slices),
            Self::Custom(transport) => get(transport).poll_write(cx, &slices.map(IoSlice::new)),
        }
    }

    /// Ends the sending direction.
    pub(crate) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Socket(socket) => socket.poll_shutdown(cx),
            Self::Custom(transport) => get(transport).poll_shutdown(cx),
        }
    }

    /// Writes what can be written without blocking.
    pub(crate) fn write_now(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let transport = match self {
            Self::Socket(socket) => return socket.write_now(bytes),
            Self::Custom(transport) => get(transport),
        };
        let mut cx = Context::from_waker(Waker::noop());
        match transport.poll_write(&mut cx, &[IoSlice::new(bytes)]) {
            Poll::Ready(result) => result,
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    /// Returns whether nothing has arrived, including the end. It does not block.
    pub(crate) fn is_silent(&self) -> bool {
        match self {
            Self::Socket(socket) => socket.is_silent(),
            Self::Custom(transport) => {
                transport.lock().unwrap_or_else(PoisonError::into_inner).is_silent()
            }
        }
    }

    /// Registers an idle transport with the current runtime.
    ///
    /// # Errors
    /// It is a caller's, or the system does not allow it.
    pub(crate) fn register(&mut self) -> io::Result<()> {
        match self {
            Self::Socket(socket) => socket.register(),
            Self::Custom(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Sends the last bytes as far as possible without blocking, and closes the transport.
    pub(crate) fn close(mut self, last: &[u8]) {
        if !last.is_empty() {
            // The connection is over; an error changes nothing.
            let _ = self.write_now(last);
        }
    }

    pub(crate) fn local_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Socket(socket) => socket.local_addr(),
            Self::Custom(transport) => {
                transport.lock().unwrap_or_else(PoisonError::into_inner).local_addr()
            }
        }
    }

    pub(crate) fn remote_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Socket(socket) => socket.remote_addr(),
            Self::Custom(transport) => {
                transport.lock().unwrap_or_else(PoisonError::into_inner).remote_addr()
            }
        }
    }
}

fn get(transport: &mut Mutex<Box<dyn Transport>>) -> &mut dyn Transport {
    &mut **transport.get_mut().unwrap_or_else(PoisonError::into_inner)
}

impl From<Box<dyn Transport>> for Stream {
    fn from(transport: Box<dyn Transport>) -> Self {
        Self::Custom(Mutex::new(transport))
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(socket) => socket.fmt(f),
            Self::Custom(_) => f.write_str("Transport"),
        }
    }
}
