//! The builder of clients, the same for every driver.

use std::env;
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{
    AttemptDelay, NoProxy, Options, PoolLimits, Proxy, ProxyRules, ProxyVariableError,
};
use limpid_core::limits::{Lenient, Limits};
use limpid_core::trace::{Sink, SocketOption};
use rustls::ClientConfig;

use crate::settings::{Settings, SharedSink};
use crate::tls::{Identity, LazyTlsConfig, RootSource, TlsOptions, TlsVersion};

/// A client that a [`ClientBuilder`] can build.
pub trait BuildClient: Sized {
    /// What looks up host names; by default, the system's resolver.
    type Resolver: Default;

    /// What opens connections; by default, sockets of the system.
    type Connector: Default;

    /// Makes the client.
    fn build(settings: Settings, resolver: Self::Resolver, connector: Self::Connector) -> Self;
}

/// Settings can be built for any driver, whose client is made from them later.
impl BuildClient for Settings {
    type Resolver = ();
    type Connector = ();

    fn build(settings: Settings, (): (), (): ()) -> Self {
        settings
    }
}

/// Builds a client `C` of any driver.
#[must_use = "a client must be built"]
pub struct ClientBuilder<C: BuildClient> {
    options: Options,
    tls: TlsOptions,
    proxy_roots: RootSource,
    pool: PoolLimits,
    sink: SharedSink,
    resolver: C::Resolver,
    connector: C::Connector,
}

impl<C: BuildClient> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("options", &self.options)
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}

impl<C: BuildClient> Default for ClientBuilder<C> {
    fn default() -> Self {
        Self {
            options: Options::default(),
            tls: TlsOptions::default(),
            proxy_roots: RootSource::default(),
            pool: PoolLimits::default(),
            sink: None,
            resolver: C::Resolver::default(),
            connector: C::Connector::default(),
        }
    }
}

impl<C: BuildClient> ClientBuilder<C> {
    /// Who is told what the client does. Without a sink, nobody is, and tracing costs nothing.
    pub fn sink(mut self, sink: impl Sink + Send + Sync + 'static) -> Self {
        self.sink = Some(Arc::new(sink));
        self
    }

    /// How long connecting to one address may take, and the TLS handshake again. Five seconds by
    /// default; `None` waits without end.
    pub fn connect_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeouts.connect = timeout.into();
        self
    }

    /// How long one address of a host is tried alone before the next is tried beside it (RFC 8305):
    /// a quarter of a second by default. What is shorter than ten milliseconds or longer than two
    /// seconds is brought within these bounds.
    pub fn attempt_delay(mut self, delay: Duration) -> Self {
        self.options.attempt_delay = AttemptDelay::new(delay);
        self
    }

    /// How long a request may wait for a free connection where the pool is full. Five seconds by
    /// default.
    pub fn pool_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeouts.pool = timeout.into();
        self
    }

    /// How many connections are kept, and for how long.
    pub const fn pool(mut self, limits: PoolLimits) -> Self {
        self.pool = limits;
        self
    }

    /// Whether bodies are decoded that come in a content coding: gzip, deflate, and with the features
    /// of these names br and zstd. Requests without an Accept-Encoding then ask for them. By default
    /// they do not, and bodies are what the server sent.
    ///
    /// The head stays as it came: its Content-Length is that of the coded body. What is not known is
    /// left as it is. A body that cannot be decoded is an error, and so is one that becomes more than
    /// the [`limits`](Self::limits) `expansion` and `body` allow.
    pub const fn decompress(mut self, decompress: bool) -> Self {
        self.options.decode = decompress;
        self
    }

    /// How many redirects are followed. None by default.
    pub const fn redirects(mut self, most: u32) -> Self {
        self.options.redirects = most;
        self
    }

    /// How many times opening a connection is tried again after it failed, with growing pauses.
    /// Never by default.
    pub const fn retries(mut self, most: u32) -> Self {
        self.options.retries = most;
        self
    }

    /// The local address from which connections are opened.
    pub const fn local_address(mut self, address: IpAddr) -> Self {
        self.options.local_address = Some(address);
        self
    }

    /// Opens every connection to this Unix socket, whatever the URL's host, and without a proxy.
    pub fn unix_socket(mut self, path: impl Into<String>) -> Self {
        self.options.unix_socket = Some(path.into());
        self
    }

    /// Sends every request through this proxy, but for those to hosts that are
    /// [excepted](Self::no_proxy).
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.options.proxies = self.options.proxies.through(proxy);
        self
    }

    /// Sends requests to these hosts directly, whatever the environment says of others.
    pub fn no_proxy(mut self, hosts: NoProxy) -> Self {
        self.options.proxies = self.options.proxies.except(hosts);
        self
    }

    /// Takes from the environment what people set there for all programs:
    ///
    /// - which proxies are used, by the rules of curl ([`ProxyRules::from_environment`]);
    /// - `SSLKEYLOGFILE`, as a [`key_log_file`](Self::key_log_file).
    ///
    /// By default neither is taken: whoever sets the variables of a program that does not expect it
    /// reads all that it sends. What is said after this call counts more.
    ///
    /// # Errors
    /// A variable is no proxy.
    pub fn trust_environment(mut self) -> Result<Self, ProxyVariableError> {
        self.options.proxies = ProxyRules::from_environment(|name| {
            env::var_os(name).map(|value| value.to_string_lossy().into_owned())
        })?;
        let key_log = env::var_os("SSLKEYLOGFILE").filter(|file| !file.is_empty());
        self.tls.key_log = key_log.map(PathBuf::from).or(self.tls.key_log);
        Ok(self)
    }

    /// Trusts, as an `https` proxy, only whom the certificate authorities in this PEM file vouch
    /// for.
    pub fn proxy_ca_file(mut self, path: impl AsRef<Path>) -> Self {
        self.proxy_roots = RootSource::File(path.as_ref().to_owned());
        self
    }

    /// Opens connections to this port of `host` to these addresses, which are tried like those of a
    /// resolver, and asks none. The host `*` is every other. All else, such as the Host field and the name that a
    /// certificate must have, stays as the URL has it.
    pub fn resolve(mut self, host: &str, port: u16, addresses: impl Into<Vec<IpAddr>>) -> Self {
        self.options.hosts.add(host, port, addresses);
        self
    }

    /// Looks up host names with this resolver instead of the system's: any `Resolve` of the driver.
    /// It is not asked about addresses, nor about hosts whose addresses are [given](Self::resolve).
    pub fn resolver(mut self, resolver: impl Into<C::Resolver>) -> Self {
        self.resolver = resolver.into();
        self
    }

    /// Opens connections with this connector instead of sockets of the system: any `Connect` of the
    /// driver.
    pub fn connector(mut self, connector: impl Into<C::Connector>) -> Self {
        self.connector = connector.into();
        self
    }

    /// Options that sockets are given, by the system's numbers.
    pub fn socket_options(mut self, options: Vec<SocketOption>) -> Self {
        self.options.socket_options = Some(options);
        self
    }

    /// How long the server may keep silent. Five seconds by default.
    pub fn read_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeouts.read = timeout.into();
        self
    }

    /// How long the server may refuse to take more of the request. Five seconds by default. A blocking
    /// write of which a part was taken waits as long for the rest, so that a server that stops reading
    /// is given up after a few times this.
    pub fn write_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeouts.write = timeout.into();
        self
    }

    /// How long a request that expects `100 Continue` waits for it before its body is sent all the
    /// same. One second by default.
    pub fn expect_continue_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeouts.expect_continue = timeout.into();
        self
    }

    /// How long a request and its response may take altogether. No limit by default.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeouts.total = timeout.into();
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

    /// Asks for this server by name (SNI, RFC 6066 section 3), and wants its certificate to be for
    /// this name, whatever the URL's host. Servers within a tunnel keep the name of the URL.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.options.server_name = Some(name.into());
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

    /// Uses this TLS configuration as it is, whatever else is said of TLS.
    pub fn tls_config(mut self, config: Arc<ClientConfig>) -> Self {
        self.options.tls = Some(config);
        self
    }

    /// How much a server may send.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.options.config.limits = limits;
        self
    }

    /// Which rules a server may break; none by default.
    pub const fn lenient(mut self, lenient: Lenient) -> Self {
        self.options.config.lenient = lenient;
        self
    }

    /// Completes the client. Trusted certificates are read when the first `https` URL is asked for.
    #[must_use]
    pub fn build(self) -> C {
        let Self { mut options, tls, proxy_roots, pool, sink, resolver, connector } = self;
        options.verify = tls.roots.verifies();
        // A proxy is told nothing of who the client is.
        let proxy_tls = TlsOptions { roots: proxy_roots, identity: None, ..tls.clone() };
        let settings = Settings {
            options: Arc::new(options),
            trust: LazyTlsConfig::new(tls),
            proxy_trust: LazyTlsConfig::new(proxy_tls),
            pool,
            sink,
        };
        C::build(settings, resolver, connector)
    }
}
