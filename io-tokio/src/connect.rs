//! The trait of connectors, and the connector for sockets of the system.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use limpid_core::client::Dial;

use crate::socket::Socket;
use crate::transport::Transport;

/// A connection attempt. Dropping it cancels the attempt.
///
/// [`Connect`] has an example.
pub type Connecting = Pin<Box<dyn Future<Output = io::Result<Box<dyn Transport>>> + Send>>;

/// A connector, which opens the connections of a client.
///
/// ```
/// use std::io;
///
/// use limpid_tokio::{Client, Connect, Connecting, Dial, Transport};
///
/// /// Opens connections in memory, and sends their other ends to a server.
/// struct Memory(tokio::sync::mpsc::UnboundedSender<tokio::io::DuplexStream>);
///
/// impl Connect for Memory {
///     fn connect(&self, _: Dial<'_>) -> Connecting {
///         let (ours, theirs) = tokio::io::duplex(4096);
///         let sent = self.0.send(theirs);
///         Box::pin(async move {
///             sent.map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused))?;
///             Ok(Box::new(ours) as Box<dyn Transport>)
///         })
///     }
/// }
///
/// let (sender, _receiver) = tokio::sync::mpsc::unbounded_channel();
/// let client = Client::builder().connector(Memory(sender)).build();
/// # drop(client);
/// ```
pub trait Connect: Send + Sync {
    /// Starts to open a connection. The addresses of a host race (RFC 8305), so that several attempts
    /// may be in progress; those that are no longer needed, or have timed out, are dropped.
    ///
    /// # Errors
    /// The connection cannot be opened.
    /// The connection cannot be opened.
    fn connect(&self, dial: Dial<'_>) -> Connecting;
}

/// A connector for sockets of the system: TCP and Unix sockets. A custom connector can use it.
///
/// [`Connect`] has an example.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemConnector;

impl Connect for SystemConnector {
    fn connect(&self, dial: Dial<'_>) -> Connecting {
        let Dial { target, from, options, .. } = dial;
        let socket = Socket::begin(target, from, options);
        Box::pin(async move {
            let socket = socket?;
            poll_fn(|cx| socket.poll_open(cx)).await?;
            Ok(Box::new(socket) as Box<dyn Transport>)
        })
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
