//! The builder of clients, the same for every driver.

use std::env;
use std::fmt;
use std::net::IpAddr;
#[cfg(feature = "rustls")]
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{
    AttemptDelay, NoProxy, Options, PoolLimits, Proxy, ProxyRules, ProxyVariableError, RouteOptions,
};
use limpid_core::limits::{Lenient, Limits};
use limpid_core::trace::{Sink, SocketOption};

use crate::layers::{ClientLayers, TlsSource};
use crate::settings::{Settings, SharedSink};
#[cfg(feature = "rustls")]
use crate::tls::{RootSource, TlsOptions};

/// How many host names are looked up at once by default.
const LOOKUPS: usize = 32;

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
    pub(crate) options: Options,
    /// What secures connections to origin servers, if the caller has it.
    pub(crate) layers: Option<Arc<dyn ClientLayers>>,
    pub(crate) proxy_layers: Option<Arc<dyn ClientLayers>>,
    #[cfg(feature = "rustls")]
    pub(crate) tls: TlsOptions,
    #[cfg(feature = "rustls")]
    pub(crate) proxy_roots: RootSource,
    pool: PoolLimits,
    sink: SharedSink,
    lookups: usize,
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
            layers: None,
            proxy_layers: None,
            #[cfg(feature = "rustls")]
            tls: TlsOptions::default(),
            #[cfg(feature = "rustls")]
            proxy_roots: RootSource::default(),
            pool: PoolLimits::default(),
            sink: None,
            lookups: LOOKUPS,
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

    /// Does as httpx does where that differs from what is safer: the response is not read while the
    /// request is being sent, so that an early answer is seen only when all was sent or the transport takes
    /// no more.
    pub const fn like_httpx(mut self) -> Self {
        self.options.read_after_send = true;
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
    pub fn local_address(mut self, address: IpAddr) -> Self {
        self.route().local_address = Some(address);
        self
    }

    /// Opens every connection to this Unix socket, whatever the URL's host, and without a proxy.
    pub fn unix_socket(mut self, path: impl Into<String>) -> Self {
        self.route().unix_socket = Some(path.into());
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
    /// - `SSLKEYLOGFILE`, with the feature `rustls`, as a file to which the secrets of TLS connections
    ///   are added.
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
        #[cfg(feature = "rustls")]
        {
            let key_log = env::var_os("SSLKEYLOGFILE").filter(|file| !file.is_empty());
            self.tls.key_log = key_log.map(PathBuf::from).or(self.tls.key_log);
        }
        Ok(self)
    }

    /// Opens connections to this port of `host` to these addresses, which are tried like those of a
    /// resolver, and asks none. The host `*` is every other. All else, such as the Host field and the name that a
    /// certificate must have, stays as the URL has it.
    pub fn resolve(mut self, host: &str, port: u16, addresses: impl Into<Vec<IpAddr>>) -> Self {
        self.route().hosts.add(host, port, addresses);
        self
    }

    /// Looks up host names with this resolver instead of the system's: any `Resolve` of the driver.
    /// It is not asked about addresses, nor about hosts whose addresses are [given](Self::resolve).
    pub fn resolver(mut self, resolver: impl Into<C::Resolver>) -> Self {
        self.resolver = resolver.into();
        self
    }

    /// How many host names are looked up at once at most, each on a thread; others wait for their turn.
    /// 32 by default, and at least one. Requests for the same host and port share a lookup. One that
    /// nothing waits for any more keeps its thread until the resolver has answered.
    pub const fn lookups(mut self, most: usize) -> Self {
        self.lookups = most;
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
        self.route().socket_options = Some(options);
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

    /// Asks for this server by name (SNI, RFC 6066 section 3), and wants its certificate to be for
    /// this name, whatever the URL's host. Servers within a tunnel keep the name of the URL.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.route().server_name = Some(name.into());
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

    /// Secures connections by the layers that this makes, to origin servers and to `https` proxies: TLS
    /// of another implementation, for one. Whatever else is said of TLS is not used then.
    pub fn tls_layers(mut self, layers: impl ClientLayers + 'static) -> Self {
        let layers: Arc<dyn ClientLayers> = Arc::new(layers);
        self.proxy_layers = Some(Arc::clone(&layers));
        self.layers = Some(layers);
        self
    }

    fn route(&mut self) -> &mut RouteOptions {
        Arc::make_mut(&mut self.options.route)
    }

    /// Completes the client. Trusted certificates are read when the first `https` URL is asked for.
    #[must_use]
    pub fn build(mut self) -> C {
        let [tls, proxy_tls] = self.default_sources();
        let Self {
            mut options,
            layers,
            proxy_layers,
            pool,
            sink,
            lookups,
            resolver,
            connector,
            ..
        } = self;
        let tls = layers.map_or(tls, TlsSource::layers);
        let proxy_tls = proxy_layers.map_or(proxy_tls, TlsSource::layers);
        // What is known beforehand need not be asked for.
        (options.trust, options.proxy_trust) = (tls.known(), proxy_tls.known());
        let settings = Settings { options: Arc::new(options), tls, proxy_tls, pool, lookups, sink };
        C::build(settings, resolver, connector)
    }

    /// There is nothing that could secure connections, unless the caller has it.
    #[cfg(not(feature = "rustls"))]
    fn default_sources(&mut self) -> [TlsSource; 2] {
        [TlsSource::missing(), TlsSource::missing()]
    }
}
