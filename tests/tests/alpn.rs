//! A server and a configuration that agree on a protocol that is not spoken here.

#![cfg(test)]

use std::sync::Arc;

use limpid_core::error::{Cause, Phase, TlsError};
use limpid_std::Error;
use limpid_tests::certificates::{Certificates, Identity, Terms};
use limpid_tests::server::Server;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// A configuration of the caller's own, which offers more than can be spoken.
fn modern(certificates: &Certificates) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificates.ca_file()).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}

/// Asks a server that chooses HTTP/2 if it can.
fn refused(ask: impl FnOnce(Arc<ClientConfig>, &str) -> Error) {
    let certificates = Certificates::new().unwrap();
    let protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let terms = Terms { protocols, ..Terms::default() };
    let tls = certificates.server_on(Identity::Good, terms).unwrap();
    let server = Server::tls(tls, vec![vec![]]).unwrap();
    let url = format!("https://localhost:{}/", server.port());
    let Error::Exchange { error, .. } = ask(modern(&certificates), &url) else {
        panic!("the exchange fails");
    };
    assert_eq!((error.phase, error.cause), (Phase::Tls, Cause::Tls(TlsError::ApplicationProtocol)));
    assert_eq!(error.request_bytes, 0, "nothing was asked in the wrong language");
    server.finish().unwrap();
}

#[test]
fn a_server_that_chooses_another_protocol_is_asked_nothing() {
    refused(|config, url| {
        let client = limpid_std::Client::builder().tls_config(config).build();
        client.get(url).send().unwrap_err()
    });
    refused(|config, url| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = limpid_tokio::ClientBuilder::default().tls_config(config).build();
            client.get(url).send().await.unwrap_err()
        })
    });
}
