//! What clients can be told of TLS over rustls.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ClientConfig;

use crate::builder::{BuildClient, ClientBuilder};
use crate::layers::TlsSource;
use crate::tls::{Identity, LazyTlsConfig, RootSource, TlsOptions, TlsVersion};

impl<C: BuildClient> ClientBuilder<C> {
    /// Trusts, as an `https` proxy, only whom the certificate authorities in this PEM file vouch
    /// for.
    pub fn proxy_ca_file(mut self, path: impl AsRef<Path>) -> Self {
        self.proxy_roots = RootSource::File(path.as_ref().to_owned());
        self
    }

    /// Trusts the certificate authorities in this PEM file, and no others.
    ///
    /// By default those are trusted that the environment's `SSL_CERT_FILE` or `SSL_CERT_DIR` names,
    /// or Mozilla's list, which comes with the program.
    pub fn ca_file(mut self, path: impl AsRef<Path>) -> Self {
        self.tls.roots = RootSource::File(path.as_ref().to_owned());
        self
    }

    /// Trusts everybody: whoever sits on the way can read and change everything.
    pub fn danger_accept_invalid_certs(mut self, accept: bool) -> Self {
        self.tls.roots = if accept { RootSource::Unverified } else { RootSource::Default };
        self
    }

    /// Shows this certificate to servers that ask who the client is, and proves it with this key.
    /// Both are PEM files: the certificate comes first in its own, followed by those that lead to an
    /// authority that the server knows, and the key is in PKCS #8, PKCS #1 or SEC 1 form. One file
    /// may have both, and be named twice.
    ///
    /// They are read with the trusted certificates, when the first `https` URL is asked for; what is
    /// wrong with them is told by [`Error::TlsSetup`](crate::Error::TlsSetup).
    pub fn client_cert(mut self, cert_file: impl AsRef<Path>, key_file: impl AsRef<Path>) -> Self {
        let (certificate, key) = (cert_file.as_ref().to_owned(), key_file.as_ref());
        let key = (key != certificate).then(|| key.to_owned());
        self.tls.identity = Some(Identity { certificate, key });
        self
    }

    /// Speaks this version of TLS or a later one. [`TlsVersion::Tls12`] by default.
    pub const fn min_tls_version(mut self, oldest: TlsVersion) -> Self {
        self.tls.oldest = oldest;
        self
    }

    /// Whether TLS offers the protocol `http/1.1` (ALPN, RFC 7301), as it does by default. A server
    /// that chooses another is refused.
    pub const fn alpn(mut self, offer: bool) -> Self {
        self.tls.offers_http = offer;
        self
    }

    /// Adds the secrets of TLS connections to this file, so that a recording of them can be read: by
    /// whom it was meant for, and by everybody else who may read the file.
    pub fn key_log_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.tls.key_log = Some(path.into());
        self
    }

    /// Uses this TLS configuration for origin servers as it is, whatever else is said of TLS. It may
    /// have any provider.
    pub fn tls_config(mut self, config: Arc<ClientConfig>) -> Self {
        self.layers = Some(Arc::new(config));
        self
    }

    /// Uses this TLS configuration for `https` proxies as it is.
    pub fn proxy_tls_config(mut self, config: Arc<ClientConfig>) -> Self {
        self.proxy_layers = Some(Arc::new(config));
        self
    }

    /// What secures connections to origin servers and to proxies where the caller has nothing.
    pub(crate) fn default_sources(&mut self) -> [TlsSource; 2] {
        let tls = std::mem::take(&mut self.tls);
        self.options.verify = tls.roots.verifies();
        // A proxy is told nothing of who the client is.
        let roots = std::mem::take(&mut self.proxy_roots);
        let proxy = TlsOptions { roots, identity: None, ..tls.clone() };
        [tls, proxy].map(|options| TlsSource::lazy(LazyTlsConfig::new(options)))
    }
}
