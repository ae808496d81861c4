//! Sockets: opening them, moving bytes, and asking whether they are silent.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use limpid_core::client::Target;
use limpid_core::trace::SocketOption;
use limpid_socket::{is_silent, prepare};
use rustix::event::{PollFd, PollFlags, poll};
#[cfg(unix)]
use rustix::net::{RecvFlags, SendFlags};
use socket2::Socket;

use crate::deadline::poll_timeout;
use crate::transport::Interest;

/// Opens a connection to `target` within `timeout`.
pub(crate) fn open(
    target: Target<'_>,
    from: Option<IpAddr>,
    options: &[SocketOption],
    timeout: Option<Duration>,
) -> io::Result<Socket> {
    let (socket, address) = prepare(target, from, options)?;
    match timeout {
        Some(Duration::ZERO) => return Err(ErrorKind::TimedOut.into()),
        Some(timeout) => socket.connect_timeout(&address, timeout)?,
        None => socket.connect(&address)?,
    }
    Ok(socket)
}

/// A socket that remembers which timeout it was given, so that it is told only of changes.
#[derive(Debug)]
pub(crate) struct Timed {
    socket: Socket,
    read: Option<Duration>,
}

impl Timed {
    /// A connection that is open.
    pub(crate) const fn new(socket: Socket) -> Self {
        Self { socket, read: None }
    }

    /// The address and the port at our end, unless this is a Unix socket.
    pub(crate) fn local_addr(&self) -> Option<SocketAddr> {
        self.socket.local_addr().ok()?.as_socket()
    }

    /// The address and the port at the peer's end, unless this is a Unix socket.
    pub(crate) fn remote_addr(&self) -> Option<SocketAddr> {
        self.socket.peer_addr().ok()?.as_socket()
    }

    /// Returns whether nothing has come, not even the end. It does not wait.
    pub(crate) fn is_silent(&self) -> bool {
        is_silent(&self.socket)
    }

    /// Sends the last bytes as far as that is possible without waiting, and closes the socket.
    pub(crate) fn close(self, last: &[u8]) {
        if !last.is_empty() && self.socket.set_nonblocking(true).is_ok() {
            // The connection is over; an error changes nothing.
            let _ = (&self.socket).write(last);
        }
    }

    /// Reads some bytes, and waits for them no longer than `timeout`.
    pub(crate) fn read(&mut self, room: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
        if timeout != self.read {
            self.socket.set_read_timeout(not_zero(timeout)?)?;
            self.read = timeout;
        }
        self.socket.read(room)
    }

    /// Reads what has come, without waiting.
    pub(crate) fn try_read(&self, room: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        {
            let (_, received) = rustix::net::recv(&self.socket, room, RecvFlags::DONTWAIT)?;
            Ok(received)
        }
        #[cfg(not(unix))]
        self.without_waiting(|| (&self.socket).read(room))
    }

    /// Writes some of these bytes, without waiting.
    #[inline]
    pub(crate) fn try_write(&self, slices: [&[u8]; 3]) -> io::Result<usize> {
        #[cfg(unix)]
        {
            let flags = SendFlags::DONTWAIT.bits().cast_signed();
            match slices {
                [slice, [], []] => self.socket.send_with_flags(slice, flags),
                slices => self.socket.send_vectored_with_flags(&slices.map(IoSlice::new), flags),
            }
        }
        #[cfg(not(unix))]
        self.without_waiting(|| (&self.socket).write_vectored(&slices.map(IoSlice::new)))
    }

    /// Does an operation that would wait otherwise.
    #[cfg(not(unix))]
    fn without_waiting<T>(&self, operation: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.socket.set_nonblocking(true)?;
        let result = operation();
        self.socket.set_nonblocking(false)?;
        result
    }

    /// Waits until it can be read or written, but not longer than `timeout`. Returns whether it can be
    /// read.
    pub(crate) fn wait(&self, interest: Interest, timeout: Option<Duration>) -> io::Result<bool> {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::IN, interest.read);
        flags.set(PollFlags::OUT, interest.write);
        let mut polled = [PollFd::new(&self.socket, flags)];
        match poll(&mut polled, poll_timeout(timeout).as_ref()) {
            Err(error) if error != rustix::io::Errno::INTR => return Err(error.into()),
            _ => {}
        }
        // An error and a hang-up can be read too.
        Ok(!(polled[0].revents() & !PollFlags::OUT).is_empty())
    }

    pub(crate) fn into_socket(self) -> Socket {
        self.socket
    }
}

/// A timeout as a socket takes it: none is none, and zero has passed already.
fn not_zero(timeout: Option<Duration>) -> io::Result<Option<Duration>> {
    match timeout {
        Some(Duration::ZERO) => Err(ErrorKind::TimedOut.into()),
        timeout => Ok(timeout),
    }
}
