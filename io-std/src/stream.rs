//! The transport of a client's connection: a socket, or one of the caller's connector.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice};
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use limpid_io::PooledTransport;
use socket2::Socket;

use crate::deadline::{deadline_after, in_time};
use crate::network::Network;
use crate::signal::Signal;
use crate::socket::Timed;
use crate::system_socket::SystemSocket;
use crate::transport::{Interest, Transport};

/// How long to wait for a transport that is not a socket before checking for a signal.
const LOOK: Duration = Duration::from_millis(10);

/// A transport with blocking operations.
pub(crate) enum Stream {
    Socket(Timed),
    Custom(Box<dyn Transport>),
}

impl Stream {
    /// Reads some bytes; `None` if the timeout has passed.
    #[inline]
    pub(crate) fn read(
        &mut self,
        room: &mut [u8],
        timeout: Option<Duration>,
    ) -> Option<io::Result<usize>> {
        match self {
            Self::Socket(socket) => in_time(socket.read(room, timeout)),
            Self::Custom(transport) => read(&**transport, room, timeout),
        }
    }

    /// Reads what has arrived, without blocking.
    pub(crate) fn try_read(&self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Socket(socket) => socket.try_read(room),
            Self::Custom(transport) => transport.read(room),
        }
    }

    /// Writes some of these bytes, without blocking.
    #[inline]
    pub(crate) fn try_write(&self, slices: [&[u8]; 3]) -> io::Result<usize> {
        match self {
            Self::Socket(socket) => socket.try_write(slices),
            Self::Custom(transport) => transport.write(&slices.map(IoSlice::new)),
        }
    }

    /// Waits for at most `timeout` until reading or writing may be possible, or there is a signal.
    /// May return earlier. Returns whether reading may be possible.
    pub(crate) fn wait(
        &self,
        interest: Interest,
        timeout: Option<Duration>,
        signal: Option<&Signal>,
    ) -> io::Result<bool> {
        let transport = match self {
            Self::Socket(socket) => {
                return socket.wait_with(signal, interest, timeout).map(|ready| ready.read);
            }
            Self::Custom(transport) => transport,
        };
        // A custom transport cannot be waited for together with a signal.
        let timeout = match signal {
            Some(_) => Some(timeout.map_or(LOOK, |timeout| timeout.min(LOOK))),
            None => timeout,
        };
        if interest.read || interest.write {
            transport.wait(interest, deadline_after(timeout))?;
        } else {
            thread::sleep(timeout.unwrap_or_default());
        }
        Ok(interest.read)
    }

    /// Converts it to a non-blocking transport.
    pub(crate) fn into_transport(self) -> io::Result<Box<dyn Transport>> {
        match self {
            Self::Socket(socket) => Ok(Box::new(SystemSocket::new(socket.into_socket())?)),
            Self::Custom(transport) => Ok(transport),
        }
    }

    pub(crate) fn local_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Socket(socket) => socket.local_addr(),
            Self::Custom(transport) => transport.local_addr(),
        }
    }

    pub(crate) fn remote_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Socket(socket) => socket.remote_addr(),
            Self::Custom(transport) => transport.remote_addr(),
        }
    }
}

/// Reads some bytes of a transport; `None` if the timeout has passed.
fn read(
    transport: &dyn Transport,
    room: &mut [u8],
    timeout: Option<Duration>,
) -> Option<io::Result<usize>> {
    // Often there is something to read, and the clock is not needed.
    let mut deadline = None;
    loop {
        match transport.read(room) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            result => return Some(result),
        }
        let deadline = *deadline.get_or_insert_with(|| deadline_after(timeout));
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return None;
        }
        if let Err(error) = transport.wait(Interest::READ, deadline) {
            return Some(Err(error));
        }
    }
}

impl PooledTransport for Stream {
    type Network = Network;

    fn is_silent(&self) -> bool {
        match self {
            Self::Socket(socket) => socket.is_silent(),
            Self::Custom(transport) => transport.is_silent(),
        }
    }

    fn local_address(&self) -> Option<SocketAddr> {
        self.local_addr()
    }

    fn close(self, last: &[u8]) {
        match self {
            Self::Socket(socket) => socket.close(last),
            // The connection is over; an error changes nothing.
            Self::Custom(transport) if !last.is_empty() => {
                drop(transport.write(&[IoSlice::new(last)]));
            }
            Self::Custom(_) => {}
        }
    }
}

impl From<Socket> for Stream {
    fn from(socket: Socket) -> Self {
        Self::Socket(Timed::new(socket))
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
