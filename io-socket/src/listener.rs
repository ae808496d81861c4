//! Listening sockets, and the errors of accepting.

use std::fs;
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

    /// Creates a Unix socket at this path, and listens on it. Replaces a socket that a server has left
    /// there, on which nothing listens.
    ///
    /// # Errors
    /// An error of the system, which may not support Unix sockets. [`AddrInUse`](ErrorKind::AddrInUse):
    /// something listens at this path. [`AlreadyExists`](ErrorKind::AlreadyExists): what is there is no
    /// socket.
    pub fn unix(path: &Path) -> io::Result<Self> {
        let place = SockAddr::unix(path)?;
        let listen = || Self::listen(Socket::new(Domain::UNIX, Type::STREAM, None)?, &place);
        match listen() {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                remove_stale(path, &place, error)?;
                listen()
            }
            listening => listening,
        }
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

/// Removes the Unix socket at this path if nothing listens on it, because its server has ended without
/// removing it. Fails with `in_use` if something does.
fn remove_stale(path: &Path, place: &SockAddr, in_use: io::Error) -> io::Result<()> {
    #[cfg(unix)]
    if !std::os::unix::fs::FileTypeExt::is_socket(&fs::symlink_metadata(path)?.file_type()) {
        let what = "the path of the Unix socket exists and is not a socket";
        return Err(io::Error::new(ErrorKind::AlreadyExists, what));
    }
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    // A server whose queue is full must not block this one.
    socket.set_nonblocking(true)?;
    match socket.connect(place) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path),
        _ => Err(in_use),
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

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn only_a_unix_socket_without_a_listener_is_replaced() {
        let name = format!("limpid-stale-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let kind = |result: io::Result<Listener>| result.map(drop).map_err(|error| error.kind());
        let listener = Listener::unix(&path).unwrap();
        assert_eq!(kind(Listener::unix(&path)), Err(ErrorKind::AddrInUse));
        drop(listener);
        assert!(path.exists());
        let listener = Listener::unix(&path).unwrap();
        AcceptWaker { place: SockAddr::unix(&path).unwrap() }.wake();
        listener.accept().unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, "precious").unwrap();
        assert_eq!(kind(Listener::unix(&path)), Err(ErrorKind::AlreadyExists));
        assert_eq!(fs::read(&path).unwrap(), b"precious");
        fs::remove_file(&path).unwrap();
    }
}
