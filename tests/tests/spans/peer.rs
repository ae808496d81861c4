//! The server, in memory.

use std::io::{Read, Write};
use std::sync::{Arc, LazyLock};

use limpid_tests::certificates::{Certificates, Identity};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore, ServerConfig, ServerConnection};

/// The TLS configurations of both sides, created once.
static TLS: LazyLock<(Arc<ClientConfig>, Arc<ServerConfig>)> = LazyLock::new(|| {
    let certificates = Certificates::new().unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificates.ca_file()).unwrap()).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Arc::new(client), certificates.server(Identity::Good).unwrap())
});

/// Returns the configuration of a client that trusts the peer.
pub(crate) fn client_config() -> Arc<ClientConfig> {
    Arc::clone(&TLS.0)
}

/// A server that sends its bytes regardless of the request; with TLS, after the first bytes of the request.
pub(crate) struct Peer {
    tls: Option<Box<ServerConnection>>,
    /// What it sends within TLS.
    response: Vec<u8>,
    /// Bytes for the client.
    out: Vec<u8>,
    /// It has received invalid data or has sent everything, and reads no more.
    deaf: bool,
}

impl Peer {
    /// Returns a server without TLS.
    pub(crate) fn plain(response: &[u8]) -> Self {
        Self { tls: None, response: Vec::new(), out: response.to_vec(), deaf: false }
    }

    /// Returns a server with TLS. It sends `close_notify` after its response.
    pub(crate) fn secure(response: &[u8]) -> Self {
        let tls = ServerConnection::new(Arc::clone(&TLS.1)).unwrap();
        Self { tls: Some(Box::new(tls)), response: response.to_vec(), out: Vec::new(), deaf: false }
    }

    /// Receives bytes of the client.
    pub(crate) fn take(&mut self, mut bytes: &[u8]) {
        let Some(tls) = &mut self.tls else { return };
        while !self.deaf && tls.read_tls(&mut bytes).is_ok_and(|n| n > 0) {
            self.deaf = tls.process_new_packets().is_err();
            if self.deaf {
                break;
            }
            let mut request = Vec::new();
            // The end of the received bytes is not an error.
            let _ = tls.reader().read_to_end(&mut request);
            if !request.is_empty() && !self.response.is_empty() {
                tls.writer().write_all(&std::mem::take(&mut self.response)).unwrap();
                tls.send_close_notify();
                self.deaf = true;
            }
        }
        while tls.wants_write() {
            tls.write_tls(&mut self.out).unwrap();
        }
    }

    /// Passes bytes to the client, as many as fit.
    pub(crate) fn give(&mut self, room: &mut [u8]) -> usize {
        let n = room.len().min(self.out.len());
        room[..n].copy_from_slice(&self.out[..n]);
        self.out.drain(..n);
        n
    }
}
