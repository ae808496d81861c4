//! Whom to trust.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use limpid_core::layer::self_signed::Verifier;
use limpid_core::time::Mono;
use limpid_core::trace::{Cx, EventKind, Scope, Sink, TraceEvent};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, DigitallySignedStruct, Error as RustlsError, RootCertStore, SignatureScheme,
};
use rustls_pki_types::pem::{Error as PemError, PemObject};

use crate::error::TlsSetupError;

/// Whose certificates are trusted.
#[derive(Clone, Debug, Default)]
pub(crate) enum Whom {
    /// Those that the variables `SSL_CERT_FILE` or `SSL_CERT_DIR` name, else Mozilla's list.
    #[default]
    Default,
    /// Those in this file, and no others.
    File(PathBuf),
    /// Everybody.
    Anybody,
}

/// Where certificates come from.
enum Source {
    Bundled,
    File(PathBuf),
    Directory(PathBuf),
}

/// What is shown for the list that comes with the program.
const BUNDLED: &str = "webpki-roots";

/// The TLS configuration of a client, made when it is first needed.
#[derive(Debug)]
pub struct Trust {
    whom: Whom,
    config: Mutex<Option<Arc<ClientConfig>>>,
}

impl Trust {
    pub(crate) const fn new(whom: Whom) -> Self {
        Self { whom, config: Mutex::new(None) }
    }

    /// The configuration. Making it is told to `sink`, once.
    ///
    /// # Errors
    /// The certificates cannot be read.
    pub fn config<S: Sink>(&self, now: Mono, sink: &S) -> Result<Arc<ClientConfig>, TlsSetupError> {
        let mut config = self.config.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = &*config {
            return Ok(Arc::clone(config));
        }
        let mut scope = Scope::default();
        let made = self.whom.configure(&mut Cx::new(now, sink, &mut scope))?;
        *config = Some(Arc::clone(&made));
        Ok(made)
    }
}

impl Whom {
    pub(crate) const fn verifies(&self) -> bool {
        !matches!(self, Self::Anybody)
    }

    /// Makes the TLS configuration, and tells how.
    fn configure<S: Sink>(&self, cx: &mut Cx<'_, S>) -> Result<Arc<ClientConfig>, TlsSetupError> {
        let verify = self.verifies();
        cx.tell(EventKind::LoadSslContext, || TraceEvent::LoadSslContext { verify, cert: None });
        let source = match self {
            Self::Anybody => return anybody(),
            Self::File(path) => Source::File(path.clone()),
            Self::Default => from_environment(),
        };
        source.tell(cx);
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(
            Arc::new(source.load()?),
            Arc::clone(&provider),
        )
        .build()
        .map_err(|error| TlsSetupError::Refused(RustlsError::General(error.to_string())))?;
        Ok(Arc::new(
            ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(TlsSetupError::Refused)?
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Verifier::new(verifier)))
                .with_no_client_auth(),
        ))
    }
}

fn from_environment() -> Source {
    let path = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    path("SSL_CERT_FILE")
        .map(Source::File)
        .or_else(|| path("SSL_CERT_DIR").map(Source::Directory))
        .unwrap_or(Source::Bundled)
}

impl Source {
    fn tell<S: Sink>(&self, cx: &mut Cx<'_, S>) {
        match self {
            Self::Bundled => {
                cx.tell(EventKind::LoadVerifyFile, || TraceEvent::LoadVerifyFile {
                    cafile: BUNDLED,
                });
            }
            Self::File(path) => {
                let path = path.to_string_lossy();
                cx.tell(EventKind::LoadVerifyFile, || TraceEvent::LoadVerifyFile { cafile: &path });
            }
            Self::Directory(path) => {
                let path = path.to_string_lossy();
                cx.tell(EventKind::LoadVerifyDirectory, || TraceEvent::LoadVerifyDirectory {
                    capath: &path,
                });
            }
        }
    }

    fn load(&self) -> Result<RootCertStore, TlsSetupError> {
        let mut roots = RootCertStore::empty();
        match self {
            Self::Bundled => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Self::File(path) => add_file(path, &mut roots)?,
            Self::Directory(path) => add_directory(path, &mut roots)?,
        }
        Ok(roots)
    }
}

/// Every certificate of a file must be usable: a person named it.
fn add_file(path: &Path, roots: &mut RootCertStore) -> Result<(), TlsSetupError> {
    let invalid = || TlsSetupError::Invalid(path.to_owned());
    for certificate in read_pem(path)? {
        roots.add(certificate.map_err(|_| invalid())?).map_err(|_| invalid())?;
    }
    if roots.is_empty() { Err(TlsSetupError::Empty(path.to_owned())) } else { Ok(()) }
}

/// A directory of the system has other files too, and certificates that rustls does not take.
fn add_directory(path: &Path, roots: &mut RootCertStore) -> Result<(), TlsSetupError> {
    let unreadable = |error| TlsSetupError::Unreadable(path.to_owned(), error);
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.is_file()
            && let Ok(certificates) = read_pem(&file)
        {
            roots.add_parsable_certificates(certificates.into_iter().flatten());
        }
    }
    if roots.is_empty() { Err(TlsSetupError::Empty(path.to_owned())) } else { Ok(()) }
}

type Certificates = Vec<Result<CertificateDer<'static>, PemError>>;

fn read_pem(path: &Path) -> Result<Certificates, TlsSetupError> {
    let bytes =
        fs::read(path).map_err(|error| TlsSetupError::Unreadable(path.to_owned(), error))?;
    Ok(CertificateDer::pem_slice_iter(&bytes).collect())
}

fn anybody() -> Result<Arc<ClientConfig>, TlsSetupError> {
    let provider = Arc::new(ring::default_provider());
    Ok(Arc::new(
        ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(TlsSetupError::Refused)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
            .with_no_client_auth(),
    ))
}

/// Takes every certificate. The handshake's signatures are still checked: the peer has the key of
/// the certificate it shows, whoever it is.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, RustlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, RustlsError> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, RustlsError> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
