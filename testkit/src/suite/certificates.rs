//! Temporary certificates, created in each run.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, SerialNumber, date_time_ymd,
};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::{DEFAULT_VERSIONS, RootCertStore, ServerConfig, SupportedProtocolVersion};

use super::directory::Directory;

const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The identity in a server's certificate. The [module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// This machine, signed by the authority.
    Good,
    /// Another host, signed by the authority.
    WrongHost,
    /// This machine, with an expired signature.
    Expired,
    /// This machine, self-signed.
    SelfSigned,
    /// This machine, self-signed, with a certificate of an authority.
    SelfSignedAuthority,
    /// This machine, signed by an untrusted authority.
    UnknownCa,
}

/// An authority, and a file with its certificate for clients to trust. The [module](super) has an example.
#[derive(Debug)]
pub struct Certificates {
    directory: Directory,
    authority: CertificateDer<'static>,
    trusted: Issuer<'static, KeyPair>,
    stranger: Issuer<'static, KeyPair>,
}

/// A certificate and its key. The [module](super) has an example.
#[derive(Debug)]
pub struct Certified {
    /// The certificate.
    pub certificate: Certificate,
    /// Its key.
    pub key: KeyPair,
}

impl Certificates {
    /// Creates the authority.
    ///
    /// # Errors
    /// Its file cannot be written.
    pub fn new() -> io::Result<Self> {
        let (trusted, certificate) =
            authority("limpid test authority").map_err(io::Error::other)?;
        let (stranger, _) = authority("an authority unknown").map_err(io::Error::other)?;
        let directory = Directory::new()?;
        directory.write("ca.pem", certificate.pem())?;
        Ok(Self { directory, authority: certificate.der().clone(), trusted, stranger })
    }

    /// Returns the file with the authority's certificate.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.directory.file("ca.pem")
    }

    /// Issues a certificate of a server or of a client, for programs of other projects: OpenSSL 3.0 does
    /// not read keys of Ed25519 as ring writes them.
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn issue(&self, identity: Identity) -> io::Result<Certified> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256);
        key.and_then(|key| self.certify(identity, key)).map_err(io::Error::other)
    }

    fn certify(&self, identity: Identity, key: KeyPair) -> Result<Certified, rcgen::Error> {
        let names = match identity {
            Identity::WrongHost => &["other.test"][..],
            _ => &LOCAL,
        };
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, "limpid test server");
        let usages = [ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.extended_key_usages.extend(usages);
        params.is_ca = IsCa::ExplicitNoCa;
        params.serial_number = Some(SerialNumber::from(1));
        if identity == Identity::Expired {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        }
        let certificate = match identity {
            Identity::SelfSigned => params.self_signed(&key),
            Identity::SelfSignedAuthority => {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                params.self_signed(&key)
            }
            Identity::UnknownCa => params.signed_by(&key, &self.stranger),
            _ => params.signed_by(&key, &self.trusted),
        }?;
        Ok(Certified { certificate, key })
    }

    /// Returns the TLS configuration of a server.
    ///
    /// # Errors
    /// Its certificate cannot be created.
    pub fn server(&self, identity: Identity) -> io::Result<Arc<ServerConfig>> {
        self.server_on(identity, Terms::default())
    }

    /// Returns the TLS configuration of a server with requirements for its clients.
    ///
    /// # Errors
    /// Its certificate cannot be created.
    pub fn server_on(&self, identity: Identity, terms: Terms) -> io::Result<Arc<ServerConfig>> {
        let certified = key().and_then(|key| self.certify(identity, key));
        let Certified { certificate, key } = certified.map_err(io::Error::other)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let verifier = if terms.wants_certificate {
            self.client_verifier().map_err(io::Error::other)?
        } else {
            WebPkiClientVerifier::no_client_auth()
        };
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(terms.versions)
            .and_then(|builder| {
                let chain = vec![certificate.der().clone()];
                builder.with_client_cert_verifier(verifier).with_single_cert(chain, key.into())
            })
            .map_err(io::Error::other)?;
        config.alpn_protocols = terms.protocols;
        Ok(Arc::new(config))
    }

    /// Returns the verifier for clients with a certificate of the authority.
    fn client_verifier(&self) -> Result<Arc<dyn ClientCertVerifier>, VerifierBuilderError> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates([self.authority.clone()]);
        WebPkiClientVerifier::builder_with_provider(roots.into(), provider()).build()
    }
}

/// A server's requirements for its clients. The [module](super) has an example.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The versions of TLS.
    pub versions: &'static [&'static SupportedProtocolVersion],
    /// The protocols, of which it selects one if the client offers any.
    pub protocols: Vec<Vec<u8>>,
    /// Whether it requires a client certificate.
    pub wants_certificate: bool,
}

impl Default for Terms {
    fn default() -> Self {
        Self { versions: DEFAULT_VERSIONS, protocols: Vec::new(), wants_certificate: false }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// Returns a key of Ed25519: its signatures have a fixed length, so that equal handshakes have equal sizes.
fn key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_for(&PKCS_ED25519)
}

/// Returns an authority and its certificate.
fn authority(name: &str) -> Result<(Issuer<'static, KeyPair>, Certificate), rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    let key = key()?;
    let certificate = params.self_signed(&key)?;
    Ok((Issuer::new(params, key), certificate))
}
