//! What makes the layers that secure connections.

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

/// Makes the layers that secure a client's connections: TLS of any implementation, or whatever else
/// both sides agree on.
///
/// An `Arc` of a `rustls::ClientConfig` with any provider is one. Another implementation is put in by
/// [`ClientBuilder::tls_layers`](crate::ClientBuilder::tls_layers):
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
    /// Makes the layer for a new connection, to an `https` proxy if `is_proxy` is true and otherwise
    /// to the origin server. The server's name is a host name, or an IP address without brackets; its
    /// certificate must be for that name.
    ///
    /// # Errors
    /// There is no layer for this connection, which is closed then.
    fn layer(&self, server_name: &str, is_proxy: bool) -> Result<Box<dyn Layer>, LayerError>;
}

/// Makes the layers that secure the connections that a server accepts.
///
/// An `Arc` of a `rustls::ServerConfig` with any provider is one. Another implementation is put in by
/// [`ServerBuilder::tls_layers`](crate::server::ServerBuilder::tls_layers).
pub trait ServerLayers: Send + Sync {
    /// Makes the layer for a connection that was accepted.
    ///
    /// # Errors
    /// There is no layer for this connection, which is closed then.
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

/// What secures the connections of a client to origin servers, or to proxies. No two of a process have
/// the same [`TrustId`].
pub struct TlsSource {
    id: TrustId,
    kind: Kind,
}

enum Kind {
    /// The caller makes the layers.
    Layers(Arc<dyn ClientLayers>),
    /// A configuration of rustls that is made when it is first needed.
    #[cfg(feature = "rustls")]
    Lazy(LazyTlsConfig),
    /// There are none.
    #[cfg(not(feature = "rustls"))]
    Missing,
}

impl fmt::Debug for TlsSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSource").field("id", &self.id).finish_non_exhaustive()
    }
}

impl TlsSource {
    /// Layers that the caller makes.
    pub(crate) fn layers(layers: Arc<dyn ClientLayers>) -> Self {
        Self { id: next_trust(), kind: Kind::Layers(layers) }
    }

    /// A configuration that is made when it is first needed.
    #[cfg(feature = "rustls")]
    pub(crate) fn lazy(config: LazyTlsConfig) -> Self {
        Self { id: next_trust(), kind: Kind::Lazy(config) }
    }

    /// No layers, so that only plain connections can be opened.
    #[cfg(not(feature = "rustls"))]
    pub(crate) fn missing() -> Self {
        Self { id: next_trust(), kind: Kind::Missing }
    }

    /// Returns the number of what is trusted, if that is known without reading files.
    pub(crate) const fn known(&self) -> Option<TrustId> {
        match self.kind {
            Kind::Layers(_) => Some(self.id),
            _ => None,
        }
    }

    /// Returns the number of what is trusted. A configuration that is needed for the first time is
    /// made, and the events of that are sent to `sink`.
    ///
    /// # Errors
    /// Certificates or keys cannot be read, or do not fit.
    pub fn trust<S: Sink>(&self, now: Mono, sink: &S) -> Result<TrustId, TlsSetupError> {
        match &self.kind {
            Kind::Layers(_) => {}
            #[cfg(feature = "rustls")]
            Kind::Lazy(config) => config.prepare(now, sink)?,
            #[cfg(not(feature = "rustls"))]
            Kind::Missing => {
                let _ = (now, sink);
                return Err(TlsSetupError::Missing);
            }
        }
        Ok(self.id)
    }

    /// Makes the layer for a new connection to the server of this name.
    ///
    /// # Errors
    /// There is no layer for it, or no configuration yet: see [`trust`](Self::trust).
    pub fn layer(&self, server_name: &str, is_proxy: bool) -> Result<Box<dyn Layer>, LayerError> {
        match &self.kind {
            Kind::Layers(layers) => layers.layer(server_name, is_proxy),
            #[cfg(feature = "rustls")]
            Kind::Lazy(config) => match config.get() {
                Some(config) => config.layer(server_name, is_proxy),
                None => Err(TlsError::Configuration.into()),
            },
            #[cfg(not(feature = "rustls"))]
            Kind::Missing => Err(TlsError::Configuration.into()),
        }
    }
}
