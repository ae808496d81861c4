//! The settings of a client.

use std::fmt;
use std::sync::Arc;

use limpid_core::client::{Options, PoolLimits};
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
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("options", &self.options)
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}
