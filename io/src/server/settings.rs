//! What a driver serves connections with.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use limpid_core::server::Options;

use crate::clock::Clock;
use crate::layers::ServerLayers;
use crate::settings::SharedSink;

/// What a driver needs to serve connections.
pub struct ServerSettings {
    /// How connections are served.
    pub options: Arc<Options>,
    /// How many connections are open at once at most.
    pub connections: usize,
    /// Whether a handler is ended when its client is gone.
    pub(super) cancels_handlers: bool,
    /// What secures connections.
    pub(super) layers: Option<Arc<dyn ServerLayers>>,
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
    pub(super) fn new(
        options: Options,
        layers: Option<Arc<dyn ServerLayers>>,
        connections: usize,
        cancels_handlers: bool,
        sink: SharedSink,
    ) -> Self {
        Self {
            options: Arc::new(options),
            layers,
            connections: connections.max(1),
            cancels_handlers,
            sink,
            clock: Clock::start(),
            accepted: AtomicU64::new(0),
        }
    }

    /// Returns the number of another connection, from 1.
    pub(super) fn next_connection(&self) -> u64 {
        self.accepted.fetch_add(1, Ordering::Relaxed) + 1
    }
}
