//! TLS of runs: each has its own session cache.

use std::io;
use std::sync::{Arc, LazyLock};

use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::ServerSessionMemoryCache;
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use crate::certificates::{Certificates, Identity};

/// The size of each side's session cache.
const SESSIONS: usize = 8;

/// The configurations that all runs share.
static MADE: LazyLock<io::Result<(ClientConfig, Arc<ServerConfig>)>> = LazyLock::new(|| {
    let certificates = Certificates::new()?;
    let authority = CertificateDer::from_pem_file(certificates.ca_file());
    let mut roots = RootCertStore::empty();
    roots.add(authority.map_err(io::Error::other)?).map_err(io::Error::other)?;
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok((client, certificates.server(Identity::Good)?))
});

/// Returns the configurations of a client and a server; `None` without a temporary directory.
pub(super) fn pair() -> Option<(Arc<ClientConfig>, Arc<ServerConfig>)> {
    let (client, server) = MADE.as_ref().ok()?;
    let (mut client, mut server) = (client.clone(), ServerConfig::clone(server));
    client.resumption = Resumption::in_memory_sessions(SESSIONS);
    server.session_storage = ServerSessionMemoryCache::new(SESSIONS);
    Some((Arc::new(client), Arc::new(server)))
}
