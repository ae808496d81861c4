//! The builder of clients, for every driver.

use std::env;
use std::fmt;
use std::net::IpAddr;
#[cfg(feature = "rustls")]
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{
    AddressFamily, AttemptDelay, DrainLimits, Options, PoolLimits, ProxyError, ProxyRules,
    ProxyVariableError, RedirectRules, RetryPolicy, RouteOptions,
};
use limpid_core::fields::FieldBlock;
use limpid_core::limits::{Config, Lenient, Limits};
#[cfg(feature = "rustls")]
use limpid_core::time::Mono;
use limpid_core::trace::{Sink, SocketOption};

use crate::arguments::HeaderPair;
use crate::certificate_reader::certificate_reader;
use crate::error::Error;
use crate::ids::random;
use crate::layers::{ClientLayers, TlsSource};
use crate::recording::SharedRecorder;
use crate::settings::{Settings, SharedSink};
#[cfg(feature = "rustls")]
use crate::tls::{RootSource, TlsOptions};

/// The default maximum number of concurrent lookups.
const LOOKUPS: usize = 32;

/// The default maximum size of a body that is read into memory.
const IN_MEMORY: u64 = 256 * 1024 * 1024;

/// A driver's client, which a [`ClientBuilder`] builds.
///
/// The [crate](crate) has an example.
pub trait BuildClient: Sized {
    /// The resolver; by default, that of the system.
    type Resolver: Default;

    /// The connector; by default, it opens sockets of the system.
    type Connector: Default;

    /// Creates the client.
    fn build(settings: Settings, resolver: Self::Resolver, connector: Self::Connector) -> Self;
}

/// Allows building settings without a driver, to create a client from them later.
impl BuildClient for Settings {
    type Resolver = ();
    type Connector = ();

    fn build(settings: Settings, (): (), (): ()) -> Self {
        settings
    }
}

/// A builder for the client `C` of a driver.
///
/// By default, connecting, waiting for a place in the pool, for bytes of the server and for the server to take bytes may
/// take 5 seconds each, as in httpx; a request in total has no limit. Redirects are returned as responses, bodies are
/// returned as they were sent, and up to 256 MiB of a body are read into memory. The documentation of each driver begins
/// with all defaults. A request replaces most of them for itself.
///
/// The [crate](crate) has an example.
#[must_use = "a client must be built"]
pub struct ClientBuilder<C: BuildClient> {
    pub(crate) options: Options,
    /// The caller's source of layers for connections to origin servers.
    pub(crate) layers: Option<Arc<dyn ClientLayers>>,
    pub(crate) proxy_layers: Option<Arc<dyn ClientLayers>>,
    #[cfg(feature = "rustls")]
    pub(crate) tls: TlsOptions,
    #[cfg(feature = "rustls")]
    pub(crate) proxy_roots: RootSource,
    pool: PoolLimits,
    sink: SharedSink,
    recorder: SharedRecorder,
    #[cfg(feature = "cookies")]
    cookies: Option<crate::CookieJar>,
    lookups: usize,
    resolver: C::Resolver,
    connector: C::Connector,
    default_headers: FieldBlock,
    in_memory_limit: u64,
    pub(crate) proxy_error: Option<ProxyError>,
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
            options: Options::with(|options| options.certificates = certificate_reader()),
            layers: None,
            proxy_layers: None,
            #[cfg(feature = "rustls")]
            tls: TlsOptions::default(),
            #[cfg(feature = "rustls")]
            proxy_roots: RootSource::default(),
            pool: PoolLimits::default(),
            sink: None,
            recorder: None,
            #[cfg(feature = "cookies")]
            cookies: None,
            lookups: LOOKUPS,
            resolver: C::Resolver::default(),
            connector: C::Connector::default(),
            default_headers: FieldBlock::new(),
            in_memory_limit: IN_MEMORY,
            proxy_error: None,
        }
    }
}

impl<C: BuildClient> ClientBuilder<C> {
    /// Sets the sink of the client's events. Without a sink, tracing costs nothing.
    pub fn sink(mut self, sink: impl Sink + Send + Sync + 'static) -> Self {
        self.sink = Some(Arc::new(sink));
        self
    }

    /// Records every input of the client's requests with this recorder, from which their events can be made again.
    /// Without a recorder, recording costs nothing.
    ///
    /// ```
    /// use limpid_io::{ClientBuilder, Recorder, RecorderOptions, Settings};
    ///
    /// # let directory = std::env::temp_dir().join(format!("limpid-client-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// # let path = directory.join("requests.limpid");
    /// let recorder = Recorder::create(&path, RecorderOptions::default())?;
    /// let client = ClientBuilder::<Settings>::default().recorder(recorder.clone()).build();
    /// // It ends when the last client is dropped, or here.
    /// recorder.close();
    /// # drop(client);
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(feature = "recording")]
    pub fn recorder(mut self, recorder: Arc<crate::Recorder>) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// Sets how long connecting to one address may take, and then the TLS handshake. Five seconds by
    /// default; `None` means no limit.
    pub fn connect_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeouts.connect = timeout.into();
        self
    }

    /// Sets how long one address of a host is tried before the next is tried beside it (RFC 8305): a
    /// quarter of a second by default. The value is clamped to the range from ten milliseconds to two
    /// seconds.
    pub fn attempt_delay(mut self, delay: Duration) -> Self {
        self.options.attempt_delay = AttemptDelay::new(delay);
        self
    }

    /// Sets how long a request may wait for a connection while the pool is full. Five seconds by
    /// default.
    pub fn pool_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeouts.pool = timeout.into();
        self
    }

    /// Sets how many connections are kept, and for how long.
    #[doc(alias("pool_idle_timeout", "pool_max_idle_per_host", "max_idle_connections"))]
    pub const fn pool(mut self, limits: PoolLimits) -> Self {
        self.pool = limits;
        self
    }

    /// Sets whether bodies with content codings are decoded: gzip, deflate, and with the features of
    /// these names br and zstd. Requests without Accept-Encoding then receive one. `false` by
    /// default, so that bodies are those that the server sent.
    ///
    /// The head is not changed: its Content-Length is that of the coded body. An unknown coding is
    /// not decoded. A body that cannot be decoded, or that exceeds the [`limits`](Self::limits)
    /// `expansion` and `body` when decoded, is an error.
    #[doc(alias("gzip", "brotli", "deflate", "zstd"))]
    pub const fn decompress(mut self, decompress: bool) -> Self {
        self.options.decode = decompress;
        self
    }

    /// Behaves like httpx where that is less safe than the default: the response is not read while
    /// the request is sent, so that an early response is noticed only when the whole request was sent
    /// or the transport takes no more; a request whose reused connection was closed is not resent; a
    /// response that is dropped closes its connection; the body of a redirect is read without limit; an
    /// invalid request fails only when there is a connection; a Location that is not UTF-8 is read as
    /// ISO-8859-1; and the limits and tolerances are those of [`Config::HTTPX`].
    pub const fn like_httpx(mut self) -> Self {
        self.options.read_after_send = true;
        self.options.resend = false;
        self.options.drain = None;
        self.options.validate_connected = true;
        self.options.latin1_location = true;
        self.options.config = Config::HTTPX;
        self
    }

    /// Sets whether it is an error that a server closes the transport without the closing message of TLS
    /// (`close_notify`) where that is the end of a body or of a tunnel: an attacker could have cut off data (RFC
    /// 8446 section 6.1). If not, only an event tells. `false` by default, because many servers omit it.
    pub const fn require_close_notify(mut self, required: bool) -> Self {
        self.options.require_close_notify = required;
        self
    }

    /// Follows redirects, and sets how many: one more is an error. `None`, the default, returns redirects
    /// as responses.
    ///
    /// What authenticates the client (such as Authorization, Cookie, and the user and password of a
    /// URL) is not sent to another scheme, host or port.
    #[doc(alias("redirect", "max_redirects", "follow_redirects"))]
    pub fn redirects(mut self, most: impl Into<Option<u32>>) -> Self {
        self.options.redirects = most.into();
        self
    }

    /// Sets whether URLs without TLS (`http`, `ws`) are an error, those of requests and of redirects. Nothing is sent to
    /// them: the request fails with [`Cause::NotHttps`](limpid_core::error::Cause::NotHttps), and its events say why.
    /// `false` by default.
    ///
    /// ```
    /// use limpid_io::{ClientBuilder, Settings};
    ///
    /// let settings: Settings = ClientBuilder::default().https_only(true).redirects(5).build();
    /// # drop(settings);
    /// ```
    pub const fn https_only(mut self, only: bool) -> Self {
        self.options.https_only = only;
        self
    }

    /// Sets what the request after a redirect keeps of the one before.
    pub const fn redirect_rules(mut self, rules: RedirectRules) -> Self {
        self.options.redirect_rules = rules;
        self
    }

    /// Retries requests by this policy: after responses with statuses such as 429 and 503, and after failures such as
    /// a connection that is refused, with increasing delays or those that the server asks for with Retry-After. `None`,
    /// the default, retries no request.
    ///
    /// ```
    /// use limpid_io::{ClientBuilder, RetryPolicy, Settings};
    ///
    /// let policy = RetryPolicy::with(|policy| policy.most = 5);
    /// let settings: Settings = ClientBuilder::default().retries(policy).build();
    /// # drop(settings);
    /// ```
    ///
    /// The policy is about whole requests. Retries of [connecting](Self::connect_retries) and
    /// [resends](Self::resend) come before it. A request is retried only before its response is returned, if its method
    /// is idempotent or the policy permits all, and if its body is bytes or text, or was not begun. The total
    /// [`timeout`](Self::timeout) limits all tries together, unless the policy says otherwise.
    #[doc(alias = "retry")]
    pub fn retries(mut self, policy: impl Into<Option<RetryPolicy>>) -> Self {
        self.options.retries = policy.into().map(seeded_policy);
        self
    }

    /// Sends the cookies of this jar, and puts those of every response into it, also of redirects and of responses after
    /// which a request is [retried](Self::retries). Clients can share a jar. By default no cookies are kept.
    ///
    /// Each request of an exchange has the cookies for its own URL. Cookies that the caller sets with the field Cookie are
    /// sent first, and instead of those of the jar that have the same name.
    ///
    /// ```
    /// use limpid_io::{ClientBuilder, CookieJar, Settings};
    ///
    /// let jar = CookieJar::new();
    /// jar.insert("session=tiger; Path=/", "https://www.example.com/")?;
    /// let settings: Settings = ClientBuilder::default().cookies(jar.clone()).build();
    /// # drop(settings);
    /// # Ok::<(), limpid_io::CookieError>(())
    /// ```
    #[doc(alias = "cookie_provider")]
    #[cfg(feature = "cookies")]
    pub fn cookies(mut self, jar: crate::CookieJar) -> Self {
        self.cookies = Some(jar);
        self
    }

    /// Sets whether the client keeps cookies: in a new jar, unless it [has one](Self::cookies). `false` by default.
    #[cfg(feature = "cookies")]
    pub fn cookie_store(mut self, keeps: bool) -> Self {
        self.cookies =
            if keeps { self.cookies.or_else(|| Some(crate::CookieJar::new())) } else { None };
        self
    }

    /// Sets how many times opening a connection is retried after a failure, with increasing delays. 0
    /// by default. Whether a request is resent is a separate setting: [`resend`](Self::resend), and so is
    /// whether it is [retried](Self::retries).
    pub const fn connect_retries(mut self, most: u32) -> Self {
        self.options.connect_retries = most;
        self
    }

    /// Sets whether a request is resent, once and on a new connection, if it was sent on a reused
    /// connection that the server closed or reset before the first byte of the response. `true` by
    /// default, since a server may close an idle connection at any time (RFC 9112 section 9.3.1).
    ///
    /// A request with a method that is not idempotent, such as POST, is resent only if the system
    /// took none of it (RFC 9110 section 9.2.2), and one with a body only if that is bytes or text, or
    /// was not begun. A request that timed out is never resent. The total
    /// [`timeout`](Self::timeout) limits both attempts together.
    pub const fn resend(mut self, resend: bool) -> Self {
        self.options.resend = resend;
        self
    }

    /// Sets how much is read of a response that is dropped, and of the body of a redirect that is
    /// followed, so that the connection can be reused: up to 64 KiB by default. If more is to come, the
    /// connection is closed. With `None`, the connection of a dropped response is always closed, and the
    /// body of a redirect is read without limit.
    ///
    /// The blocking client reads of a dropped response only what has arrived. The asynchronous client
    /// also waits for the rest, by default for 50 milliseconds, in a task of its own; where no runtime runs, it
    /// closes the connection instead.
    pub fn drain(mut self, limits: impl Into<Option<DrainLimits>>) -> Self {
        self.options.drain = limits.into();
        self
    }

    /// Sets the local address to connect from.
    pub fn local_address(mut self, address: IpAddr) -> Self {
        self.route().local_address = Some(address);
        self
    }

    /// Opens every connection to this Unix socket, for every host, and without a proxy.
    pub fn unix_socket(mut self, path: impl Into<String>) -> Self {
        self.route().unix_socket = Some(path.into());
        self
    }

    /// Adds these fields to every request that has none of the same name, unless the request
    /// leaves them out with `without_header`. Requests fail if a field is not valid.
    ///
    /// ```
    /// use limpid_io::{ClientBuilder, Settings};
    ///
    /// let builder = ClientBuilder::<Settings>::default();
    /// let settings = builder.default_headers([("Accept", "application/json"), ("X-Team", "7")]).build();
    /// assert_eq!(settings.default_headers.fields().get("x-team"), Some(&b"7"[..]));
    /// ```
    pub fn default_headers(mut self, headers: impl IntoIterator<Item: HeaderPair>) -> Self {
        for header in headers {
            self.default_headers.push(header.name(), header.value());
        }
        self
    }

    /// Sets the User-Agent field of every request that has none.
    pub fn user_agent(mut self, value: impl AsRef<[u8]>) -> Self {
        while self.default_headers.remove("User-Agent") {}
        self.default_headers([("User-Agent", value)])
    }

    /// Sets how many bytes of a response's body are read into memory at most by its methods that return all of it, such
    /// as `bytes`, `text` and `json`: 256 MiB by default. A longer body is an error. `None` means no limit. Bodies that
    /// are read in pieces have the [limit](Self::limits) `body` alone.
    #[doc(alias = "max_body_size")]
    pub fn in_memory_limit(mut self, bytes: impl Into<Option<u64>>) -> Self {
        self.in_memory_limit = bytes.into().unwrap_or(u64::MAX);
        self
    }

    /// Reads the settings that the environment has for all programs:
    ///
    /// - the proxies, by the rules of curl ([`ProxyRules::from_environment`]);
    /// - `SSLKEYLOGFILE`, with the feature `rustls`: a file to which the secrets of TLS connections
    ///   are appended.
    ///
    /// By default neither is read, because both let another party read everything that the program
    /// sends. Settings after this call take precedence.
    ///
    /// # Errors
    /// A variable is not the URL of a proxy.
    #[doc(alias("system_proxy", "HTTP_PROXY", "HTTPS_PROXY"))]
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

    /// Sets addresses for this port of `host`, instead of asking a resolver. They are tried like
    /// those of a resolver. The host `*` stands for every other host. Everything else, such as the
    /// Host field and the server name of the certificate, is that of the URL.
    #[doc(alias = "resolve_to_addrs")]
    pub fn resolve(mut self, host: &str, port: u16, addresses: impl Into<Vec<IpAddr>>) -> Self {
        self.route().hosts.add(host, port, addresses);
        self
    }

    /// Connects to `to_host` and `to_port` instead of `host` and `port`, where no proxy is used. An empty `host` and no `port`
    /// stand for every one, an empty `to_host` and no `to_port` for the same. Everything else, such as the Host field and the
    /// server name of the certificate, is that of the URL.
    pub fn connect_to(
        mut self,
        host: &str,
        port: Option<u16>,
        to_host: &str,
        to_port: Option<u16>,
    ) -> Self {
        self.route().substitutes.add(host, port, to_host, to_port);
        self
    }

    /// Connects to addresses of this family only.
    pub fn address_family(mut self, family: AddressFamily) -> Self {
        self.route().family = Some(family);
        self
    }

    /// Looks up host names with this resolver instead of the system's: any `Resolve` of the driver.
    /// It is not called for addresses, nor for hosts with [set](Self::resolve) addresses.
    #[doc(alias = "dns_resolver")]
    pub fn resolver(mut self, resolver: impl Into<C::Resolver>) -> Self {
        self.resolver = resolver.into();
        self
    }

    /// Sets the maximum number of concurrent lookups, each of which occupies a thread; others wait.
    /// 32 by default, and at least one. Requests for the same host and port share a lookup. A lookup
    /// without waiters occupies its thread until the resolver has answered.
    ///
    /// No result is cached: a request that finds no idle connection looks up its host, unless such a
    /// lookup is in progress. The system's resolver may cache, and so may a
    /// [resolver](Self::resolver) of the caller.
    pub const fn lookups(mut self, most: usize) -> Self {
        self.lookups = most;
        self
    }

    /// Opens connections with this connector instead of with sockets of the system: any `Connect` of
    /// the driver.
    #[doc(alias = "connector_layer")]
    pub fn connector(mut self, connector: impl Into<C::Connector>) -> Self {
        self.connector = connector.into();
        self
    }

    /// Sets options of sockets, by the system's numbers.
    #[doc(alias("tcp_nodelay", "tcp_keepalive", "interface"))]
    pub fn socket_options(mut self, options: Vec<SocketOption>) -> Self {
        self.route().socket_options = Some(options);
        self
    }

    /// Sets how long to wait for bytes of the server. Five seconds by default.
    #[doc(alias("timeout_recv_response", "timeout_recv_body"))]
    pub fn read_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeouts.read = timeout.into();
        self
    }

    /// Sets how long to wait for the server to take more of the request. Five seconds by default. A
    /// blocking write that was taken in part waits as long again for the rest, so that the limit for
    /// a server that stops reading is a few times this value.
    #[doc(alias("timeout_send_request", "timeout_send_body"))]
    pub fn write_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeouts.write = timeout.into();
        self
    }

    /// Sets a minimum rate for servers, in bytes per second, and how late they may be: a server that sends
    /// the response, or takes the request, so slowly that it falls this time behind the rate is an error
    /// ([`Waiting::Rate`]). A silent one is cut off after this time, one at half the rate after twice this
    /// time. Time that a fast start has gained is not saved. 0, the default, means no minimum.
    ///
    /// Only time in which the client waits for the server counts: not the time that the caller takes
    /// to yield the request's body or to take that of the response, nor that until the response begins,
    /// which the [`read_timeout`](Self::read_timeout) limits.
    ///
    /// [`Waiting::Rate`]: limpid_core::time::Waiting::Rate
    pub const fn minimum_rate(mut self, bytes_per_second: u32, late: Duration) -> Self {
        self.options.timeouts.rate = bytes_per_second;
        self.options.timeouts.rate_time = late;
        self
    }

    /// Sets whether a request without a `traceparent` field gets one, with which a new distributed trace begins
    /// ([`Traceparent`](limpid_core::trace::Traceparent)). Its numbers are random, and the trace is marked as
    /// sampled. Redirects and resends have the same value. A prepared request gets none, since it is sent several
    /// times. `false` by default.
    ///
    /// A request that continues a trace has the caller's: `.header("traceparent", own.to_string())`.
    pub const fn traceparent(mut self, adds: bool) -> Self {
        self.options.traceparent = adds;
        self
    }

    /// Sets how long a request that expects `100 Continue` waits for it, before its body is sent
    /// regardless. One second by default.
    pub fn expect_continue_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeouts.expect_continue = timeout.into();
        self
    }

    /// Sets how long a request and its response may take in total. No limit by default.
    #[doc(alias = "timeout_global")]
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeouts.total = timeout.into();
        self
    }

    /// Sets the server name for SNI (RFC 6066 section 3) and for the verification of the certificate,
    /// instead of the URL's host. Servers within a tunnel keep the name of the URL.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.route().server_name = Some(name.into());
        self
    }

    /// Sets the limits on responses.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.options.config.limits = limits;
        self
    }

    /// Sets which rules servers may break, instead of [`Lenient::CLIENT`], the default.
    pub const fn lenient(mut self, lenient: Lenient) -> Self {
        self.options.config.lenient = lenient;
        self
    }

    /// Sets whether bodies of responses are returned as they came: the framing of chunked ones with their data, trailer section
    /// included, and nothing [decompressed](Self::decompress). The end of the body is found as usual. `false` by default.
    pub const fn raw_body(mut self, raw: bool) -> Self {
        self.options.config.raw = raw;
        self
    }

    /// Secures connections to origin servers and to `https` proxies with the layers that `layers`
    /// creates, such as TLS of another implementation. Other settings of TLS are then ignored.
    pub fn tls_layers(mut self, layers: impl ClientLayers + 'static) -> Self {
        let layers: Arc<dyn ClientLayers> = Arc::new(layers);
        self.proxy_layers = Some(Arc::clone(&layers));
        self.layers = Some(layers);
        self
    }

    pub(crate) fn route(&mut self) -> &mut RouteOptions {
        Arc::make_mut(&mut self.options.route)
    }

    /// Builds the client, and checks what [`build`](Self::build) leaves to the first request: the URLs of proxies, and
    /// the certificates and keys, which are read now.
    ///
    /// ```
    /// use limpid_io::{ClientBuilder, Error, Settings};
    ///
    /// let builder = ClientBuilder::<Settings>::default().proxy("gopher://localhost");
    /// assert!(matches!(builder.try_build(), Err(Error::Proxy(_))));
    /// ```
    ///
    /// # Errors
    /// [`Error::Proxy`]: the URL of a proxy is not valid. [`Error::TlsSetup`]: certificates or keys cannot be read, or
    /// do not match.
    pub fn try_build(self) -> Result<C, Error> {
        if let Some(error) = self.proxy_error {
            return Err(Error::Proxy(error));
        }
        let (settings, resolver, connector) = self.into_settings();
        #[cfg(feature = "rustls")]
        for tls in [&settings.tls, &settings.proxy_tls] {
            let recorder =
                settings.recorder.as_deref().map(crate::recording::Recorder::driver_events);
            tls.trust(Mono::default(), &(&settings.sink, recorder))?;
        }
        Ok(C::build(settings, resolver, connector))
    }

    /// Builds the client. Trusted certificates are read for the first `https` URL.
    /// [`try_build`](Self::try_build) reads them now.
    #[must_use]
    pub fn build(self) -> C {
        let (settings, resolver, connector) = self.into_settings();
        C::build(settings, resolver, connector)
    }

    fn into_settings(mut self) -> (Settings, C::Resolver, C::Connector) {
        let [tls, proxy_tls] = self.default_sources();
        let Self {
            mut options,
            layers,
            proxy_layers,
            pool,
            sink,
            recorder,
            lookups,
            resolver,
            connector,
            default_headers,
            in_memory_limit,
            proxy_error,
            #[cfg(feature = "cookies")]
            cookies,
            ..
        } = self;
        let tls = layers.map_or(tls, TlsSource::layers);
        let proxy_tls = proxy_layers.map_or(proxy_tls, TlsSource::layers);
        // Known numbers save the exchanges Action::Trust.
        (options.trust, options.proxy_trust) = (tls.known(), proxy_tls.known());
        let options = Arc::new(options);
        let settings = Settings {
            options,
            tls,
            proxy_tls,
            pool,
            lookups,
            sink,
            recorder,
            default_headers,
            in_memory_limit,
            proxy_error,
            #[cfg(feature = "cookies")]
            cookies,
        };
        (settings, resolver, connector)
    }

    /// Returns sources without layers, where the caller has set none.
    #[cfg(not(feature = "rustls"))]
    fn default_sources(&mut self) -> [TlsSource; 2] {
        [TlsSource::missing(), TlsSource::missing()]
    }
}

/// Returns a policy with a seed of its own, so that the delays of two processes differ.
#[doc(hidden)]
#[must_use]
pub fn seeded_policy(mut policy: RetryPolicy) -> Arc<RetryPolicy> {
    if policy.seed == 0 {
        policy.seed = random().get();
    }
    Arc::new(policy)
}
