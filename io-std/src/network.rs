//! How a client reaches the network.

use std::sync::Arc;

use limpid_io::Settings;
use limpid_socket::LookupThreads;

use crate::connect::Connector;
use crate::resolve::Resolver;

/// How a client looks up host names and opens connections.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) lookups: Arc<LookupThreads>,
    pub(crate) connector: Connector,
}

impl Network {
    pub(crate) fn new(settings: &Settings, resolver: Resolver, connector: Connector) -> Self {
        Self { lookups: resolver.threads(settings.lookups), connector }
    }
}
