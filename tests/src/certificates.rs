//! Throw-away certificates, made anew in each run.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;

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
        let (trusted, pem) = authority("limpid test authority").map_err(io::Error::other)?;
        let (stranger, _) = authority("an authority unknown").map_err(io::Error::other)?;
        let directory = Directory::new()?;
        directory.write("ca.pem", pem)?;
        Ok(Self { directory, trusted, stranger })
    }

    /// The file with the authority's certificate.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.directory.file("ca.pem")
    }

    /// Makes a server's certificate.
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn issue(&self, identity: Identity) -> io::Result<Certified> {
        self.certify(identity).map_err(io::Error::other)
    }

    fn certify(&self, identity: Identity) -> Result<Certified, rcgen::Error> {
        let names = match identity {
            Identity::WrongHost => &["other.test"][..],
            _ => &LOCAL,
        };
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, "limpid test server");
        params.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
        params.is_ca = IsCa::ExplicitNoCa;
        if identity == Identity::Expired {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        }
        let key = KeyPair::generate()?;
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
        let Certified { certificate, key } = self.issue(identity)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                let chain = vec![certificate.der().clone()];
                builder.with_no_client_auth().with_single_cert(chain, key.into())
            })
            .map(Arc::new)
            .map_err(io::Error::other)
    }
}

/// An authority, and its certificate as PEM.
fn authority(name: &str) -> Result<(Issuer<'static, KeyPair>, String), rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((Issuer::new(params, key), pem))
}
