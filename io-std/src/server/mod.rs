//! The blocking server: one thread per connection runs a [`limpid_core::server::Session`].

mod connection;
mod connection_set;
mod departure;
mod exchange;
mod halves;
mod job;
mod serve;
#[cfg(feature = "signal")]
mod signals;
#[cfg(feature = "files")]
mod stored;

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
#[cfg(feature = "signal")]
use std::time::Duration;

use limpid_io::server::{Backoff, Bind, ServerSettings, ShutdownSignal};
use limpid_socket::{Listener, is_resource_exhausted, is_transient};

pub use exchange::Exchange;
pub use halves::{RequestReader, ResponseWriter};
pub use limpid_io::server::Handle;

use connection::Connection;
use connection_set::ConnectionSet;
use job::Job;
use serve::serve;

/// The resources that the system may lack, as events name them.
const SOCKETS: &str = "descriptors or memory for a socket";
const THREADS: &str = "threads";

/// A builder for a [`Server`]. Its methods are those of [`limpid_io::server::ServerBuilder`], which documents each setting.
pub type ServerBuilder = limpid_io::server::ServerBuilder<Server>;

/// A blocking server that is bound to an address.
///
/// ```no_run
/// use limpid_std::{Exchange, Server};
///
/// let server = Server::bind("127.0.0.1:8080")?;
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
    /// How long open requests may take after a signal to end.
    #[cfg(feature = "signal")]
    grace: Option<Duration>,
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
        Self {
            listener,
            settings,
            shutdown: Arc::default(),
            #[cfg(feature = "signal")]
            grace: None,
        }
    }
}

impl Server {
    /// Returns a builder for a server.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::default()
    }

    /// Binds a server with the default settings to the first of these addresses that is available, such as
    /// `"127.0.0.1:8080"`; port 0 is any free port. Clients can connect from now on, and are served by
    /// [`serve`](Self::serve).
    ///
    /// ```no_run
    /// use limpid_std::{Exchange, Server};
    ///
    /// Server::bind("127.0.0.1:8080")?.serve(|mut exchange: Exchange<'_>| exchange.respond_text(200, "Hello!\n"))
    /// # ; Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// No address is available.
    #[doc(alias("http", "listen"))]
    pub fn bind(address: impl ToSocketAddrs) -> io::Result<Self> {
        Self::builder().bind(address)
    }

    /// Shuts the server down at the first Ctrl-C or, on Unix, signal to terminate (SIGTERM): requests that have begun are
    /// answered within `grace`, as after [`Handle::shutdown`]. A second signal cuts off what is open. Signals are taken
    /// over when the server starts to serve; after it has ended, they end the process again.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use limpid_std::{Exchange, Server};
    ///
    /// let server = Server::bind("127.0.0.1:8080")?.shutdown_on_signal(Duration::from_secs(10));
    /// server.serve(|mut exchange: Exchange<'_>| exchange.respond_text(200, "Hello!\n"))?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[doc(alias = "with_graceful_shutdown")]
    #[cfg(feature = "signal")]
    #[must_use = "a server must serve"]
    pub const fn shutdown_on_signal(mut self, grace: Duration) -> Self {
        self.grace = Some(grace);
        self
    }

    /// Returns the address of the listening socket; `None` for a Unix socket.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.listener.address()
    }

    /// Returns a handle that shuts the server down.
    #[doc(alias = "with_graceful_shutdown")]
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.shutdown))
    }

    /// Accepts connections, each on a thread of its own, and calls `handler` with every request.
    /// After [`Handle::shutdown`], closes idle connections, waits until the open exchanges are
    /// finished or the grace period has passed, and returns.
    ///
    /// If a handler returns an error or panics before it has started a response, the response is 500;
    /// after that, the connection is cut off, so that the client notices that the response is not
    /// complete. The event `handler_failed` has the error's text; the client does not receive it. Every error
    /// that implements `Display` can be returned: those of std, `Box<dyn Error>`, `String`, and those of crates.
    /// A handler that cannot fail returns [`Infallible`](std::convert::Infallible).
    ///
    /// # Errors
    /// The listening socket failed, or signals cannot be taken over. Errors of connections are reported as events only.
    #[doc(alias("run", "incoming_requests"))]
    pub fn serve<E: fmt::Display>(
        self,
        handler: impl Fn(Exchange<'_>) -> Result<(), E> + Send + Sync + 'static,
    ) -> io::Result<()> {
        let Self { listener, settings, shutdown, .. } = self;
        #[cfg(feature = "signal")]
        let _signals = self.grace.map(|grace| signals::watch(&shutdown, grace)).transpose()?;
        let connections =
            ConnectionSet::new(settings.connections, listener.waker(), Arc::clone(&shutdown));
        let (settings, handler) = (Arc::new(settings), Arc::new(handler));
        let mut backoff = Backoff::default();
        while !shutdown.has_begun() {
            let (socket, peer) = match listener.accept() {
                Ok(accepted) => accepted,
                Err(error) if is_transient(&error) => continue,
                Err(error) if is_resource_exhausted(&error) => {
                    connections.pause(backoff.failed(SOCKETS, &settings, &connections.places));
                    continue;
                }
                Err(error) => return Err(error),
            };
            backoff.succeeded();
            let Some(guard) = connections.add(socket) else { break };
            let connection = Connection::new(guard, peer, &settings, Arc::clone(&shutdown));
            let handler = Arc::clone(&handler);
            let mut job = Job::new(move || serve(connection, &*handler));
            while let Err(same) = job.start() {
                job = same;
                let pause = backoff.failed(THREADS, &settings, &connections.places);
                if !connections.pause(pause) {
                    break;
                }
            }
        }
        drop(listener);
        connections.wait_until_empty();
        Ok(())
    }

    /// Serves these files, as [`serve`](Self::serve) does with [`Exchange::respond_file`].
    ///
    /// ```no_run
    /// use limpid_std::Server;
    /// use limpid_std::files::Files;
    ///
    /// Server::bind("127.0.0.1:8080")?.serve_files(Files::new("public")?)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`serve`](Self::serve).
    #[doc(alias = "ServeDir")]
    #[cfg(feature = "files")]
    pub fn serve_files(self, files: limpid_io::files::Files) -> io::Result<()> {
        self.serve(move |mut exchange| exchange.respond_file(&files))
    }
}
