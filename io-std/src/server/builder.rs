//! What servers of every driver can be told.

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::net::ToSocketAddrs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use limpid_core::limits::{Lenient, Limits};
use limpid_core::server::{Options, Timeouts};
use limpid_core::trace::Sink;
use rustls::ServerConfig;

use super::Server;
use super::listener::{Bound, Listener};
use crate::builder::SharedSink;
use crate::clock::Clock;

/// What a driver needs to serve connections.
pub struct ServerSettings {
    /// How connections are served.
    pub options: Arc<Options>,
    /// How many connections are open at once at most.
    pub connections: usize,
    pub(super) sink: SharedSink,
    pub(super) clock: Clock,
    accepted: AtomicU64,
}

impl fmt::Debug for ServerSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerSettings")
            .field("options", &self.options)
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}

impl ServerSettings {
    pub(super) fn next_connection(&self) -> u64 {
        self.accepted.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// A server on its way: of this crate, or of another driver that is made from what was bound.
#[must_use = "a server must be bound"]
pub struct ServerBuilder<S = Server> {
    options: Options,
    connections: usize,
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
        Self { options: Options::default(), connections: 1024, sink: None, server: PhantomData }
    }
}

impl<S: From<Bound>> ServerBuilder<S> {
    /// Who is told what the server does. Without a sink, nobody is, and tracing costs nothing.
    pub fn sink(mut self, sink: impl Sink + Send + Sync + 'static) -> Self {
        self.sink = Some(Arc::new(sink));
        self
    }

    /// Serves over TLS, with this configuration.
    pub fn tls(mut self, config: Arc<ServerConfig>) -> Self {
        self.options.tls = Some(config);
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

    /// Takes a place to listen at: the first of these addresses that can be had. Clients can connect
    /// from now on, and are served when the server serves.
    ///
    /// # Errors
    /// None of them can be had.
    pub fn bind(self, address: impl ToSocketAddrs) -> io::Result<S> {
        let mut last = io::ErrorKind::AddrNotAvailable.into();
        for address in address.to_socket_addrs()? {
            match Listener::tcp(address) {
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
        let listener = Listener::unix(path.as_ref())?;
        Ok(self.bound(listener))
    }

    fn bound(self, listener: Listener) -> S {
        let Self { options, connections, sink, .. } = self;
        let settings = ServerSettings {
            options: Arc::new(options),
            connections: connections.max(1),
            sink,
            clock: Clock::start(),
            accepted: AtomicU64::new(0),
        };
        S::from(Bound { listener, settings })
    }
}
