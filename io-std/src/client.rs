//! Clients and requests.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use limpid_core::client::{Exchange, Options, Request, Url, UrlError};
use limpid_core::fields::FieldBlock;
use limpid_core::limits::{Lenient, Limits};
use limpid_core::trace::{ConnectionId, Cx, ExchangeId, Scope, Sink};
use rustls::ClientConfig;

use crate::body::Body;
use crate::clock::Clock;
use crate::driver::Driver;
use crate::error::{Error, TlsSetupError};
use crate::response::Response;
use crate::tls::Trust;

/// The sink of a client, if it has one.
pub type SharedSink = Option<Arc<dyn Sink + Send + Sync>>;

/// A client: what its requests have in common.
///
/// It can be shared by threads, and is cheap to clone. Each request has a connection of its own.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    options: Options,
    trust: Trust,
    /// Made when the first `https` URL is asked for.
    tls: Mutex<Option<Arc<ClientConfig>>>,
    sink: SharedSink,
    clock: Clock,
    exchanges: AtomicU64,
    connections: AtomicU64,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("timeouts", &self.options.timeouts)
            .field("trust", &self.trust)
            .field("sink", &self.sink.is_some())
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
        ClientBuilder { options: Options::default(), trust: Trust::Default, tls: None, sink: None }
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
        let Shared { options, sink, clock, exchanges, connections, .. } = &*self.shared;
        let mut options = options.clone();
        if request.url().scheme().is_secure() {
            options.tls = Some(self.tls()?);
        }
        let exchange = Exchange::new(
            ExchangeId(next(exchanges)),
            ConnectionId(next(connections)),
            request,
            options,
        );
        Response::receive(Driver::new(exchange, body, *clock, sink.clone()))
    }

    /// The TLS configuration, made once.
    fn tls(&self) -> Result<Arc<ClientConfig>, TlsSetupError> {
        let Shared { trust, tls, sink, clock, .. } = &*self.shared;
        let mut tls = tls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = &*tls {
            return Ok(Arc::clone(config));
        }
        let mut scope = Scope::default();
        let config = trust.configure(&mut Cx::new(clock.now(), sink, &mut scope))?;
        *tls = Some(Arc::clone(&config));
        Ok(config)
    }
}

/// The next number of a sequence that starts with 1.
fn next(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::Relaxed) + 1
}

/// A client on its way.
#[must_use = "a client must be built"]
pub struct ClientBuilder {
    options: Options,
    trust: Trust,
    tls: Option<Arc<ClientConfig>>,
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
        self.trust = Trust::File(path.as_ref().to_owned());
        self
    }

    /// Trusts everybody: whoever sits on the way can read and change everything.
    pub fn danger_accept_invalid_certs(mut self, accept: bool) -> Self {
        self.trust = if accept { Trust::Anybody } else { Trust::Default };
        self
    }

    /// Uses this TLS configuration as it is.
    pub fn tls_config(mut self, config: Arc<ClientConfig>) -> Self {
        self.tls = Some(config);
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
        let Self { mut options, trust, tls, sink } = self;
        options.verify = trust.verifies();
        Client {
            shared: Arc::new(Shared {
                options,
                trust,
                tls: Mutex::new(tls),
                sink,
                clock: Clock::start(),
                exchanges: AtomicU64::new(0),
                connections: AtomicU64::new(0),
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
