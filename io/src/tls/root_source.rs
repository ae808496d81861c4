//! The trusted root certificates and their sources.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use limpid_core::trace::{Cx, EventKind, Sink, TraceEvent};
use limpid_core::transport::self_signed::Verifier;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::{Error as RustlsError, RootCertStore};
use rustls_pki_types::pem::{Error as PemError, PemObject};

use super::no_verification::NoVerification;
use crate::error::TlsSetupError;

/// The trusted root certificates.
#[derive(Clone, Debug, Default)]
pub(crate) enum RootSource {
    /// Those that the variables `SSL_CERT_FILE` or `SSL_CERT_DIR` name, otherwise Mozilla's list.
    #[default]
    Default,
    /// Only those in this file.
    File(PathBuf),
    /// Certificates are not verified.
    Unverified,
}

/// A place of root certificates.
enum Source {
    Bundled,
    File(PathBuf),
    Directory(PathBuf),
}

/// The name of the built-in list in events.
const BUNDLED: &str = "webpki-roots";

impl RootSource {
    pub(crate) const fn verifies(&self) -> bool {
        !matches!(self, Self::Unverified)
    }

    /// Returns the verifier for certificates of servers. Reading the roots is an event.
    pub(super) fn verifier<S: Sink>(
        &self,
        provider: &Arc<CryptoProvider>,
        cx: &mut Cx<'_, S>,
    ) -> Result<Arc<dyn ServerCertVerifier>, TlsSetupError> {
        let source = match self {
            Self::Unverified => return Ok(Arc::new(NoVerification(Arc::clone(provider)))),
            Self::File(path) => Source::File(path.clone()),
            Self::Default => from_environment(),
        };
        source.emit(cx);
        let roots = Arc::new(source.load()?);
        let verifier =
            WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider)).build();
        match verifier {
            Ok(verifier) => Ok(Arc::new(Verifier::new(verifier))),
            Err(error) => Err(TlsSetupError::Refused(RustlsError::General(error.to_string()))),
        }
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
    fn emit<S: Sink>(&self, cx: &mut Cx<'_, S>) {
        match self {
            Self::Bundled => {
                cx.emit(EventKind::LoadVerifyFile, || TraceEvent::LoadVerifyFile {
                    cafile: BUNDLED,
                });
            }
            Self::File(path) => {
                let path = path.to_string_lossy();
                cx.emit(EventKind::LoadVerifyFile, || TraceEvent::LoadVerifyFile { cafile: &path });
            }
            Self::Directory(path) => {
                let path = path.to_string_lossy();
                cx.emit(EventKind::LoadVerifyDirectory, || TraceEvent::LoadVerifyDirectory {
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

/// Adds the certificates of a file. Each must be usable, because the file was named explicitly.
fn add_file(path: &Path, roots: &mut RootCertStore) -> Result<(), TlsSetupError> {
    let invalid = || TlsSetupError::Invalid(path.to_owned());
    for certificate in read_pem(path)? {
        roots.add(certificate.map_err(|_| invalid())?).map_err(|_| invalid())?;
    }
    if roots.is_empty() { Err(TlsSetupError::Empty(path.to_owned())) } else { Ok(()) }
}

/// Adds the certificates of a directory. It may contain other files, and certificates that rustls
/// does not support.
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
