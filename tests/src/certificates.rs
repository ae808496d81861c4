//! Throw-away certificates, made anew in each run.

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

use crate::directory::Directory;

const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Who a server says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// This machine, vouched for by the authority.
    Good,
    /// Another host, vouched for by the authority.
    WrongHost,
    /// This machine, vouched for until long ago.
    Expired,
    /// This machine, vouched for by itself.
    SelfSigned,
    /// This machine, vouched for by itself, with a certificate that could vouch for others too.
    SelfSignedAuthority,
    /// This machine, vouched for by an authority that nobody trusts.
    UnknownCa,
}

/// An authority, with its certificate in a file that clients can be told to trust.
#[derive(Debug)]
pub struct Certificates {
    directory: Directory,
    authority: CertificateDer<'static>,
    trusted: Issuer<'static, KeyPair>,
    stranger: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
#[derive(Debug)]
pub struct Certified {
    /// The certificate.
    pub certificate: Certificate,
    /// Its key.
    pub key: KeyPair,
}

impl Certificates {
    /// Makes the authority.
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

    /// The file with the authority's certificate.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.directory.file("ca.pem")
    }

    /// Makes a certificate, of a server or of a client, for programs that others wrote: OpenSSL 3.0
    /// does not read keys of Ed25519 as ring writes them.
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

    /// The TLS configuration of a server.
    ///
    /// # Errors
    /// Its certificate cannot be made.
    pub fn server(&self, identity: Identity) -> io::Result<Arc<ServerConfig>> {
        self.server_on(identity, Terms::default())
    }

    /// The TLS configuration of a server that does not serve every client.
    ///
    /// # Errors
    /// Its certificate cannot be made.
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

    /// Wants a certificate that the authority vouches for.
    fn client_verifier(&self) -> Result<Arc<dyn ClientCertVerifier>, VerifierBuilderError> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates([self.authority.clone()]);
        WebPkiClientVerifier::builder_with_provider(roots.into(), provider()).build()
    }
}

/// What a server wants of its clients.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The versions of TLS that it speaks.
    pub versions: &'static [&'static SupportedProtocolVersion],
    /// The protocols of which it speaks one, if the client offers any.
    pub protocols: Vec<Vec<u8>>,
    /// Whether it wants to know who a client is.
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

/// A key of Ed25519: its signatures are always of one length, so that the same handshake takes the
/// same number of bytes.
fn key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_for(&PKCS_ED25519)
}

/// An authority, and its certificate.
fn authority(name: &str) -> Result<(Issuer<'static, KeyPair>, Certificate), rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    let key = key()?;
    let certificate = params.self_signed(&key)?;
    Ok((Issuer::new(params, key), certificate))
}
