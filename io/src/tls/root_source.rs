//! The trusted root certificates and their sources.

use std::collections::HashSet;
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

use super::listed::ListedVerifier;
use super::no_verification::NoVerification;
use crate::error::TlsSetupError;
use crate::pem::Pem;

/// The trusted certificates: those of a set, and those that are listed beside it.
#[derive(Clone, Debug, Default)]
pub(crate) struct RootSource {
    pub(crate) set: RootSet,
    pub(crate) listed: Vec<Pem>,
    /// Every certificate is accepted.
    pub(crate) unverified: bool,
}

/// A set of root certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum RootSet {
    /// Those that the variables `SSL_CERT_FILE` or `SSL_CERT_DIR` name, otherwise Mozilla's list.
    #[default]
    Default,
    /// Those of the system, by whose rules certificates are verified.
    #[cfg(feature = "platform-verifier")]
    System,
    /// The empty set.
    Empty,
}

/// A place of root certificates.
enum Source {
    Bundled,
    #[cfg(feature = "platform-verifier")]
    System,
    Pem(Pem),
    Directory(PathBuf),
}

/// The name of the built-in list in events.
const BUNDLED: &str = "webpki-roots";
/// The name of the system's certificates in events.
#[cfg(feature = "platform-verifier")]
const SYSTEM: &str = "system";

/// Root certificates that were read.
struct Roots {
    store: RootCertStore,
    /// Those of files and of text, which are trusted as certificates of servers too.
    listed: HashSet<CertificateDer<'static>>,
}

impl RootSource {
    /// Returns a source of only these certificates.
    pub(crate) fn only(pem: Pem) -> Self {
        Self { set: RootSet::Empty, listed: vec![pem], unverified: false }
    }

    pub(crate) const fn verifies(&self) -> bool {
        !self.unverified
    }

    /// Returns the verifier for certificates of servers. Reading the roots is an event.
    pub(super) fn verifier<S: Sink>(
        &self,
        provider: &Arc<CryptoProvider>,
        cx: &mut Cx<'_, S>,
    ) -> Result<Arc<dyn ServerCertVerifier>, TlsSetupError> {
        if self.unverified {
            return Ok(Arc::new(NoVerification(Arc::clone(provider))));
        }
        let mut roots = Roots { store: RootCertStore::empty(), listed: HashSet::new() };
        for source in
            self.set.source().into_iter().chain(self.listed.iter().cloned().map(Source::Pem))
        {
            source.emit(cx);
            source.load(&mut roots)?;
        }
        let Roots { store, listed } = roots;
        let mut verifier = self.set.verifier(store, &listed, provider)?;
        if !listed.is_empty() {
            verifier = Arc::new(ListedVerifier { listed, inner: verifier });
        }
        Ok(Arc::new(Verifier::new(verifier)))
    }
}

impl RootSet {
    fn source(self) -> Option<Source> {
        match self {
            Self::Default => Some(from_environment()),
            #[cfg(feature = "platform-verifier")]
            Self::System => Some(Source::System),
            Self::Empty => None,
        }
    }

    /// Returns the verifier of paths to one of the roots.
    #[cfg_attr(not(feature = "platform-verifier"), expect(unused_variables))]
    fn verifier(
        self,
        store: RootCertStore,
        listed: &HashSet<CertificateDer<'static>>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ServerCertVerifier>, TlsSetupError> {
        let provider = Arc::clone(provider);
        #[cfg(feature = "platform-verifier")]
        if self == Self::System {
            let extra = listed.iter().cloned();
            let system = rustls_platform_verifier::Verifier::new_with_extra_roots(extra, provider);
            return Ok(Arc::new(system.map_err(TlsSetupError::Refused)?));
        }
        match WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider).build() {
            Ok(verifier) => Ok(verifier),
            Err(error) => Err(TlsSetupError::Refused(RustlsError::General(error.to_string()))),
        }
    }
}

fn from_environment() -> Source {
    let path = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    path("SSL_CERT_FILE")
        .map(|path| Source::Pem(Pem::File(path)))
        .or_else(|| path("SSL_CERT_DIR").map(Source::Directory))
        .unwrap_or(Source::Bundled)
}

impl Source {
    fn emit<S: Sink>(&self, cx: &mut Cx<'_, S>) {
        let name = match self {
            Self::Bundled => BUNDLED.into(),
            #[cfg(feature = "platform-verifier")]
            Self::System => SYSTEM.into(),
            Self::Pem(pem) => pem.name(),
            Self::Directory(path) => {
                let path = path.to_string_lossy();
                cx.emit(EventKind::LoadVerifyDirectory, || TraceEvent::LoadVerifyDirectory {
                    capath: &path,
                });
                return;
            }
        };
        cx.emit(EventKind::LoadVerifyFile, || TraceEvent::LoadVerifyFile { cafile: &name });
    }

    fn load(&self, roots: &mut Roots) -> Result<(), TlsSetupError> {
        match self {
            Self::Bundled => roots.store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            // Its verifier loads them.
            #[cfg(feature = "platform-verifier")]
            Self::System => {}
            Self::Pem(pem) => roots.add_pem(pem)?,
            Self::Directory(path) => roots.add_directory(path)?,
        }
        Ok(())
    }
}

impl Roots {
    /// Adds the certificates of a file or of text. Each must be usable, because they were named
    /// explicitly.
    fn add_pem(&mut self, pem: &Pem) -> Result<(), TlsSetupError> {
        let certificates = match (read_pem(pem), pem) {
            (Ok(certificates), _) => certificates,
            (Err(error), Pem::File(path)) => {
                return Err(TlsSetupError::Unreadable(path.clone(), error));
            }
            (Err(_), Pem::Memory(_)) => return Err(TlsSetupError::Invalid(pem.clone())),
        };
        let invalid = || TlsSetupError::Invalid(pem.clone());
        if certificates.is_empty() {
            return Err(TlsSetupError::Empty(pem.clone()));
        }
        for certificate in certificates {
            let certificate = certificate.map_err(|_| invalid())?;
            self.store.add(certificate.clone()).map_err(|_| invalid())?;
            self.listed.insert(certificate);
        }
        Ok(())
    }

    /// Adds the certificates of a directory. It may contain other files, and certificates that rustls
    /// does not support.
    fn add_directory(&mut self, path: &Path) -> Result<(), TlsSetupError> {
        let unreadable = |error| TlsSetupError::Unreadable(path.to_owned(), error);
        for entry in fs::read_dir(path).map_err(unreadable)? {
            let file = entry.map_err(unreadable)?.path();
            if file.is_file()
                && let Ok(certificates) = read_pem(&Pem::File(file))
            {
                for certificate in certificates.into_iter().flatten() {
                    if self.store.add(certificate.clone()).is_ok() {
                        self.listed.insert(certificate);
                    }
                }
            }
        }
        let is_empty = self.store.is_empty();
        if is_empty { Err(TlsSetupError::Empty(Pem::File(path.to_owned()))) } else { Ok(()) }
    }
}

type Certificates = Vec<Result<CertificateDer<'static>, PemError>>;

fn read_pem(pem: &Pem) -> std::io::Result<Certificates> {
    let bytes = pem.read()?;
    Ok(CertificateDer::pem_slice_iter(&bytes).collect())
}
