//! The settings of a client.

use std::fmt;
use std::sync::Arc;

use limpid_core::client::{Options, PoolLimits, ProxyError};
use limpid_core::fields::FieldBlock;
use limpid_core::trace::Sink;

use crate::layers::TlsSource;
use crate::recording::SharedRecorder;

/// The sink of a client or server, if it has one.
///
/// [`Sink`] has an example.
pub type SharedSink = Option<Arc<dyn Sink + Send + Sync>>;

/// The settings of a client.
///
/// The [crate](crate) has an example.
pub struct Settings {
    /// The options of requests.
    pub options: Arc<Options>,
    /// The source of layers for connections to origin servers.
    pub tls: TlsSource,
    /// The source of layers for connections to proxies.
    pub proxy_tls: TlsSource,
    /// The limits of the pool.
    pub pool: PoolLimits,
    /// The maximum number of concurrent lookups.
    pub lookups: usize,
    /// The sink of events, if there is one.
    pub sink: SharedSink,
    /// The recorder, if there is one.
    pub recorder: SharedRecorder,
    /// The fields of every request that has none of the same name.
    pub default_headers: FieldBlock,
    /// How many bytes of a body are read into memory at most.
    pub in_memory_limit: u64,
    /// Why a URL of a proxy is not valid, if one is not: all requests then fail.
    pub proxy_error: Option<ProxyError>,
    /// The cookies that requests send, and into which those of responses are put, if there are any.
    #[cfg(feature = "cookies")]
    pub cookies: Option<crate::CookieJar>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("options", &self.options)
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}
