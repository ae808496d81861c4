//! The resolver and the connector of a client.

use std::sync::Arc;

use limpid_io::Settings;
use limpid_socket::LookupThreads;

use crate::connect::Connector;
use crate::resolve::Resolver;

/// The resolver and the connector of a client.
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
