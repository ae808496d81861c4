//! Sockets: opening them, moving bytes, and asking whether they are silent.

use std::borrow::Borrow;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use limpid_core::client::Target;
use limpid_core::trace::SocketOption;
use limpid_socket::{is_silent, prepare};
use socket2::Socket;

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

/// A socket that remembers which timeouts it was given, so that it is told only of changes.
#[derive(Debug)]
pub(crate) struct Timed<S: Borrow<Socket> = Socket> {
    socket: S,
    read: Option<Duration>,
    write: Option<Duration>,
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
        if !last.is_empty() && self.socket.set_nonblocking(true).is_ok() {
            // The connection is over; an error changes nothing.
            let _ = (&self.socket).write(last);
        }
    }

    pub(crate) fn into_socket(self) -> Socket {
        self.socket
    }
}

impl<S: Borrow<Socket>> Timed<S> {
    /// A connection that is open.
    pub(crate) const fn new(socket: S) -> Self {
        Self { socket, read: None, write: None }
    }

    pub(crate) fn read(&mut self, room: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
        if timeout != self.read {
            self.socket.borrow().set_read_timeout(not_zero(timeout)?)?;
            self.read = timeout;
        }
        let mut socket: &Socket = self.socket.borrow();
        socket.read(room)
    }

    pub(crate) fn write(
        &mut self,
        slices: [&[u8]; 3],
        timeout: Option<Duration>,
    ) -> io::Result<usize> {
        if timeout != self.write {
            self.socket.borrow().set_write_timeout(not_zero(timeout)?)?;
            self.write = timeout;
        }
        let mut socket: &Socket = self.socket.borrow();
        match slices {
            [slice, [], []] => socket.write(slice),
            slices => socket.write_vectored(&slices.map(IoSlice::new)),
        }
    }
}

/// A timeout as a socket takes it: none is none, and zero has passed already.
fn not_zero(timeout: Option<Duration>) -> io::Result<Option<Duration>> {
    match timeout {
        Some(Duration::ZERO) => Err(ErrorKind::TimedOut.into()),
        timeout => Ok(timeout),
    }
}
