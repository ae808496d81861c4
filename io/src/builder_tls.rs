//! The settings of clients for TLS over rustls.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::{CipherSuite, ClientConfig};

use crate::builder::{BuildClient, ClientBuilder};
use crate::layers::TlsSource;
use crate::pem::Pem;
#[cfg(feature = "platform-verifier")]
use crate::tls::RootSet;
use crate::tls::{Identity, LazyTlsConfig, RootSource, TlsOptions, TlsVersion};

impl<C: BuildClient> ClientBuilder<C> {
    /// Trusts only the certificates in this PEM file for `https` proxies.
    pub fn proxy_ca_file(self, path: impl AsRef<Path>) -> Self {
        self.proxy_ca(Pem::File(path.as_ref().to_owned()))
    }

    /// Trusts only these certificates for `https` proxies.
    pub fn proxy_ca(mut self, pem: Pem) -> Self {
        self.proxy_roots = RootSource::only(pem);
        self
    }

    /// Trusts only the certificates in this PEM file: those of authorities, and those of servers
    /// themselves.
    ///
    /// A server whose certificate is in the file, byte for byte, needs no issuer, even if the
    /// certificate is that of an authority, as self-signed ones of OpenSSL are. Its dates and names are
    /// verified. The common name is read as a name only if such a certificate has no other names.
    ///
    /// By default, the trusted ones are those that the environment's `SSL_CERT_FILE` or
    /// `SSL_CERT_DIR` names, otherwise Mozilla's list, which is built in.
    pub fn ca_file(self, path: impl AsRef<Path>) -> Self {
        self.ca(Pem::File(path.as_ref().to_owned()))
    }

    /// Trusts only these certificates, as [`ca_file`](Self::ca_file) does.
    ///
    /// ```
    /// use limpid_io::{ClientBuilder, Pem, Settings};
    ///
    /// let authority = "-----BEGIN CERTIFICATE-----\n...";
    /// let builder = ClientBuilder::<Settings>::default().ca(Pem::text(authority));
    /// # drop(builder);
    /// ```
    #[doc(alias("root_certs", "tls_built_in_root_certs"))]
    pub fn ca(mut self, pem: Pem) -> Self {
        self.tls.roots =
            RootSource { unverified: self.tls.roots.unverified, ..RootSource::only(pem) };
        self
    }

    /// Trusts these certificates too, beside the default ones, those of [`ca_file`](Self::ca_file) or
    /// those of the system.
    #[doc(alias = "add_root_certificate")]
    pub fn add_ca(mut self, pem: Pem) -> Self {
        self.tls.roots.listed.push(pem);
        self
    }

    /// Trusts the certificates of the system instead of the default ones, and verifies by the rules of
    /// the system where it has a verifier. What [`ca_file`](Self::ca_file) and
    /// [`add_ca`](Self::add_ca) name is trusted too. It applies to `https` proxies as well.
    ///
    /// On Linux and BSD, the certificates are those that OpenSSL trusts, which the environment's
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR` replace.
    #[cfg(feature = "platform-verifier")]
    pub const fn system_roots(mut self) -> Self {
        self.tls.roots.set = RootSet::System;
        self.proxy_roots.set = RootSet::System;
        self
    }

    /// Accepts every certificate if `accept` is true. An attacker on the path can then read and
    /// change all data.
    #[doc(alias("insecure", "disable_verification"))]
    pub const fn danger_accept_invalid_certs(mut self, accept: bool) -> Self {
        self.tls.roots.unverified = accept;
        self
    }

    /// Authenticates to servers that ask for it, with this certificate and key. Both are PEM files:
    /// the certificate comes first in its own, followed by the intermediate ones, and the key is in
    /// PKCS #8, PKCS #1 or SEC 1 form. One file may contain both, and be given twice.
    ///
    /// They are read with the trusted certificates, for the first `https` URL. The request fails with
    /// [`Error::TlsSetup`](crate::Error::TlsSetup) if they cannot be used.
    pub fn client_cert(self, cert_file: impl AsRef<Path>, key_file: impl AsRef<Path>) -> Self {
        let [certificate, key] = [cert_file.as_ref(), key_file.as_ref()];
        self.client_identity(Pem::File(certificate.to_owned()), Pem::File(key.to_owned()))
    }

    /// Authenticates with this certificate and key, as [`client_cert`](Self::client_cert) does.
    #[doc(alias = "identity")]
    pub fn client_identity(mut self, certificate: Pem, key: Pem) -> Self {
        let key = (key != certificate).then_some(key);
        self.tls.identity = Some(Identity { certificate, key });
        self
    }

    /// Sets the minimum version of TLS. [`TlsVersion::Tls12`] by default.
    pub const fn min_tls_version(mut self, oldest: TlsVersion) -> Self {
        self.tls.oldest = oldest;
        self
    }

    /// Sets the maximum version of TLS. [`TlsVersion::Tls13`] by default. The first request to an `https` URL fails if the
    /// minimum is above it.
    pub const fn max_tls_version(mut self, newest: TlsVersion) -> Self {
        self.tls.newest = newest;
        self
    }

    /// Offers only these cipher suites, the preferred ones first. By default all that the provider of cryptography has are
    /// offered. Those that it does not have are left out; the first request to an `https` URL fails if none is left.
    ///
    /// ```
    /// use limpid_io::rustls::CipherSuite;
    /// use limpid_io::{ClientBuilder, Settings};
    ///
    /// let suites = [CipherSuite::TLS13_AES_128_GCM_SHA256];
    /// let settings: Settings = ClientBuilder::default().cipher_suites(suites).build();
    /// # drop(settings);
    /// ```
    pub fn cipher_suites(mut self, suites: impl Into<Vec<CipherSuite>>) -> Self {
        self.tls.suites = Some(suites.into());
        self
    }

    /// Sets whether TLS offers the protocol `http/1.1` (ALPN, RFC 7301). `true` by default. The
    /// handshake fails if the server chooses another.
    pub const fn alpn(mut self, offer: bool) -> Self {
        self.tls.offers_http = offer;
        self
    }

    /// Appends the secrets of TLS connections to this file, so that a packet capture can be
    /// decrypted. Everyone who can read the file can decrypt the connections.
    pub fn key_log_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.tls.key_log = Some(path.into());
        self
    }

    /// Uses this TLS configuration for origin servers, and ignores other settings of TLS for them. It
    /// may have any provider.
    #[doc(alias = "use_preconfigured_tls")]
    pub fn tls_config(mut self, config: Arc<ClientConfig>) -> Self {
        self.layers = Some(Arc::new(config));
        self
    }

    /// Uses this TLS configuration for `https` proxies, and ignores other settings of TLS for them.
    pub fn proxy_tls_config(mut self, config: Arc<ClientConfig>) -> Self {
        self.proxy_layers = Some(Arc::new(config));
        self
    }

    /// Returns sources for origin servers and for proxies, where the caller has set none.
    pub(crate) fn default_sources(&mut self) -> [TlsSource; 2] {
        let tls = std::mem::take(&mut self.tls);
        self.options.verify = tls.roots.verifies();
        // The client's certificate is not sent to proxies.
        let roots = std::mem::take(&mut self.proxy_roots);
        let proxy = TlsOptions { roots, identity: None, ..tls.clone() };
        [tls, proxy].map(|options| TlsSource::lazy(LazyTlsConfig::new(options)))
    }
}
