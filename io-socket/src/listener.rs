//! Listening sockets, and the errors of accepting.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};

/// The maximum number of connections that wait to be accepted.
const BACKLOG: i32 = 1024;

/// A listening socket.
///
/// ```
/// use limpid_socket::Listener;
///
/// let listener = Listener::tcp(([127, 0, 0, 1], 0).into())?;
/// let waker = listener.waker();
/// std::thread::spawn(move || waker.wake());
/// let (_socket, _peer) = listener.accept()?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Listener {
    /// The socket.
    pub socket: Socket,
    place: SockAddr,
}

impl Listener {
    /// Listens on this address.
    ///
    /// # Errors
    /// An error of the system.
    pub fn tcp(address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        // On other systems, this would allow two servers on the same port.
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        Self::listen(socket, &address.into())
    }

    /// Creates a Unix socket at this path, and listens on it.
    ///
    /// # Errors
    /// An error of the system, which may not support Unix sockets.
    pub fn unix(path: &Path) -> io::Result<Self> {
        Self::listen(Socket::new(Domain::UNIX, Type::STREAM, None)?, &SockAddr::unix(path)?)
    }

    fn listen(socket: Socket, place: &SockAddr) -> io::Result<Self> {
        socket.bind(place)?;
        socket.listen(BACKLOG)?;
        let place = socket.local_addr()?;
        Ok(Self { socket, place })
    }

    /// Returns the address of the socket; `None` for a Unix socket.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.place.as_socket()
    }

    /// Waits for a connection. Returns its socket, and the address of the client.
    ///
    /// # Errors
    /// An error of the system. [`is_transient`] and [`is_resource_exhausted`] distinguish errors
    /// after which the listener can go on.
    pub fn accept(&self) -> io::Result<(Socket, Option<SocketAddr>)> {
        let (socket, peer) = self.socket.accept()?;
        let peer = peer.as_socket();
        if peer.is_some() {
            // Responses are sent whole, so that waiting for more data gains nothing.
            socket.set_tcp_nodelay(true)?;
        }
        Ok((socket, peer))
    }

    /// Returns a waker for a thread that is blocked in [`accept`](Self::accept).
    #[must_use]
    pub fn waker(&self) -> AcceptWaker {
        let place = match self.place.as_socket() {
            Some(mut address) if address.ip().is_unspecified() => {
                address.set_ip(match address.ip() {
                    IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                    IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
                });
                address.into()
            }
            _ => self.place.clone(),
        };
        AcceptWaker { place }
    }
}

/// A waker for a thread that waits for a connection. It opens a connection, which works on every
/// system.
///
/// [`Listener`] has an example.
#[derive(Debug)]
pub struct AcceptWaker {
    place: SockAddr,
}

impl AcceptWaker {
    /// Wakes the thread.
    pub fn wake(&self) {
        if let Ok(socket) = Socket::new(self.place.domain(), Type::STREAM, None) {
            // A full queue wakes the thread as well.
            let _ = socket.connect_timeout(&self.place, Duration::from_millis(500));
        }
    }
}

/// Returns whether an error of accepting concerns only that connection.
#[must_use]
pub fn is_transient(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Interrupted
            | ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionReset
            | ErrorKind::InvalidInput
            | ErrorKind::NotConnected
            | ErrorKind::WouldBlock
    )
}

/// Returns whether the system lacks descriptors or memory to accept another connection now.
#[must_use]
pub fn is_resource_exhausted(error: &io::Error) -> bool {
    #[cfg(unix)]
    const SHORT: [i32; 4] = [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM];
    // WSAEMFILE and WSAENOBUFS.
    #[cfg(not(unix))]
    const SHORT: [i32; 2] = [10024, 10055];
    error.raw_os_error().is_some_and(|code| SHORT.contains(&code))
}
