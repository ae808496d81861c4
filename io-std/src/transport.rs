//! The trait of transports.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::time::Instant;

/// A transport of a client's connection, which a [`Connect`](crate::Connect) opens: a socket of the
/// system, or any other.
///
/// It is closed when it is dropped. One thread may read while another writes, as with the clones of
/// an [`Upgraded`](crate::Upgraded) connection.
pub trait Transport: Send + Sync {
    /// Reads into `room` without blocking. Returns how many bytes were read; 0 at the end.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock): no bytes are available. Any other error ends the
    /// connection.
    fn read(&self, room: &mut [u8]) -> io::Result<usize>;

    /// Writes some of these bytes, in order, without blocking. Returns how many were taken.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock): no bytes can be taken now. Any other error ends the
    /// connection.
    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize>;

    /// Waits until one of these operations may be possible, or `deadline` has passed. May return
    /// earlier; the operation is then tried again.
    ///
    /// # Errors
    /// The connection failed.
    fn wait(&self, interest: Interest, deadline: Option<Instant>) -> io::Result<()>;

    /// Returns whether nothing has arrived, including the end, without blocking. It is called for
    /// idle connections; one that is not silent is closed.
    fn is_silent(&self) -> bool;

    /// Ends the sending direction. Bytes of the peer can still be read.
    ///
    /// # Errors
    /// The connection failed.
    fn shutdown(&self) -> io::Result<()>;

    /// Returns the local address, if there is one.
    fn local_addr(&self) -> Option<SocketAddr> {
        None
    }

    /// Returns the peer's address, if there is one.
    fn remote_addr(&self) -> Option<SocketAddr> {
        None
    }
}

/// The conditions to wait for in [`Transport::wait`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest {
    /// Received bytes, or the end.
    pub read: bool,
    /// Room to write.
    pub write: bool,
}

impl Interest {
    /// Received bytes.
    pub const READ: Self = Self { read: true, write: false };
    /// Room to write.
    pub const WRITE: Self = Self { read: false, write: true };
    /// Either, whichever is first.
    pub const BOTH: Self = Self { read: true, write: true };
}
