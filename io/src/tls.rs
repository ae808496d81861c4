//! The TLS configuration of a client: roots, client certificate, versions, key log.

mod identity;
mod key_log;
mod listed;
mod no_verification;
mod root_source;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use limpid_core::time::Mono;
use limpid_core::trace::{Cx, EventKind, Scope, Sink, TraceEvent};
use rustls::crypto::CryptoProvider;
use rustls::version::{TLS12, TLS13};
use rustls::{CipherSuite, ClientConfig, DEFAULT_VERSIONS, SupportedProtocolVersion};

use crate::error::TlsSetupError;
use crate::pem::Pem;
use key_log::KeyLogFile;

pub(crate) use identity::Identity;
#[cfg(feature = "platform-verifier")]
pub(crate) use root_source::RootSet;
pub(crate) use root_source::RootSource;

/// The ALPN protocol (RFC 7301) to offer.
const HTTP: &[u8] = b"http/1.1";

static SINCE_TLS13: &[&SupportedProtocolVersion] = &[&TLS13];
static ONLY_TLS12: &[&SupportedProtocolVersion] = &[&TLS12];

/// A version of TLS.
///
/// ```
/// use limpid_io::{ClientBuilder, Settings, TlsVersion};
///
/// let settings: Settings = ClientBuilder::default().min_tls_version(TlsVersion::Tls13).build();
/// # drop(settings);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246), the oldest supported version.
    #[default]
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

impl TlsVersion {
    /// Returns this version and later ones, up to `newest`; none if that is older.
    const fn up_to(self, newest: Self) -> &'static [&'static SupportedProtocolVersion] {
        match (self, newest) {
            (Self::Tls12, Self::Tls13) => DEFAULT_VERSIONS,
            (Self::Tls13, Self::Tls13) => SINCE_TLS13,
            (Self::Tls12, Self::Tls12) => ONLY_TLS12,
            (Self::Tls13, Self::Tls12) => &[],
        }
    }
}

/// Returns the provider of cryptography: that of the feature `aws-lc-rs` or `ring`, in this order,
/// otherwise the one that the process has installed.
pub(crate) fn provider() -> Result<Arc<CryptoProvider>, TlsSetupError> {
    #[cfg(feature = "aws-lc-rs")]
    return Ok(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    #[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
    return Ok(Arc::new(rustls::crypto::ring::default_provider()));
    #[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
    CryptoProvider::get_default().cloned().ok_or(TlsSetupError::Missing)
}

/// The settings of a TLS configuration.
#[derive(Clone, Debug)]
pub(crate) struct TlsOptions {
    pub(crate) roots: RootSource,
    /// The client's certificate, for servers that ask for it.
    pub(crate) identity: Option<Identity>,
    pub(crate) oldest: TlsVersion,
    pub(crate) newest: TlsVersion,
    /// The cipher suites that are offered, if not all, in this order.
    pub(crate) suites: Option<Vec<CipherSuite>>,
    /// Whether ALPN is offered.
    pub(crate) offers_http: bool,
    /// The file to which the secrets of connections are appended.
    pub(crate) key_log: Option<PathBuf>,
}

impl Default for TlsOptions {
    fn default() -> Self {
        Self {
            roots: RootSource::default(),
            identity: None,
            oldest: TlsVersion::Tls12,
            newest: TlsVersion::Tls13,
            suites: None,
            offers_http: true,
            key_log: None,
        }
    }
}

/// The TLS configuration of a client, created when it is first needed.
#[derive(Debug)]
pub(crate) struct LazyTlsConfig {
    options: TlsOptions,
    config: Mutex<Option<Arc<ClientConfig>>>,
}

impl LazyTlsConfig {
    pub(crate) const fn new(options: TlsOptions) -> Self {
        Self { options, config: Mutex::new(None) }
    }

    /// Creates the configuration, unless it exists. Emits events to `sink`.
    pub(crate) fn prepare<S: Sink>(&self, now: Mono, sink: &S) -> Result<(), TlsSetupError> {
        let mut config = self.lock();
        if config.is_none() {
            let mut scope = Scope::default();
            let made = self.options.configure(&mut Cx::new(now, sink, &mut scope))?;
            *config = Some(Arc::new(made));
        }
        Ok(())
    }

    /// Returns the configuration, once it is created.
    pub(crate) fn get(&self) -> Option<Arc<ClientConfig>> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<ClientConfig>>> {
        self.config.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TlsOptions {
    /// Creates the TLS configuration, and emits how.
    fn configure<S: Sink>(&self, cx: &mut Cx<'_, S>) -> Result<ClientConfig, TlsSetupError> {
        self.emit(cx);
        let provider = self.provider()?;
        let verifier = self.roots.verifier(&provider, cx)?;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(self.oldest.up_to(self.newest))
            .map_err(TlsSetupError::Refused)?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let (chain, key) = identity.load()?;
                let refused = |error| identity.refused(&error);
                builder.with_client_auth_cert(chain, key).map_err(refused)?
            }
        };
        if self.offers_http {
            config.alpn_protocols = vec![HTTP.to_vec()];
        }
        if let Some(path) = &self.key_log {
            let unwritable = |error| TlsSetupError::KeyLog(path.clone(), error);
            config.key_log = Arc::new(KeyLogFile::open(path).map_err(unwritable)?);
        }
        Ok(config)
    }

    /// Returns the provider of cryptography with the cipher suites that are allowed.
    fn provider(&self) -> Result<Arc<CryptoProvider>, TlsSetupError> {
        let provider = provider()?;
        let Some(allowed) = &self.suites else { return Ok(provider) };
        let of = |suite: &CipherSuite| {
            provider.cipher_suites.iter().find(|offered| offered.suite() == *suite).copied()
        };
        let cipher_suites: Vec<_> = allowed.iter().filter_map(of).collect();
        if cipher_suites.is_empty() {
            return Err(TlsSetupError::CipherSuites);
        }
        Ok(Arc::new(CryptoProvider { cipher_suites, ..CryptoProvider::clone(&provider) }))
    }

    fn emit<S: Sink>(&self, cx: &mut Cx<'_, S>) {
        let (cert, key) = match &self.identity {
            None => (None, None),
            Some(identity) => {
                let key = identity.key.as_ref();
                (Some(identity.certificate.name()), key.map(Pem::name))
            }
        };
        cx.emit(EventKind::LoadSslContext, || TraceEvent::LoadSslContext {
            verify: self.roots.verifies(),
            cert: cert.as_deref(),
            key: key.as_deref(),
        });
    }
}
