//! Records the host name that a client asks for in its handshake (SNI, RFC 6066 section 3).
//!
//! rustls tells it to the resolver of certificates only, when its unbuffered connections are used. A
//! connection's own copy of the configuration has a resolver around the configured one.

use crate::values::Arc;
use alloc::boxed::Box;
use std::sync::OnceLock;

use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// The name that the client of one connection asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct RequestedName(Arc<OnceLock<Box<str>>>);

impl RequestedName {
    /// Returns the configuration for a connection whose name is recorded here.
    pub(super) fn record(&self, config: Arc<ServerConfig>) -> Arc<ServerConfig> {
        let mut config = Arc::unwrap_or_clone(config);
        let inner = config.cert_resolver;
        config.cert_resolver = Arc::new(RecordingResolver { inner, name: self.clone() });
        Arc::new(config)
    }

    /// Returns the name, once the client has sent it.
    pub(super) fn get(&self) -> Option<&str> {
        self.0.get().map(AsRef::as_ref)
    }
}

/// A resolver that records the name of the hello.
#[derive(Debug)]
struct RecordingResolver {
    inner: Arc<dyn ResolvesServerCert>,
    name: RequestedName,
}

impl ResolvesServerCert for RecordingResolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if let Some(name) = hello.server_name() {
            // A second hello, after a retry, has the same name (RFC 8446 section 4.1.2).
            let _ = self.name.0.set(name.into());
        }
        self.inner.resolve(hello)
    }

    fn only_raw_public_keys(&self) -> bool {
        self.inner.only_raw_public_keys()
    }
}
