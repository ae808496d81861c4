//! Sockets: opening them, moving bytes, and asking whether they are silent.

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

/// A socket whose reads can wait, and that remembers for how long, so that the system is told only of
/// changes. Nothing else that it does waits, but for [`wait`](Self::wait).
#[derive(Debug)]
pub(crate) struct Timed<S: Borrow<Socket> = Socket> {
    socket: S,
    read: Option<Duration>,
}

impl Timed {
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
    /// A connection that is open.
    pub(crate) const fn new(socket: S) -> Self {
        Self { socket, read: None }
    }

    /// Returns the socket.
    pub(crate) fn socket(&self) -> &Socket {
        self.socket.borrow()
    }

    /// Reads some bytes, and waits for them, but not longer than `timeout`.
    pub(crate) fn read(&mut self, room: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
        if timeout != self.read {
            self.socket().set_read_timeout(not_zero(timeout)?)?;
            self.read = timeout;
        }
        self.socket().read(room)
    }

    /// Reads what has come, without waiting.
    pub(crate) fn try_read(&self, room: &mut [u8]) -> io::Result<usize> {
        receive_now(self.socket(), room)
    }

    /// Writes some of these bytes, without waiting.
    #[inline]
    pub(crate) fn try_write(&self, slices: [&[u8]; 3]) -> io::Result<usize> {
        send_now(self.socket(), slices)
    }

    /// Waits until it can be read or written, but not longer than `timeout`. Returns what is possible
    /// then. What is wrong with the socket is said by the operation.
    pub(crate) fn wait(
        &self,
        interest: Interest,
        timeout: Option<Duration>,
    ) -> io::Result<Interest> {
        self.wait_with(None, interest, timeout)
    }

    /// Waits as [`wait`](Self::wait) does, until there is a signal at the latest.
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
            // A socket of which nothing is expected would tell that it was closed, and end every wait.
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

/// A timeout as a socket takes it: none is none, and zero has passed already.
fn not_zero(timeout: Option<Duration>) -> io::Result<Option<Duration>> {
    match timeout {
        Some(Duration::ZERO) => Err(ErrorKind::TimedOut.into()),
        timeout => Ok(timeout),
    }
}
