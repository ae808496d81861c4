//! The blocking server: a thread for each connection, and [`limpid_core::server::Session`] on it.

mod builder;
mod connection;
mod crowd;
mod exchange;
mod listener;
mod serving;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

pub use builder::{ServerBuilder, ServerSettings};
pub use crowd::Handle;
pub use exchange::Exchange;
pub use listener::{Bound, Listener, is_shortage, passes};
pub use serving::{Serving, Stop};

use connection::Connection;
use crowd::Crowd;

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
    bound: Bound,
    crowd: Arc<Crowd>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("bound", &self.bound).finish_non_exhaustive()
    }
}

impl From<Bound> for Server {
    fn from(bound: Bound) -> Self {
        let crowd = Crowd::new(bound.settings.connections, bound.listener.waker());
        Self { bound, crowd: Arc::new(crowd) }
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
        self.bound.listener.address()
    }

    /// What ends it.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.crowd))
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
        let Self { bound: Bound { listener, settings }, crowd } = self;
        let handler = Arc::new(handler);
        let settings = Arc::new(settings);
        while crowd.has_room() {
            let (socket, peer) = match listener.accept() {
                Ok(accepted) => accepted,
                Err(error) if passes(&error) => continue,
                // No descriptors, or no memory: they come back when somebody leaves.
                Err(error) if is_shortage(&error) => {
                    thread::sleep(Duration::from_millis(50));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let Some(guest) = crowd.enter(socket) else { break };
            let (handler, settings) = (Arc::clone(&handler), Arc::clone(&settings));
            // Without a thread the guest leaves at once, and its connection is closed.
            let _ = thread::Builder::new().name("limpid-connection".into()).spawn(move || {
                Connection::new(guest, peer, &settings).serve(&*handler);
            });
        }
        drop(listener);
        crowd.wait_until_empty();
        Ok(())
    }
}
