//! A transport that one thread reads while another writes.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::Shutdown;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::Socket;

use crate::deadline::in_time;
use crate::stream::{Stream, read, write};
use crate::transport::Transport;

/// The transport of a connection that has left HTTP/1.1.
pub(crate) enum Duplex {
    Socket(Socket),
    Custom { transport: Box<dyn Transport>, timeouts: Mutex<Timeouts> },
}

/// How long operations wait; `None` is without end.
#[derive(Clone, Copy, Default)]
pub(crate) struct Timeouts {
    read: Option<Duration>,
    write: Option<Duration>,
}

impl Duplex {
    /// Takes a connection's transport. Its operations wait without end.
    pub(crate) fn new(stream: Stream) -> io::Result<Self> {
        match stream {
            Stream::Socket(socket) => {
                let socket = socket.into_socket();
                socket.set_read_timeout(None)?;
                socket.set_write_timeout(None)?;
                Ok(Self::Socket(socket))
            }
            Stream::Custom(transport) => Ok(Self::Custom { transport, timeouts: Mutex::default() }),
        }
    }

    /// Reads some bytes, whatever signals interrupt it.
    pub(crate) fn read(&self, room: &mut [u8]) -> io::Result<usize> {
        repeat(|| match self {
            Self::Socket(socket) => in_time((&mut &*socket).read(room)),
            Self::Custom { transport, timeouts } => {
                let timeout = lock(timeouts).read;
                read(&**transport, room, timeout)
            }
        })
    }

    /// Writes some bytes, whatever signals interrupt it.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        repeat(|| match self {
            Self::Socket(socket) => in_time((&mut &*socket).write(bytes)),
            Self::Custom { transport, timeouts } => {
                let timeout = lock(timeouts).write;
                write(&**transport, &[IoSlice::new(bytes)], timeout)
            }
        })
    }

    pub(crate) fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Socket(socket) => socket.set_read_timeout(timeout)?,
            Self::Custom { timeouts, .. } => lock(timeouts).read = timeout,
        }
        Ok(())
    }

    pub(crate) fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Socket(socket) => socket.set_write_timeout(timeout)?,
            Self::Custom { timeouts, .. } => lock(timeouts).write = timeout,
        }
        Ok(())
    }

    /// Ends the sending direction.
    pub(crate) fn shutdown(&self) -> io::Result<()> {
        match self {
            Self::Socket(socket) => socket.shutdown(Shutdown::Write),
            Self::Custom { transport, .. } => transport.shutdown(),
        }
    }

    /// From now on, operations do what is possible without waiting.
    pub(crate) fn stop_waiting(&self) -> io::Result<()> {
        match self {
            Self::Socket(socket) => socket.set_nonblocking(true),
            Self::Custom { timeouts, .. } => {
                let none = Some(Duration::ZERO);
                *lock(timeouts) = Timeouts { read: none, write: none };
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Duplex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(socket) => socket.fmt(f),
            Self::Custom { .. } => f.write_str("Transport"),
        }
    }
}

fn lock(timeouts: &Mutex<Timeouts>) -> MutexGuard<'_, Timeouts> {
    timeouts.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Moves bytes, whatever signals interrupt it. An operation whose time is over has timed out.
fn repeat(mut operation: impl FnMut() -> Option<io::Result<usize>>) -> io::Result<usize> {
    loop {
        match operation() {
            Some(Err(error)) if error.kind() == ErrorKind::Interrupted => {}
            Some(result) => return result,
            None => return Err(ErrorKind::TimedOut.into()),
        }
    }
}
