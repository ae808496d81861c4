//! The resolver and the connector of a client.

use limpid_io::Settings;

use crate::connect::Connector;
use crate::resolve::{ActiveResolver, Resolver};

/// The resolver and the connector of a client.
pub(crate) struct Network {
    pub(crate) resolver: ActiveResolver,
    pub(crate) connector: Connector,
}

impl Network {
    pub(crate) fn new(settings: &Settings, resolver: Resolver, connector: Connector) -> Self {
        Self { resolver: resolver.or_system(settings.lookups), connector }
    }
}
