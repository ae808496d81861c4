//! The asynchronous server: a task for each connection, and [`limpid_core::server::Session`] on it.

mod connection;
mod exchange;
mod handoff;
mod listener;
mod serve;
mod socket;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use limpid_io::server::{Bind, ServerSettings, ShutdownSignal};
use limpid_socket::{is_resource_exhausted, is_transient};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

pub use exchange::Exchange;
pub use limpid_io::server::Handle;

use connection::Connection;
use listener::Listener;
use serve::serve;

/// A server that has a place to listen at.
///
/// ```no_run
/// use limpid_tokio::{Exchange, Server};
///
/// # async fn run() -> std::io::Result<()> {
/// let server = Server::builder().bind(("127.0.0.1", 8080))?;
/// let handle = server.handle();
/// // handle.shutdown(std::time::Duration::from_secs(10)) ends it, from anywhere.
/// server
///     .serve(|mut exchange: Exchange| async move {
///         match exchange.head().target {
///             b"/" => exchange.field("Content-Type", "text/plain").respond(200, "Hello!\n"),
///             _ => exchange.respond(404, "There is nothing here.\n"),
///         }
///     })
///     .await
/// # }
/// ```
pub struct Server {
    listener: limpid_socket::Listener,
    settings: ServerSettings,
    shutdown: Arc<ShutdownSignal>,
}

/// Builds a [`Server`].
pub type ServerBuilder = limpid_io::server::ServerBuilder<Server>;

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("listener", &self.listener)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Bind for Server {
    type Listener = limpid_socket::Listener;

    fn listen(address: SocketAddr) -> io::Result<Self::Listener> {
        limpid_socket::Listener::tcp(address)
    }

    fn listen_unix(path: &Path) -> io::Result<Self::Listener> {
        limpid_socket::Listener::unix(path)
    }

    fn bound(listener: Self::Listener, settings: ServerSettings) -> Self {
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

    /// Accepts connections and calls `handler` with every request, each connection in a task of its
    /// own, until [`Handle::shutdown`] is called: then it closes idle connections, waits until the
    /// open exchanges are finished or their time is over, and returns. Dropping the future ends all
    /// connections at once.
    ///
    /// A handler that returns an error or panics before it has begun its response is answered for with
    /// 500; after that, the connection is closed so that the client sees that the response is not
    /// complete.
    ///
    /// # Errors
    /// The listening socket failed. What the connections do is told as events only.
    pub async fn serve<F, R, E>(self, handler: F) -> io::Result<()>
    where
        F: Fn(Exchange) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: 'static,
    {
        let Self { listener, settings, shutdown } = self;
        let listener = Listener::new(listener)?;
        let permits = Arc::new(Semaphore::new(settings.connections));
        let (settings, handler) = (Arc::new(settings), Arc::new(handler));
        let mut connections = JoinSet::new();
        // The semaphore is never closed.
        while let Some(Ok(permit)) = shutdown.unless(Arc::clone(&permits).acquire_owned()).await {
            let (socket, peer) = match shutdown.unless(listener.accept()).await {
                None => break,
                Some(Ok(accepted)) => accepted,
                Some(Err(error)) if is_transient(&error) => continue,
                // No descriptors, or no memory: they come back when a connection ends.
                Some(Err(error)) if is_resource_exhausted(&error) => {
                    sleep(Duration::from_millis(50)).await;
                    continue;
                }
                Some(Err(error)) => return Err(error),
            };
            // Those that have ended are forgotten.
            while connections.try_join_next().is_some() {}
            let connection = Connection::new(socket, peer, &settings, Arc::clone(&shutdown));
            let handler = Arc::clone(&handler);
            connections.spawn(async move {
                serve(connection, &*handler).await;
                drop(permit);
            });
        }
        drop(listener);
        let all_ended = async { while connections.join_next().await.is_some() {} };
        // Who is still here after that is thrown out.
        let _ = timeout(shutdown.grace().unwrap_or_default(), all_ended).await;
        connections.shutdown().await;
        Ok(())
    }
}
