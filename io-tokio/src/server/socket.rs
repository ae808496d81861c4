//! The socket of a served connection. While the handler has the connection and moves its bytes, the
//! connection's task can watch whether the client has disconnected.

use std::io::{self, ErrorKind, IoSlice, Read};
use std::net::Shutdown;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use limpid_io::server::Departure;
use limpid_socket::{is_silent, send};
use socket2::{SockRef, Socket as System};
use tokio::io::{Interest, ReadBuf, Ready};
use tokio::net::TcpStream;

use super::custom::Custom;
use crate::attempt::attempt;
use crate::transport::Transport;

/// A TCP or Unix socket, or a transport of the caller. Clones share it; it is closed when the last is dropped.
#[derive(Clone, Debug)]
pub(super) enum Socket {
    Tcp(Arc<TcpStream>),
    #[cfg(unix)]
    Unix(Arc<tokio::net::UnixStream>),
    Custom(Custom),
}

macro_rules! either {
    ($socket:expr, $stream:ident => $does:expr, $custom:ident => $other:expr) => {
        match $socket {
            Self::Tcp($stream) => $does,
            #[cfg(unix)]
            Self::Unix($stream) => $does,
            Self::Custom($custom) => $other,
        }
    };
}

impl Socket {
    /// Returns whether there may be something to read.
    pub(super) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_read_ready(cx), custom => custom.poll_readable(cx))
    }

    /// Reads into `room`; 0 bytes at the end. If `is_ready`, reads before asking the runtime.
    pub(super) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        room: &mut [u8],
        is_ready: bool,
    ) -> Poll<io::Result<usize>> {
        let most = room.len();
        either!(self, stream => attempt!(
            stream, &**stream, cx, poll_read_ready, is_ready, Interest::READABLE, most,
            |mut socket: &System| socket.read(room)
        ), custom => custom.poll_read(cx, room))
    }

    /// Sends some of these bytes, in order.
    pub(super) fn poll_write(
        &self,
        cx: &mut Context<'_>,
        slices: [&[u8]; 3],
    ) -> Poll<io::Result<usize>> {
        let most = slices.iter().map(|slice| slice.len()).sum();
        either!(self, stream => attempt!(
            stream, &**stream, cx, poll_write_ready, false, Interest::WRITABLE, most,
            |socket: &System| send(socket, &slices.map(IoSlice::new))
        ), custom => custom.poll_write(cx, slices))
    }

    /// Shuts down the sending direction. An error means that the socket is closed already.
    pub(super) fn shutdown_write(&self) {
        either!(
            self,
            stream => drop(SockRef::from(&**stream).shutdown(Shutdown::Write)),
            custom => custom.shutdown_write()
        );
    }

    /// Makes closing the socket reset the connection, so that the client notices that data is
    /// missing. A transport of the caller cannot be reset.
    pub(super) fn reset_on_close(&self) {
        either!(
            self,
            stream => drop(SockRef::from(&**stream).set_linger(Some(Duration::ZERO))),
            _custom => {}
        );
    }

    /// Waits, without reading, until the client has disconnected. Closing only its direction counts
    /// unless `half_close` is true.
    ///
    /// While bytes are unread, only a reset is detected.
    pub(super) async fn departure(&self, half_close: bool) -> Departure {
        if let Self::Custom(custom) = self {
            return custom.departure(half_close).await;
        }
        let (bytes, everything) = (
            Interest::READABLE | Interest::ERROR,
            Interest::READABLE | Interest::WRITABLE | Interest::ERROR,
        );
        let mut interest = bytes;
        loop {
            // It fails when the runtime ends, which also drops this task.
            let Ok(_) = self.ready(interest).await else { return std::future::pending().await };
            let Ok(ready) = self.ready(everything).await else { continue };
            if ready.is_error() || ready.is_write_closed() {
                return Departure::Gone(self.take_error());
            }
            if ready.is_read_closed() && !half_close {
                return Departure::HalfClosed;
            }
            let is_new = !ready.is_read_closed() && self.is_silent();
            interest = if is_new { bytes } else { Interest::ERROR };
        }
    }

    async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        either!(self, stream => stream.ready(interest).await, _custom => std::future::pending().await)
    }

    fn take_error(&self) -> Option<io::Error> {
        either!(self, stream => SockRef::from(&**stream).take_error().ok().flatten(), _custom => None)
    }

    /// Returns whether nothing can be read. Makes a system call only if the runtime reports
    /// readiness, and clears the readiness if all was read.
    fn is_silent(&self) -> bool {
        either!(self, stream => {
            let peek = || match is_silent(&SockRef::from(&**stream)) {
                true => Err(ErrorKind::WouldBlock.into()),
                false => Ok(()),
            };
            let heard: io::Result<()> = stream.try_io(Interest::READABLE, peek);
            heard.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
        }, custom => custom.is_silent())
    }
}

impl Transport for Socket {
    fn poll_read(&mut self, cx: &mut Context<'_>, room: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let n = ready!(Self::poll_read(self, cx, room.initialize_unfilled(), false))?;
        room.advance(n);
        Poll::Ready(Ok(()))
    }

    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut three: [&[u8]; 3] = [&[]; 3];
        for (place, slice) in three.iter_mut().zip(slices) {
            *place = slice;
        }
        Self::poll_write(self, cx, three)
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.shutdown_write();
        Poll::Ready(Ok(()))
    }

    fn is_silent(&mut self) -> bool {
        Self::is_silent(self)
    }
}
