//! The blocking server: a thread for each connection, and [`limpid_core::server::Session`] on it.

mod connection;
mod connection_set;
mod departure;
mod exchange;
mod serve;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use limpid_io::server::{Bind, ServerSettings, ShutdownSignal};
use limpid_socket::{Listener, is_resource_exhausted, is_transient};

pub use exchange::Exchange;
pub use limpid_io::server::Handle;

use connection::Connection;
use connection_set::ConnectionSet;
use serve::serve;

/// Builds a [`Server`].
pub type ServerBuilder = limpid_io::server::ServerBuilder<Server>;

/// A server that has a place to listen at.
///
/// ```no_run
/// use limpid_std::{Exchange, Server};
///
/// let server = Server::builder().bind(("127.0.0.1", 8080))?;
/// let handle = server.handle();
/// // handle.shutdown(std::time::Duration::from_secs(10)) ends it, from any thread.
/// server.serve(|mut exchange: Exchange<'_>| match exchange.head().target {
///     b"/" => exchange.field("Content-Type", "text/plain").respond(200, "Hello, world!\n"),
///     _ => exchange.respond(404, "There is nothing here.\n"),
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Server {
    listener: Listener,
    settings: ServerSettings,
    shutdown: Arc<ShutdownSignal>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("listener", &self.listener)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Bind for Server {
    type Listener = Listener;

    fn listen(address: SocketAddr) -> io::Result<Listener> {
        Listener::tcp(address)
    }

    fn listen_unix(path: &Path) -> io::Result<Listener> {
        Listener::unix(path)
    }

    fn bound(listener: Listener, settings: ServerSettings) -> Self {
        Self { listener, settings, shutdown: Arc::default() }
    }
}

impl Server {
    /// Starts a server.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::default()
    }

    /// The address at which it listens; `None` for a Unix socket.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.listener.address()
    }

    /// What ends it.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.shutdown))
    }

    /// Accepts connections and calls `handler` with every request, each connection on a thread of its
    /// own, until [`Handle::shutdown`] is called: then it closes idle connections, waits until the
    /// open exchanges are finished or their time is over, and returns.
    ///
    /// A handler that returns an error or panics before it has begun its response is answered for with
    /// 500; after that, the connection is closed so that the client sees that the response is not
    /// complete.
    ///
    /// # Errors
    /// The listening socket failed. What the connections do is told as events only.
    pub fn serve<E>(
        self,
        handler: impl Fn(Exchange<'_>) -> Result<(), E> + Send + Sync + 'static,
    ) -> io::Result<()> {
        let Self { listener, settings, shutdown } = self;
        let connections = ConnectionSet::new(settings.connections, listener.waker(), shutdown);
        let connections = Arc::new(connections);
        let _watch = connections.watch();
        let handler = Arc::new(handler);
        let settings = Arc::new(settings);
        while connections.wait_for_room() {
            let (socket, peer) = match listener.accept() {
                Ok(accepted) => accepted,
                Err(error) if is_transient(&error) => continue,
                // No descriptors, or no memory: they come back when a connection ends.
                Err(error) if is_resource_exhausted(&error) => {
                    thread::sleep(Duration::from_millis(50));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let Some(guard) = connections.add(socket) else { break };
            let (handler, settings) = (Arc::clone(&handler), Arc::clone(&settings));
            // Without a thread the guard is dropped at once, and its connection is closed.
            let _ = thread::Builder::new().name("limpid-connection".into()).spawn(move || {
                serve(Connection::new(guard, peer, &settings), &*handler);
            });
        }
        drop(listener);
        connections.wait_until_empty();
        Ok(())
    }
}
