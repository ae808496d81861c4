//! The settings that one request has instead of its client's.

use std::fmt;
use std::sync::Arc;

use limpid_core::client::Options;

use crate::settings::SharedSink;

/// The settings of a request that differ from its client's.
#[derive(Clone)]
pub(crate) struct RequestSettings {
    /// The options of the client that began the request.
    client: Arc<Options>,
    /// The options of the request, derived from them.
    options: Arc<Options>,
    /// The sink of its events, unless it is the client's.
    pub(crate) sink: Option<SharedSink>,
    /// How many bytes of the body are read into memory at most, unless that is as the client has it.
    pub(crate) in_memory_limit: Option<u64>,
}

impl RequestSettings {
    /// Returns the settings of a request that differs in nothing yet.
    pub(crate) fn new(client: &Arc<Options>) -> Self {
        Self {
            client: Arc::clone(client),
            options: Arc::clone(client),
            sink: None,
            in_memory_limit: None,
        }
    }

    /// Returns the options of the request.
    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Returns the options of the request, to change them. The first change copies those of the client.
    pub(crate) fn options_mut(&mut self) -> &mut Options {
        Arc::make_mut(&mut self.options)
    }

    /// Returns the options for a client that sends the request. What decides how connections are opened and trusted
    /// is that client's, also if another client has prepared the request.
    pub(crate) fn options_for(&self, client: &Arc<Options>) -> Arc<Options> {
        if Arc::ptr_eq(&self.options, &self.client) {
            return Arc::clone(client);
        }
        if Arc::ptr_eq(&self.client, client) {
            return Arc::clone(&self.options);
        }
        let mut options = Options::clone(&self.options);
        (options.trust, options.proxy_trust) = (client.trust, client.proxy_trust);
        (options.verify, options.certificates) = (client.verify, client.certificates);
        options.proxies.clone_from(&client.proxies);
        options.route = Arc::clone(&client.route);
        Arc::new(options)
    }
}

impl fmt::Debug for RequestSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSettings").field("options", &self.options).finish_non_exhaustive()
    }
}
