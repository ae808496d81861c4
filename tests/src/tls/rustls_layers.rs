//! limpid's own implementation: rustls.

use std::sync::Arc;

use limpid_core::transport::self_signed::Verifier;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion};

use super::implementation::{ClientTerms, Failure, Implementation, ServerTerms, Version};

/// TLS over rustls.
#[derive(Clone, Copy, Debug)]
pub struct Rustls;

impl Version {
    /// Returns only this version.
    fn only(self) -> &'static [&'static SupportedProtocolVersion] {
        static TLS12_ALONE: &[&SupportedProtocolVersion] = &[&TLS12];
        static TLS13_ALONE: &[&SupportedProtocolVersion] = &[&TLS13];
        match self {
            Self::Tls12 => TLS12_ALONE,
            Self::Tls13 => TLS13_ALONE,
        }
    }
}

/// Returns the protocols in the format of rustls.
fn owned(protocols: &[&[u8]]) -> Vec<Vec<u8>> {
    protocols.iter().map(|protocol| protocol.to_vec()).collect()
}

impl Implementation for Rustls {
    type Client = Arc<ClientConfig>;
    type Server = Arc<ServerConfig>;

    fn client(terms: ClientTerms<'_>) -> Result<Self::Client, Failure> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(terms.authority)?)?;
        let provider = Arc::new(ring::default_provider());
        let verifier =
            WebPkiServerVerifier::builder_with_provider(roots.into(), Arc::clone(&provider));
        // It distinguishes a self-signed certificate from one of an unknown authority.
        let verifier = Verifier::new(verifier.build()?);
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(terms.version.only())?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.alpn_protocols = owned(terms.protocols);
        Ok(Arc::new(config))
    }

    fn server(terms: ServerTerms<'_>) -> Result<Self::Server, Failure> {
        let chain = vec![terms.certified.certificate.der().clone()];
        let key = PrivatePkcs8KeyDer::from(terms.certified.key.serialize_der());
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(terms.version.only())?
            .with_no_client_auth()
            .with_single_cert(chain, key.into())?;
        config.alpn_protocols = owned(terms.protocols);
        Ok(Arc::new(config))
    }
}
