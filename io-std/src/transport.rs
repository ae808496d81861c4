//! The trait of transports.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::time::Instant;

/// A transport of a client's connection, which a [`Connect`](crate::Connect) opens: a socket of the
/// system, or any other.
///
/// It is closed when it is dropped. One thread may read while another writes, as with the clones of
/// an [`Upgraded`](crate::Upgraded) connection.
///
/// ```
/// use std::io::{self, IoSlice, Read};
/// use std::sync::Mutex;
/// use std::time::Instant;
///
/// use limpid_std::{Client, Connect, Dial, Interest, Transport};
///
/// /// A transport whose peer takes everything and sends these bytes.
/// struct Recorded(Mutex<&'static [u8]>);
///
/// impl Transport for Recorded {
///     fn read(&self, room: &mut [u8]) -> io::Result<usize> {
///         self.0.lock().unwrap().read(room)
///     }
///
///     fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
///         Ok(slices.iter().map(|slice| slice.len()).sum())
///     }
///
///     /// Returns at once, because reading and writing are always possible.
///     fn wait(&self, _: Interest, _: Option<Instant>) -> io::Result<()> {
///         Ok(())
///     }
///
///     fn is_silent(&self) -> bool {
///         true
///     }
///
///     fn shutdown(&self) -> io::Result<()> {
///         Ok(())
///     }
/// }
///
/// struct Recording;
///
/// impl Connect for Recording {
///     fn connect(&self, _: Dial<'_>, _: Option<Instant>) -> io::Result<Box<dyn Transport>> {
///         let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
///         Ok(Box::new(Recorded(Mutex::new(bytes))))
///     }
/// }
///
/// let client = Client::builder().connector(Recording).build();
/// assert_eq!(client.get("http://127.0.0.1/").send()?.text()?, "hi");
/// # Ok::<(), limpid_std::Error>(())
/// ```
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
///
/// [`Transport`] has an example.
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
