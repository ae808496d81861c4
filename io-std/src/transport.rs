//! Transports that callers can put in.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::time::Instant;

/// What a connection's bytes pass through: a socket of the system, or anything else that a
/// [`Connect`](crate::Connect) opens.
///
/// It is closed when it is dropped. One thread may read while another writes, as the two halves of
/// an [`Upgraded`](crate::Upgraded) connection do.
pub trait Transport: Send + Sync {
    /// Reads into `room` without waiting. Returns how many bytes were read; 0 at the end.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock): nothing has come yet. All others end the connection.
    fn read(&self, room: &mut [u8]) -> io::Result<usize>;

    /// Writes some of these bytes, in order, without waiting. Returns how many were taken.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock): nothing can be taken now. All others end the
    /// connection.
    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize>;

    /// Waits until one of these operations may be possible, or `deadline` has passed. It may return
    /// earlier; the operation is tried again then.
    ///
    /// # Errors
    /// The connection failed.
    fn wait(&self, interest: Interest, deadline: Option<Instant>) -> io::Result<()>;

    /// Returns whether nothing has come, not even the end, without waiting. It is asked about idle
    /// connections; one that is not silent is closed.
    fn is_silent(&self) -> bool;

    /// Ends the sending direction. What the peer sends can still be read.
    ///
    /// # Errors
    /// The connection failed.
    fn shutdown(&self) -> io::Result<()>;

    /// Returns the address at this end, if there is one.
    fn local_addr(&self) -> Option<SocketAddr> {
        None
    }

    /// Returns the address at the peer's end, if there is one.
    fn remote_addr(&self) -> Option<SocketAddr> {
        None
    }
}

/// What a [`Transport`] is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest {
    /// There is something to read.
    pub read: bool,
    /// Bytes can be written.
    pub write: bool,
}

impl Interest {
    /// To read.
    pub const READ: Self = Self { read: true, write: false };
    /// To write.
    pub const WRITE: Self = Self { read: false, write: true };
    /// To read or to write, whichever is possible first.
    pub const BOTH: Self = Self { read: true, write: true };
}
