//! Clients and requests.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use limpid_core::client::{Exchange, Options, PoolLimits, Proxy, Request, Url, UrlError};
use limpid_core::fields::FieldBlock;
use limpid_core::limits::{Lenient, Limits};
use limpid_core::trace::{ExchangeId, Sink, SocketOption};
use rustls::ClientConfig;

use crate::body::Body;
use crate::driver::Driver;
use crate::error::Error;
use crate::pool::SharedPool;
use crate::response::Response;
use crate::tls::{Trust, Whom};

/// The sink of a client, if it has one.
pub type SharedSink = Option<Arc<dyn Sink + Send + Sync>>;

/// A client: what its requests have in common.
///
/// It can be shared by threads, and is cheap to clone. Connections are kept and used again; they are
/// closed when the last clone of the client and the last of its responses are dropped.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    options: Arc<Options>,
    /// Whom to trust as an origin server, and whom as a proxy.
    trust: Arc<(Trust, Trust)>,
    pool: Arc<SharedPool>,
    exchanges: AtomicU64,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("timeouts", &self.options.timeouts)
            .field("trust", &self.trust.0)
            .field("sink", &self.pool.sink.is_some())
            .finish_non_exhaustive()
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl Client {
    /// Starts a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder {
            options: Options::default(),
            whom: Whom::default(),
            proxy_whom: Whom::default(),
            pool: PoolLimits::default(),
            sink: None,
        }
    }

    /// Starts a GET request.
    pub fn get(&self, url: &str) -> RequestBuilder<'_> {
        self.request("GET", url)
    }

    /// Starts a HEAD request.
    pub fn head(&self, url: &str) -> RequestBuilder<'_> {
        self.request("HEAD", url)
    }

    /// Starts a POST request.
    pub fn post(&self, url: &str) -> RequestBuilder<'_> {
        self.request("POST", url)
    }

    /// Starts a PUT request.
    pub fn put(&self, url: &str) -> RequestBuilder<'_> {
        self.request("PUT", url)
    }

    /// Starts a DELETE request.
    pub fn delete(&self, url: &str) -> RequestBuilder<'_> {
        self.request("DELETE", url)
    }

    /// Starts a request with any method.
    pub fn request(&self, method: &str, url: &str) -> RequestBuilder<'_> {
        RequestBuilder {
            client: self,
            method: method.to_owned(),
            url: url.parse(),
            fields: FieldBlock::new(),
            body: Body::none(),
        }
    }

    fn send(&self, request: Request, body: Body) -> Result<Response, Error> {
        let Shared { options, trust, pool, exchanges } = &*self.shared;
        let id = ExchangeId(exchanges.fetch_add(1, Ordering::Relaxed) + 1);
        let exchange = Exchange::new(id, request, Arc::clone(options));
        Response::receive(Driver::new(exchange, body, Arc::clone(trust), Arc::clone(pool)))
    }
}

/// A client on its way.
#[must_use = "a client must be built"]
pub struct ClientBuilder {
    options: Options,
    whom: Whom,
    proxy_whom: Whom,
    pool: PoolLimits,
    sink: SharedSink,
}

impl ClientBuilder {
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

    /// Opens every connection to this Unix socket, whatever the URL's host.
    pub fn unix_socket(mut self, path: impl Into<String>) -> Self {
        self.options.unix_socket = Some(path.into());
        self
    }

    /// Sends every request through this proxy.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.options.proxy = Some(proxy);
        self
    }

    /// Trusts, as an `https` proxy, only whom the certificate authorities in this PEM file vouch
    /// for.
    pub fn proxy_ca_file(mut self, path: impl AsRef<Path>) -> Self {
        self.proxy_whom = Whom::File(path.as_ref().to_owned());
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

    /// How long the server may refuse to take more of the request. Five seconds by default.
    pub fn write_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeouts.write = timeout.into();
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
        self.whom = Whom::File(path.as_ref().to_owned());
        self
    }

    /// Trusts everybody: whoever sits on the way can read and change everything.
    pub fn danger_accept_invalid_certs(mut self, accept: bool) -> Self {
        self.whom = if accept { Whom::Anybody } else { Whom::Default };
        self
    }

    /// Uses this TLS configuration as it is.
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
    pub fn build(self) -> Client {
        let Self { mut options, whom, proxy_whom, pool, sink } = self;
        options.verify = whom.verifies();
        Client {
            shared: Arc::new(Shared {
                options: Arc::new(options),
                trust: Arc::new((Trust::new(whom), Trust::new(proxy_whom))),
                pool: Arc::new(SharedPool::new(pool, sink)),
                exchanges: AtomicU64::new(0),
            }),
        }
    }
}

/// A request on its way.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder<'c> {
    client: &'c Client,
    method: String,
    url: Result<Url, UrlError>,
    fields: FieldBlock,
    body: Body,
}

impl RequestBuilder<'_> {
    /// Adds a field; its case and place are kept. Values above ASCII go out as UTF-8. What cannot
    /// be sent is refused by [`send`](Self::send).
    pub fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.fields.push(name.as_ref(), value.as_ref());
        self
    }

    /// The body: bytes, text, or [`Body::reader`].
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the request and waits for the head of the response.
    ///
    /// # Errors
    /// The URL is none, certificates cannot be read, or the exchange failed.
    pub fn send(self) -> Result<Response, Error> {
        let Self { client, method, url, fields, body } = self;
        let mut builder = Request::builder(method.as_bytes(), url?).body(body.size());
        for field in fields.fields().iter() {
            builder = builder.field(field.name, field.value);
        }
        client.send(builder.build(), body)
    }
}
