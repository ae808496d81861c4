//! The builder of servers, the same for every driver.

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;

use limpid_core::limits::{Lenient, Limits};
use limpid_core::server::{Options, Timeouts};
use limpid_core::trace::Sink;

use super::settings::ServerSettings;
use crate::layers::ServerLayers;
use crate::settings::SharedSink;

/// A driver's server, which a [`ServerBuilder`] can make.
pub trait Bind: Sized {
    /// A listening socket of the driver.
    type Listener;

    /// Listens at this address.
    ///
    /// # Errors
    /// Those of the system.
    fn listen(address: SocketAddr) -> io::Result<Self::Listener>;

    /// Listens at a Unix socket, which is made at this path.
    ///
    /// # Errors
    /// Those of the system; it may have no Unix sockets.
    fn listen_unix(path: &Path) -> io::Result<Self::Listener>;

    /// Makes the server, which does not serve yet.
    fn bound(listener: Self::Listener, settings: ServerSettings) -> Self;
}

/// Builds a server `S` of any driver.
#[must_use = "a server must be bound"]
pub struct ServerBuilder<S> {
    options: Options,
    layers: Option<Arc<dyn ServerLayers>>,
    connections: usize,
    cancels_handlers: bool,
    sink: SharedSink,
    server: PhantomData<fn() -> S>,
}

impl<S> fmt::Debug for ServerBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerBuilder")
            .field("options", &self.options)
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}

impl<S> Default for ServerBuilder<S> {
    fn default() -> Self {
        Self {
            options: Options::default(),
            layers: None,
            connections: 1024,
            cancels_handlers: true,
            sink: None,
            server: PhantomData,
        }
    }
}

impl<S: Bind> ServerBuilder<S> {
    /// Who is told what the server does. Without a sink, nobody is, and tracing costs nothing.
    pub fn sink(mut self, sink: impl Sink + Send + Sync + 'static) -> Self {
        self.sink = Some(Arc::new(sink));
        self
    }

    /// Serves over TLS, with this configuration of rustls, which may have any provider.
    #[cfg(feature = "rustls")]
    pub fn tls(self, config: Arc<rustls::ServerConfig>) -> Self {
        self.tls_layers(config)
    }

    /// Serves over the layers that this makes: TLS of another implementation, for one.
    pub fn tls_layers(mut self, layers: impl ServerLayers + 'static) -> Self {
        self.layers = Some(Arc::new(layers));
        self
    }

    /// How much a client may send.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.options.config.limits = limits;
        self
    }

    /// Which rules a client may break; none by default.
    pub const fn lenient(mut self, lenient: Lenient) -> Self {
        self.options.config.lenient = lenient;
        self
    }

    /// How long clients may take.
    pub const fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.options.timeouts = timeouts;
        self
    }

    /// How many connections are open at once at most; others wait to be accepted. 1024 by default.
    pub const fn connections(mut self, most: usize) -> Self {
        self.connections = most;
        self
    }

    /// The value of the field Server in responses; `None` leaves it out. `limpid` by default.
    pub fn name(mut self, name: impl Into<Option<String>>) -> Self {
        self.options.name = name.into();
        self
    }

    /// How many bytes of a request's body are thrown away if the handler does not read them, so that
    /// the connection can go on. 256 KiB by default.
    pub const fn drain(mut self, most: u64) -> Self {
        self.options.drain = most;
        self
    }

    /// Sets whether a client that closes its direction of the connection, and no more than that, still has
    /// its request answered. It does by default; otherwise, the request is cancelled as if the connection
    /// had been reset.
    pub const fn half_close(mut self, allowed: bool) -> Self {
        self.options.half_close = allowed;
        self
    }

    /// Sets whether an asynchronous server drops a handler's future when its client is gone: when the
    /// connection was reset or hung up. It does by default; otherwise, the handler learns of it when it
    /// reads or writes, or by awaiting `Exchange::closed`.
    ///
    /// A blocking server cannot end a thread. There, handlers ask `Exchange::is_closed`.
    pub const fn cancel_handlers(mut self, cancel: bool) -> Self {
        self.cancels_handlers = cancel;
        self
    }

    /// Takes a place to listen at: the first of these addresses that can be had. Clients can connect
    /// from now on, and are served when the server serves.
    ///
    /// # Errors
    /// None of them can be had.
    pub fn bind(self, address: impl ToSocketAddrs) -> io::Result<S> {
        let mut last = io::ErrorKind::AddrNotAvailable.into();
        for address in address.to_socket_addrs()? {
            match S::listen(address) {
                Ok(listener) => return Ok(self.bound(listener)),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Takes a place to listen at: a Unix socket at this path, which must not exist. It is left there.
    ///
    /// # Errors
    /// It cannot be had, or the system has no Unix sockets.
    pub fn bind_unix(self, path: impl AsRef<Path>) -> io::Result<S> {
        let listener = S::listen_unix(path.as_ref())?;
        Ok(self.bound(listener))
    }

    fn bound(self, listener: S::Listener) -> S {
        let Self { mut options, layers, connections, cancels_handlers, sink, .. } = self;
        options.secure = layers.is_some();
        let settings = ServerSettings::new(options, layers, connections, cancels_handlers, sink);
        S::bound(listener, settings)
    }
}
