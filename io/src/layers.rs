//! The traits and types that create layers for connections.

use std::fmt;
use std::sync::Arc;

use limpid_core::client::TrustId;
use limpid_core::error::TlsError;
use limpid_core::time::Mono;
use limpid_core::trace::Sink;
#[cfg(feature = "rustls")]
use limpid_core::transport::tls::{ClientTls, ServerTls};
use limpid_core::transport::{Layer, LayerError};

use crate::error::TlsSetupError;
use crate::ids::next_trust;
#[cfg(feature = "rustls")]
use crate::tls::LazyTlsConfig;

/// A source of the layers that secure a client's connections: TLS of any implementation, or any other
/// protocol that both sides share.
///
/// An `Arc` of a `rustls::ClientConfig` with any provider implements it.
/// [`ClientBuilder::tls_layers`](crate::ClientBuilder::tls_layers) sets another implementation:
///
/// ```
/// use limpid_core::transport::{Layer, LayerError};
/// use limpid_io::{ClientBuilder, ClientLayers, Settings};
///
/// struct Elsewhere;
///
/// impl ClientLayers for Elsewhere {
///     fn layer(&self, server_name: &str, is_proxy: bool) -> Result<Box<dyn Layer>, LayerError> {
///         if is_proxy {
///             return Err(LayerError::other(1, "proxies with TLS are not supported here"));
///         }
///         open(server_name)
///     }
/// }
/// # fn open(_: &str) -> Result<Box<dyn Layer>, LayerError> { Err(LayerError::other(0, "none")) }
///
/// let client = ClientBuilder::<Settings>::default().tls_layers(Elsewhere).build();
/// ```
pub trait ClientLayers: Send + Sync {
    /// Creates the layer for a new connection, to an `https` proxy if `is_proxy` is true, otherwise
    /// to the origin server. `server_name` is a host name, or an IP address without brackets. The
    /// server's certificate must be valid for it.
    ///
    /// # Errors
    /// No layer can be created for this connection, which is then closed.
    fn layer(&self, server_name: &str, is_proxy: bool) -> Result<Box<dyn Layer>, LayerError>;
}

/// A source of the layers that secure the connections that a server accepts.
///
/// An `Arc` of a `rustls::ServerConfig` with any provider implements it.
/// [`ServerBuilder::tls_layers`](crate::server::ServerBuilder::tls_layers) sets another
/// implementation.
///
/// [`ClientLayers`] has an example.
pub trait ServerLayers: Send + Sync {
    /// Creates the layer for an accepted connection.
    ///
    /// # Errors
    /// No layer can be created for this connection, which is then closed.
    fn layer(&self) -> Result<Box<dyn Layer>, LayerError>;
}

#[cfg(feature = "rustls")]
impl ClientLayers for Arc<rustls::ClientConfig> {
    fn layer(&self, server_name: &str, _: bool) -> Result<Box<dyn Layer>, LayerError> {
        Ok(Box::new(ClientTls::client(Self::clone(self), server_name)?))
    }
}

#[cfg(feature = "rustls")]
impl ServerLayers for Arc<rustls::ServerConfig> {
    fn layer(&self) -> Result<Box<dyn Layer>, LayerError> {
        Ok(Box::new(ServerTls::server(Self::clone(self))?))
    }
}

/// The source of the layers of a client's connections to origin servers, or to proxies. Each has a
/// [`TrustId`] that is unique in the process.
///
/// [`ClientLayers`] has an example.
pub struct TlsSource {
    id: TrustId,
    kind: TlsSourceKind,
}

enum TlsSourceKind {
    /// Layers of the caller.
    Layers(Arc<dyn ClientLayers>),
    /// A configuration of rustls that is created when it is first needed.
    #[cfg(feature = "rustls")]
    Lazy(LazyTlsConfig),
    /// No layers.
    #[cfg(not(feature = "rustls"))]
    Missing,
}

impl fmt::Debug for TlsSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSource").field("id", &self.id).finish_non_exhaustive()
    }
}

impl TlsSource {
    /// Creates a source of the caller's layers.
    pub(crate) fn layers(layers: Arc<dyn ClientLayers>) -> Self {
        Self { id: next_trust(), kind: TlsSourceKind::Layers(layers) }
    }

    /// Creates a source with a configuration that is created when it is first needed.
    #[cfg(feature = "rustls")]
    pub(crate) fn lazy(config: LazyTlsConfig) -> Self {
        Self { id: next_trust(), kind: TlsSourceKind::Lazy(config) }
    }

    /// Creates a source without layers, so that only plain connections can be opened.
    #[cfg(not(feature = "rustls"))]
    pub(crate) fn missing() -> Self {
        Self { id: next_trust(), kind: TlsSourceKind::Missing }
    }

    /// Returns the number of the configuration, if no files have to be read for it.
    pub(crate) const fn known(&self) -> Option<TrustId> {
        match self.kind {
            TlsSourceKind::Layers(_) => Some(self.id),
            _ => None,
        }
    }

    /// Returns the number of the configuration. If it is needed for the first time, creates it and
    /// emits events to `sink`.
    ///
    /// # Errors
    /// Certificates or keys cannot be read, or do not match.
    pub fn trust<S: Sink>(&self, now: Mono, sink: &S) -> Result<TrustId, TlsSetupError> {
        match &self.kind {
            TlsSourceKind::Layers(_) => {}
            #[cfg(feature = "rustls")]
            TlsSourceKind::Lazy(config) => config.prepare(now, sink)?,
            #[cfg(not(feature = "rustls"))]
            TlsSourceKind::Missing => {
                let _ = (now, sink);
                return Err(TlsSetupError::Missing);
            }
        }
        Ok(self.id)
    }

    /// Creates the layer for a new connection to this server.
    ///
    /// # Errors
    /// No layer can be created, or [`trust`](Self::trust) has not created the configuration.
    pub fn layer(&self, server_name: &str, is_proxy: bool) -> Result<Box<dyn Layer>, LayerError> {
        match &self.kind {
            TlsSourceKind::Layers(layers) => layers.layer(server_name, is_proxy),
            #[cfg(feature = "rustls")]
            TlsSourceKind::Lazy(config) => match config.get() {
                Some(config) => config.layer(server_name, is_proxy),
                None => Err(TlsError::Configuration.into()),
            },
            #[cfg(not(feature = "rustls"))]
            TlsSourceKind::Missing => Err(TlsError::Configuration.into()),
        }
    }
}
