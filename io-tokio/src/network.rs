//! How a client reaches the network.

use std::sync::Arc;

use limpid_io::Settings;

use crate::connect::Connector;
use crate::resolve::{Resolve, Resolver};

/// How a client looks up host names and opens connections.
pub(crate) struct Network {
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) connector: Connector,
}

impl Network {
    pub(crate) fn new(settings: &Settings, resolver: Resolver, connector: Connector) -> Self {
        Self { resolver: resolver.or_system(settings.lookups), connector }
    }
}
