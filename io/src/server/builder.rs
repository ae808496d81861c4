//! The builder of servers, for every driver.

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
use crate::certificate_reader::certificate_reader;
use crate::layers::ServerLayers;
use crate::recording::SharedRecorder;
use crate::settings::SharedSink;

/// A driver's server, which a [`ServerBuilder`] builds.
///
/// ```
/// use std::io;
/// use std::net::{SocketAddr, TcpListener};
/// use std::path::Path;
///
/// use limpid_io::server::{Bind, ServerBuilder, ServerSettings};
///
/// struct Server(TcpListener, ServerSettings);
///
/// impl Bind for Server {
///     type Listener = TcpListener;
///
///     fn listen(address: SocketAddr) -> io::Result<TcpListener> {
///         TcpListener::bind(address)
///     }
///
///     fn listen_unix(_: &Path) -> io::Result<TcpListener> {
///         Err(io::ErrorKind::Unsupported.into())
///     }
///
///     fn bound(listener: TcpListener, settings: ServerSettings) -> Self {
///         Self(listener, settings)
///     }
/// }
///
/// let server = ServerBuilder::<Server>::default().connections(64).bind(("127.0.0.1", 0))?;
/// assert_ne!(server.0.local_addr()?.port(), 0);
/// # Ok::<(), io::Error>(())
/// ```
pub trait Bind: Sized {
    /// The driver's listening socket.
    type Listener;

    /// Listens on this address.
    ///
    /// # Errors
    /// An error of the system.
    fn listen(address: SocketAddr) -> io::Result<Self::Listener>;

    /// Creates a Unix socket at this path, and listens on it.
    ///
    /// # Errors
    /// An error of the system, which may not support Unix sockets.
    fn listen_unix(path: &Path) -> io::Result<Self::Listener>;

    /// Creates the server, which does not serve yet.
    fn bound(listener: Self::Listener, settings: ServerSettings) -> Self;
}

/// A builder for the server `S` of a driver.
///
/// [`Bind`] has an example.
#[must_use = "a server must be bound"]
pub struct ServerBuilder<S> {
    options: Options,
    layers: Option<Arc<dyn ServerLayers>>,
    connections: usize,
    cancels_handlers: bool,
    sink: SharedSink,
    recorder: SharedRecorder,
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
            options: Options::with(|options| options.certificates = certificate_reader()),
            layers: None,
            connections: 1024,
            cancels_handlers: true,
            sink: None,
            recorder: None,
            server: PhantomData,
        }
    }
}

impl<S: Bind> ServerBuilder<S> {
    /// Records every input of the server's connections with this recorder, from which their events can be made again.
    /// Without a recorder, recording costs nothing. Clients and servers can share one.
    #[cfg(feature = "recording")]
    pub fn recorder(mut self, recorder: Arc<crate::recording::Recorder>) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// Sets the sink of the server's events. Without a sink, tracing costs nothing.
    pub fn sink(mut self, sink: impl Sink + Send + Sync + 'static) -> Self {
        self.sink = Some(Arc::new(sink));
        self
    }

    /// Serves over TLS with this configuration of rustls, which may have any provider.
    #[cfg(feature = "rustls")]
    pub fn tls(self, config: Arc<rustls::ServerConfig>) -> Self {
        self.tls_layers(config)
    }

    /// Serves over the layers that `layers` creates, such as TLS of another implementation.
    pub fn tls_layers(mut self, layers: impl ServerLayers + 'static) -> Self {
        self.layers = Some(Arc::new(layers));
        self
    }

    /// Sets the limits on requests. [`Limits::SERVER`] by default, which refuses bodies of more than 16 MiB;
    /// [`body_limit`](Self::body_limit) changes only that.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.options.config.limits = limits;
        self
    }

    /// Sets the maximum length of a request's body in bytes, without framing; `u64::MAX` is no limit. 16 MiB
    /// by default. A request that announces more is answered with 413 before the handler is called, and one
    /// that turns out to have more when the handler reads that far; the connection is closed after it.
    pub const fn body_limit(mut self, most: u64) -> Self {
        self.options.config.limits.body = most;
        self
    }

    /// Sets which rules clients may break; none by default.
    pub const fn lenient(mut self, lenient: Lenient) -> Self {
        self.options.config.lenient = lenient;
        self
    }

    /// Sets how long clients may take.
    pub const fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.options.timeouts = timeouts;
        self
    }

    /// Sets the maximum number of open connections. At the limit, the connection that has waited longest
    /// for a request is closed to make room for a new one; if all are busy, that one waits. 1024 by
    /// default.
    pub const fn connections(mut self, most: usize) -> Self {
        self.connections = most;
        self
    }

    /// Sets the value of the Server field in responses; `None` omits it. `limpid` by default.
    pub fn name(mut self, name: impl Into<Option<String>>) -> Self {
        self.options.name = name.into();
        self
    }

    /// Sets how many bytes of a request's body are read and discarded if the handler does not read
    /// them, so that the connection can be reused. 256 KiB by default.
    pub const fn drain(mut self, most: u64) -> Self {
        self.options.drain = most;
        self
    }

    /// Sets whether a client that closes only its direction of the connection still receives a
    /// response. If not, the request is cancelled as if the connection had been reset. `true` by
    /// default.
    pub const fn half_close(mut self, allowed: bool) -> Self {
        self.options.half_close = allowed;
        self
    }

    /// Sets whether it is an error that a client closes the transport without the closing message of TLS
    /// (`close_notify`) where that is the end of a tunnel: an attacker could have cut off data (RFC
    /// 8446 section 6.1). If not, only an event tells. `false` by default, because many clients omit it.
    pub const fn require_close_notify(mut self, required: bool) -> Self {
        self.options.require_close_notify = required;
        self
    }

    /// Sets whether an asynchronous server drops a handler's future when the client's connection was
    /// reset or hung up. If not, the handler notices it when it reads or writes, or by awaiting
    /// `Exchange::closed`. `true` by default.
    ///
    /// A blocking server cannot end a thread. There, handlers call `Exchange::is_closed`.
    pub const fn cancel_handlers(mut self, cancel: bool) -> Self {
        self.cancels_handlers = cancel;
        self
    }

    /// Binds to the first of these addresses that is available. Clients can connect from now on, and
    /// are served once the server serves.
    ///
    /// # Errors
    /// No address is available. The error names the last one.
    pub fn bind(self, address: impl ToSocketAddrs) -> io::Result<S> {
        let mut last = io::ErrorKind::AddrNotAvailable.into();
        for address in address.to_socket_addrs()? {
            match S::listen(address) {
                Ok(listener) => return Ok(self.bound(listener)),
                Err(error) => last = at_address(address, &error),
            }
        }
        Err(last)
    }

    /// Binds to a Unix socket, which is created at this path and not removed. A socket that another
    /// server has left there is replaced.
    ///
    /// # Errors
    /// A server listens on that socket ([`AddrInUse`](io::ErrorKind::AddrInUse)), the path exists and is
    /// no socket, it cannot be created, or the system does not support Unix sockets.
    pub fn bind_unix(self, path: impl AsRef<Path>) -> io::Result<S> {
        let listener = S::listen_unix(path.as_ref())?;
        Ok(self.bound(listener))
    }

    fn bound(self, listener: S::Listener) -> S {
        S::bound(listener, self.settings())
    }

    /// Returns the settings, for connections that the program accepts or opens itself.
    #[must_use]
    pub fn settings(self) -> ServerSettings {
        let Self { mut options, layers, connections, cancels_handlers, sink, recorder, .. } = self;
        options.secure = layers.is_some();
        ServerSettings::new(options, layers, connections, cancels_handlers, sink, recorder)
    }
}

/// Returns the error of listening with the address.
fn at_address(address: SocketAddr, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
}
