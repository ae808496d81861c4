//! What a driver makes a client from.

use std::fmt;
use std::sync::Arc;

use limpid_core::client::{Options, PoolLimits};
use limpid_core::trace::Sink;

use crate::layers::TlsSource;

/// The sink of a client or server, if it has one.
pub type SharedSink = Option<Arc<dyn Sink + Send + Sync>>;

/// What a driver makes a client from.
pub struct Settings {
    /// How requests are done.
    pub options: Arc<Options>,
    /// What secures connections to origin servers.
    pub tls: TlsSource,
    /// What secures connections to proxies.
    pub proxy_tls: TlsSource,
    /// How many connections are kept.
    pub pool: PoolLimits,
    /// How many host names are looked up at once at most.
    pub lookups: usize,
    /// The sink that events are sent to.
    pub sink: SharedSink,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("options", &self.options)
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}
