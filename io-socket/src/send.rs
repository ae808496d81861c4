//! Sending, without the signal SIGPIPE: a connection that its peer has closed is an error of the call, and
//! no reason to end the program.

use std::io::{self, IoSlice};

use socket2::Socket;

/// The flag that prevents SIGPIPE, where the system has one.
#[cfg(all(unix, not(target_vendor = "apple")))]
const NO_SIGNAL: i32 = libc::MSG_NOSIGNAL;
/// Apple's systems have an option of the socket instead: see [`prevent_signal`].
#[cfg(all(unix, target_vendor = "apple"))]
const NO_SIGNAL: i32 = 0;

/// Prevents SIGPIPE for a socket that socket2 has neither opened nor accepted, on systems where that is an
/// option of the socket.
///
/// # Errors
/// The system rejects the option.
#[cfg(target_vendor = "apple")]
pub fn prevent_signal(socket: &Socket) -> io::Result<()> {
    socket.set_nosigpipe(true)
}

/// Prevents SIGPIPE for a socket that socket2 has neither opened nor accepted, on systems where that is an
/// option of the socket.
///
/// # Errors
/// None on this system.
#[cfg(not(target_vendor = "apple"))]
pub const fn prevent_signal(_: &Socket) -> io::Result<()> {
    Ok(())
}

/// Writes some of these bytes to a socket, in order. Blocks if the socket does.
///
/// # Errors
/// An error of the connection. [`BrokenPipe`](io::ErrorKind::BrokenPipe): the peer has closed it.
#[inline]
pub fn send(socket: &Socket, slices: &[IoSlice<'_>]) -> io::Result<usize> {
    #[cfg(unix)]
    return send_with(socket, slices, NO_SIGNAL);
    #[cfg(not(unix))]
    socket.send_vectored(slices)
}

/// Writes some of these bytes to a socket, in order, as far as possible without blocking.
///
/// # Errors
/// [`WouldBlock`](io::ErrorKind::WouldBlock): no bytes can be written now. Any other error is one of
/// the connection.
#[inline]
pub fn send_now(socket: &Socket, slices: [&[u8]; 3]) -> io::Result<usize> {
    let slices = slices.map(IoSlice::new);
    #[cfg(unix)]
    return send_with(socket, &slices, NO_SIGNAL | libc::MSG_DONTWAIT);
    #[cfg(not(unix))]
    crate::connect::without_waiting(socket, || socket.send_vectored(&slices))
}

#[cfg(unix)]
#[inline]
fn send_with(socket: &Socket, slices: &[IoSlice<'_>], flags: i32) -> io::Result<usize> {
    match slices {
        // One slice costs the system less than a list.
        [slice, rest @ ..] if rest.iter().all(|slice| slice.is_empty()) => {
            socket.send_with_flags(slice, flags)
        }
        slices => socket.send_vectored_with_flags(slices, flags),
    }
}
