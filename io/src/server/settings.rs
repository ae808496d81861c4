//! The settings of a server.

use std::fmt;
use std::sync::Arc;

use limpid_core::server::Options;

use crate::clock::Clock;
use crate::layers::ServerLayers;
use crate::recording::SharedRecorder;
use crate::settings::SharedSink;

/// The settings of a server.
///
/// [`Bind`](super::Bind) has an example.
pub struct ServerSettings {
    /// The options of connections.
    pub options: Arc<Options>,
    /// The maximum number of open connections.
    pub connections: usize,
    /// Whether a handler is dropped when its client has disconnected.
    pub(super) cancels_handlers: bool,
    /// The source of layers, if connections are secured.
    pub(super) layers: Option<Arc<dyn ServerLayers>>,
    pub(super) sink: SharedSink,
    pub(super) recorder: SharedRecorder,
    pub(super) clock: Clock,
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
        recorder: SharedRecorder,
    ) -> Self {
        Self {
            options: Arc::new(options),
            layers,
            connections: connections.max(1),
            cancels_handlers,
            sink,
            recorder,
            clock: Clock::start(),
        }
    }
}
