//! The asynchronous server: one task per connection runs a [`limpid_core::server::Session`].

mod connection;
mod custom;
mod exchange;
mod halves;
mod handoff;
mod listener;
mod serve;
#[cfg(feature = "tower")]
mod service;
#[cfg(feature = "signal")]
mod signals;
mod socket;
#[cfg(feature = "files")]
mod stored;

use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
#[cfg(feature = "signal")]
use std::time::Duration;

use limpid_io::server::{Backoff, Bind, Places, ServerSettings, ShutdownSignal};
use limpid_socket::{is_resource_exhausted, is_transient};
use tokio::net::{ToSocketAddrs, lookup_host};
use tokio::task::JoinSet;
use tokio::time::sleep;

pub use exchange::Exchange;
pub use halves::{RequestReader, ResponseWriter};
pub use limpid_io::server::Handle;
#[cfg(feature = "tower")]
pub use service::OnUpgrade;

use connection::Connection;
use custom::Custom;
use listener::Listener;
use serve::serve;
use socket::Socket;

use crate::transport::Transport;

/// An asynchronous server that is bound to an address.
///
/// ```no_run
/// use limpid_tokio::{Exchange, Server};
///
/// # async fn run() -> std::io::Result<()> {
/// let server = Server::bind("127.0.0.1:8080").await?;
/// let handle = server.handle();
/// // handle.shutdown(std::time::Duration::from_secs(10)) ends it, from any thread or task.
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
    /// How long open requests may take after a signal to end.
    #[cfg(feature = "signal")]
    grace: Option<Duration>,
}

/// The resources that the system may lack, as events name them.
const SOCKETS: &str = "descriptors or memory for a socket";

/// A builder for a [`Server`]. Its methods are those of [`limpid_io::server::ServerBuilder`], which documents each setting.
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
    /// use limpid_tokio::{Exchange, Server};
    ///
    /// # async fn run() -> std::io::Result<()> {
    /// let server = Server::bind("127.0.0.1:8080").await?;
    /// server.serve(|mut exchange: Exchange| async move { exchange.respond_text(200, "Hello!\n") }).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// No address is available.
    #[doc(alias("http", "listen"))]
    pub async fn bind(address: impl ToSocketAddrs) -> io::Result<Self> {
        let addresses: Vec<SocketAddr> = lookup_host(address).await?.collect();
        Self::builder().bind(&*addresses)
    }

    /// Shuts the server down at the first Ctrl-C or, on Unix, signal to terminate (SIGTERM): requests that have begun are
    /// answered within `grace`, as after [`Handle::shutdown`]. A second signal cuts off what is open. Signals are taken
    /// over when the server starts to serve, and, as tokio does it, stay so until the process ends.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use limpid_tokio::{Exchange, Server};
    ///
    /// # async fn run() -> std::io::Result<()> {
    /// let server = Server::bind("127.0.0.1:8080").await?.shutdown_on_signal(Duration::from_secs(10));
    /// server.serve(|mut exchange: Exchange| async move { exchange.respond_text(200, "Hello!\n") }).await
    /// # }
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

    /// Serves one connection that the program has accepted or opened itself, to its end: a socket with options,
    /// a pipe, or a tunnel that [`Exchange::upgrade`] has returned. `peer` is the client's address, for
    /// [`Exchange::peer`] and events. The shutdown of the server with this handle ends it in the same way.
    ///
    /// ```
    /// use std::convert::Infallible;
    /// use std::sync::Arc;
    ///
    /// use limpid_core::error::Cause;
    /// use limpid_tokio::{Exchange, Handle, Server, ServerSettings};
    ///
    /// /// Serves the requests inside a tunnel, without TLS.
    /// async fn tunnel(exchange: Exchange, settings: Arc<ServerSettings>, handle: Handle) -> Result<(), Cause> {
    ///     let peer = exchange.peer();
    ///     let inside = exchange.upgrade(200).await?;
    ///     Server::serve_connection(inside, peer, &settings, &handle, |mut exchange: Exchange| async move {
    ///         exchange.respond(200, "inside")
    ///     })
    ///     .await;
    ///     Ok(())
    /// }
    /// ```
    pub async fn serve_connection<F, R, E>(
        transport: impl Transport + 'static,
        peer: Option<SocketAddr>,
        settings: &Arc<ServerSettings>,
        handle: &Handle,
        handler: F,
    ) where
        F: Fn(Exchange) -> R,
        R: Future<Output = Result<(), E>>,
        E: fmt::Display,
    {
        let socket = Socket::Custom(Custom::new(Box::new(transport)));
        let places = Arc::new(Places::new(1));
        let shutdown = Arc::clone(handle.signal());
        serve(Connection::new(socket, peer, settings, shutdown, &places), &handler).await;
    }

    /// Accepts connections, each in a task of its own, and calls `handler` with every request. After
    /// [`Handle::shutdown`], closes idle connections, waits until the open exchanges are finished or
    /// the grace period has passed, and returns. Dropping the future closes all connections at once.
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
    pub async fn serve<F, R, E>(self, handler: F) -> io::Result<()>
    where
        F: Fn(Exchange) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display + 'static,
    {
        let Self { listener, settings, shutdown, .. } = self;
        #[cfg(feature = "signal")]
        let _signals = self.grace.map(|grace| signals::watch(&shutdown, grace)).transpose()?;
        let listener = Listener::new(listener)?;
        let places = Arc::new(Places::new(settings.connections));
        let (settings, handler) = (Arc::new(settings), Arc::new(handler));
        let (mut connections, mut backoff) = (JoinSet::new(), Backoff::default());
        while let Some(accepted) = shutdown.unless(listener.accept()).await {
            let (socket, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) if is_transient(&error) => continue,
                Err(error) if is_resource_exhausted(&error) => {
                    let pause = backoff.failed(SOCKETS, &settings, &places);
                    shutdown.unless(sleep(pause)).await;
                    continue;
                }
                Err(error) => return Err(error),
            };
            backoff.succeeded();
            // Removes the tasks that have ended.
            while connections.try_join_next().is_some() {}
            let has_room = poll_fn(|cx| places.poll_room(cx));
            if shutdown.unless(has_room).await.is_none() {
                break;
            }
            let connection =
                Connection::new(socket, peer, &settings, Arc::clone(&shutdown), &places);
            let handler = Arc::clone(&handler);
            connections.spawn(async move { serve(connection, &*handler).await });
        }
        drop(listener);
        // Connections that are still open after the grace period are cut off.
        let all_ended = async { while connections.join_next().await.is_some() {} };
        either(all_ended, shutdown.grace_passed(sleep)).await;
        connections.shutdown().await;
        Ok(())
    }

    /// Serves these files, as [`serve`](Self::serve) does with [`Exchange::respond_file`].
    ///
    /// ```no_run
    /// use limpid_tokio::Server;
    /// use limpid_tokio::files::Files;
    ///
    /// # async fn run() -> std::io::Result<()> {
    /// Server::bind("127.0.0.1:8080").await?.serve_files(Files::new("public")?).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`serve`](Self::serve).
    #[doc(alias = "ServeDir")]
    #[cfg(feature = "files")]
    pub async fn serve_files(self, files: limpid_io::files::Files) -> io::Result<()> {
        self.serve(move |mut exchange| {
            let files = files.clone();
            async move { exchange.respond_file(&files).await }
        })
        .await
    }

    /// Serves requests with a service of tower, such as a router of axum, a clone of it for each. Bodies are streamed in both
    /// directions, with their trailers.
    ///
    /// The request's extensions have the client's address (`SocketAddr`), and [`OnUpgrade`] if the client asks for another
    /// protocol. (`WebSocketUpgrade` of axum needs hyper's own
    /// extension, which no other crate can make.)
    ///
    /// If the service returns an error or panics, the response is 500; if the body of its response fails, the connection is
    /// cut off. [`serve`](Self::serve) describes the end, and errors of connections.
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use limpid_tokio::http::{Request, Response};
    /// use limpid_tokio::{RequestReader, Server};
    /// use limpid_tokio::tower_service::Service;
    ///
    /// /// Serves any service; `axum::Router` is one.
    /// async fn run<S>(service: S) -> std::io::Result<()>
    /// where
    ///     S: Service<Request<RequestReader>, Response = Response<String>, Error = Infallible> + Clone + Send + 'static,
    ///     S::Future: Send,
    /// {
    ///     Server::bind("127.0.0.1:8080").await?.serve_service(service).await
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`serve`](Self::serve).
    #[cfg(feature = "tower")]
    pub async fn serve_service<S, B>(self, service: S) -> io::Result<()>
    where
        S: tower_service::Service<
                limpid_io::http::Request<RequestReader>,
                Response = limpid_io::http::Response<B>,
            > + Clone
            + Send
            + 'static,
        S::Future: Send,
        S::Error: fmt::Display,
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: fmt::Display,
    {
        let service = std::sync::Mutex::new(service);
        self.serve(move |exchange| {
            let service = service.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
            service::call(service, exchange)
        })
        .await
    }
}

/// Waits for the first of two futures.
async fn either(one: impl Future<Output = ()>, other: impl Future<Output = ()>) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|cx| match one.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(()),
        Poll::Pending => other.as_mut().poll(cx),
    })
    .await;
}
