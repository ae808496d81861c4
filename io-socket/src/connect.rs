//! Sockets for connections.

use std::io;
#[cfg(not(unix))]
use std::io::ErrorKind;
#[cfg(not(unix))]
use std::mem::MaybeUninit;
use std::net::{IpAddr, SocketAddr};

use limpid_core::client::Target;
use limpid_core::trace::SocketOption;
#[cfg(unix)]
use rustix::{io::Errno, net::RecvFlags};
use socket2::{Domain, SockAddr, Socket, Type};

use crate::options;

/// Returns a socket for a connection to `target` with its options set, and the address to connect it
/// to.
///
/// # Errors
/// The system does not support such sockets, or rejects an option or the local address.
pub fn prepare(
    target: Target<'_>,
    from: Option<IpAddr>,
    options: &[SocketOption],
) -> io::Result<(Socket, SockAddr)> {
    let (domain, address) = match target {
        Target::Tcp(address) => (Domain::for_address(address), address.into()),
        Target::Unix(path) => (Domain::UNIX, SockAddr::unix(path)?),
    };
    let socket = Socket::new(domain, Type::STREAM, None)?;
    if let Target::Tcp(_) = target {
        // A head is sent whole, so that waiting for more data gains nothing.
        socket.set_tcp_nodelay(true)?;
    }
    options::set(&socket, options)?;
    if let Some(from) = from {
        socket.bind(&SocketAddr::new(from, 0).into())?;
    }
    Ok((socket, address))
}

/// Returns a non-blocking socket that is being connected to `target`. It becomes writable when it has
/// connected or failed; [`Socket::take_error`] returns which.
///
/// # Errors
/// The system does not support such sockets, rejects an option or the local address, or fails to
/// connect at once.
pub fn begin(
    target: Target<'_>,
    from: Option<IpAddr>,
    options: &[SocketOption],
) -> io::Result<Socket> {
    let (socket, address) = prepare(target, from, options)?;
    socket.set_nonblocking(true)?;
    match socket.connect(&address) {
        Err(error) if !is_under_way(&error) => Err(error),
        _ => Ok(socket),
    }
}

#[cfg(unix)]
fn is_under_way(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EINPROGRESS)
}

#[cfg(not(unix))]
fn is_under_way(error: &io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock
}

/// Returns whether nothing has arrived on an idle socket, including the end. It does not block.
#[cfg(unix)]
#[must_use]
pub fn is_silent(socket: &Socket) -> bool {
    let peeked = rustix::net::recv(socket, &mut [0], RecvFlags::PEEK | RecvFlags::DONTWAIT);
    matches!(peeked, Err(Errno::WOULDBLOCK))
}

/// Returns whether nothing has arrived on an idle socket, including the end. It does not block.
#[cfg(not(unix))]
#[must_use]
pub fn is_silent(socket: &Socket) -> bool {
    let silent = socket.set_nonblocking(true).is_ok()
        && would_block(socket.peek(&mut [MaybeUninit::uninit()]));
    silent && socket.set_nonblocking(false).is_ok()
}

/// Returns whether nothing has arrived on an idle socket that does not block, including the end.
#[must_use]
pub fn is_silent_now(socket: &Socket) -> bool {
    #[cfg(unix)]
    return is_silent(socket);
    #[cfg(not(unix))]
    would_block(socket.peek(&mut [MaybeUninit::uninit()]))
}

/// Reads what has arrived on a socket, without blocking.
///
/// # Errors
/// [`WouldBlock`](io::ErrorKind::WouldBlock): no bytes are available. Any other error is one of the
/// connection.
#[cfg(unix)]
pub fn receive_now(socket: &Socket, room: &mut [u8]) -> io::Result<usize> {
    let (_, received) = rustix::net::recv(socket, room, RecvFlags::DONTWAIT)?;
    Ok(received)
}

/// Reads what has arrived on a socket, without blocking.
///
/// # Errors
/// [`WouldBlock`](io::ErrorKind::WouldBlock): no bytes are available. Any other error is one of the
/// connection.
#[cfg(not(unix))]
pub fn receive_now(mut socket: &Socket, room: &mut [u8]) -> io::Result<usize> {
    without_waiting(socket, || std::io::Read::read(&mut socket, room))
}

/// Performs an operation in non-blocking mode.
#[cfg(not(unix))]
pub(crate) fn without_waiting<T>(
    socket: &Socket,
    operation: impl FnOnce() -> io::Result<T>,
) -> io::Result<T> {
    socket.set_nonblocking(true)?;
    let result = operation();
    socket.set_nonblocking(false)?;
    result
}

#[cfg(not(unix))]
fn would_block(result: io::Result<usize>) -> bool {
    result.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}
