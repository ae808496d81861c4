//! The trait of connectors, and the connector for sockets of the system.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use limpid_core::client::Dial;

use crate::deadline::timeout_until;
use crate::socket::open;
use crate::system_socket::SystemSocket;
use crate::transport::Transport;

/// A connector, which opens the connections of a client.
///
/// ```
/// use std::io;
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use std::time::Instant;
///
/// use limpid_std::{Client, Connect, Dial, SystemConnector, Transport};
///
/// /// Counts the connections that are opened.
/// #[derive(Default)]
/// struct Counted(AtomicU32);
///
/// impl Connect for Counted {
///     fn connect(
///         &self,
///         dial: Dial<'_>,
///         deadline: Option<Instant>,
///     ) -> io::Result<Box<dyn Transport>> {
///         self.0.fetch_add(1, Ordering::Relaxed);
///         SystemConnector.connect(dial, deadline)
///     }
/// }
///
/// let client = Client::builder().connector(Counted::default()).build();
/// # drop(client);
/// ```
pub trait Connect: Send + Sync {
    /// Opens a connection until `deadline`. The addresses of a host are tried one after the other.
    ///
    /// # Errors
    /// The connection cannot be opened; the next address is tried.
    /// [`TimedOut`](io::ErrorKind::TimedOut) means that the deadline has passed.
    fn connect(&self, dial: Dial<'_>, deadline: Option<Instant>) -> io::Result<Box<dyn Transport>>;
}

/// A connector for sockets of the system: TCP and Unix sockets. A custom connector can use it.
///
/// A client without a connector uses such sockets too, and tries several addresses of a host at once
/// (RFC 8305).
///
/// [`Connect`] has an example.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemConnector;

impl Connect for SystemConnector {
    fn connect(&self, dial: Dial<'_>, deadline: Option<Instant>) -> io::Result<Box<dyn Transport>> {
        let Dial { target, from, options, .. } = dial;
        let socket = open(target, from, options, timeout_until(deadline))?;
        Ok(Box::new(SystemSocket::new(socket)?))
    }
}

/// The connector of a client: sockets of the system by default, or a [`Connect`].
#[derive(Clone, Default)]
pub struct Connector(Option<Arc<dyn Connect>>);

impl Connector {
    /// Returns the caller's connector, if there is one.
    pub(crate) fn custom(&self) -> Option<&dyn Connect> {
        self.0.as_deref()
    }
}

impl<C: Connect + 'static> From<C> for Connector {
    fn from(connect: C) -> Self {
        Self(Some(Arc::new(connect)))
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Connector(custom)" } else { "Connector(system)" })
    }
}
