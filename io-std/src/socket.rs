//! Sockets of clients.

use std::borrow::Borrow;
use std::io::{self, ErrorKind, Read};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use limpid_core::client::Target;
use limpid_core::trace::SocketOption;
use limpid_socket::{is_silent, prepare, receive_now, send_now};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use socket2::Socket;

use crate::deadline::poll_timeout;
use crate::signal::Signal;
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

/// A socket with a read timeout, which it caches, so that only changes need a system call. Only
/// [`read`](Self::read) and [`wait`](Self::wait) block.
#[derive(Debug)]
pub(crate) struct Timed<S: Borrow<Socket> = Socket> {
    socket: S,
    read: Option<Duration>,
}

impl Timed {
    /// Returns the local address, unless this is a Unix socket.
    pub(crate) fn local_addr(&self) -> Option<SocketAddr> {
        self.socket.local_addr().ok()?.as_socket()
    }

    /// Returns the peer's address, unless this is a Unix socket.
    pub(crate) fn remote_addr(&self) -> Option<SocketAddr> {
        self.socket.peer_addr().ok()?.as_socket()
    }

    /// Returns whether nothing has arrived, including the end. It does not block.
    pub(crate) fn is_silent(&self) -> bool {
        is_silent(&self.socket)
    }

    /// Sends the last bytes as far as possible without blocking, and closes the socket.
    pub(crate) fn close(self, last: &[u8]) {
        if !last.is_empty() {
            // The connection is over; an error changes nothing.
            let _ = self.try_write([last, &[], &[]]);
        }
    }

    pub(crate) fn into_socket(self) -> Socket {
        self.socket
    }
}

impl<S: Borrow<Socket>> Timed<S> {
    /// Wraps a connected socket.
    pub(crate) const fn new(socket: S) -> Self {
        Self { socket, read: None }
    }

    /// Returns the socket.
    pub(crate) fn socket(&self) -> &Socket {
        self.socket.borrow()
    }

    /// Reads some bytes, and waits for them for at most `timeout`.
    pub(crate) fn read(&mut self, room: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
        if timeout != self.read {
            self.socket().set_read_timeout(not_zero(timeout)?)?;
            self.read = timeout;
        }
        self.socket().read(room)
    }

    /// Reads what has arrived, without blocking.
    pub(crate) fn try_read(&self, room: &mut [u8]) -> io::Result<usize> {
        receive_now(self.socket(), room)
    }

    /// Writes some of these bytes, without blocking.
    #[inline]
    pub(crate) fn try_write(&self, slices: [&[u8]; 3]) -> io::Result<usize> {
        send_now(self.socket(), slices)
    }

    /// Waits for at most `timeout` until reading or writing is possible. Returns what is possible. An
    /// error of the socket is reported by the next operation.
    pub(crate) fn wait(
        &self,
        interest: Interest,
        timeout: Option<Duration>,
    ) -> io::Result<Interest> {
        self.wait_with(None, interest, timeout)
    }

    /// Waits as [`wait`](Self::wait) does, or until there is a signal.
    pub(crate) fn wait_with(
        &self,
        signal: Option<&Signal>,
        interest: Interest,
        timeout: Option<Duration>,
    ) -> io::Result<Interest> {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::IN, interest.read);
        flags.set(PollFlags::OUT, interest.write);
        let socket = PollFd::new(self.socket(), flags);
        let mut fds = [socket.clone(), signal.map_or(socket, Signal::poll_fd)];
        let fds = match signal {
            None => &mut fds[..1],
            // A socket without an interest is left out: it would report a hangup, and end every wait.
            Some(_) if flags.is_empty() => &mut fds[1..],
            Some(_) => &mut fds[..],
        };
        match poll(fds, poll_timeout(timeout).as_ref()) {
            Err(error) if error != Errno::INTR => return Err(error.into()),
            _ => {}
        }
        if let Some(signal) = signal {
            signal.clear();
        }
        let events = if flags.is_empty() { PollFlags::empty() } else { fds[0].revents() };
        let is_broken = events.intersects(PollFlags::ERR | PollFlags::HUP);
        Ok(Interest {
            read: events.contains(PollFlags::IN) || is_broken,
            write: events.contains(PollFlags::OUT) || is_broken,
        })
    }
}

/// Returns a timeout for a socket, which must not be zero: zero has passed already.
fn not_zero(timeout: Option<Duration>) -> io::Result<Option<Duration>> {
    match timeout {
        Some(Duration::ZERO) => Err(ErrorKind::TimedOut.into()),
        timeout => Ok(timeout),
    }
}
