//! Clients and requests.

use std::fmt;
use std::sync::Arc;

use limpid_core::client::{RequestBuilder as Request, basic};
use limpid_core::http1::ResponseHead;
use limpid_core::trace::Traceparent;
use limpid_io::{
    BuildClient, Connections, Error, InFlight, Listener, PendingRequest, Prepared, Settings,
};

use crate::body::Body;
use crate::connect::Connector;
use crate::driver::Driver;
use crate::network::Network;
use crate::resolve::Resolver;
use crate::response::Response;
use crate::stream::Stream;

/// A builder for a [`Client`].
pub type ClientBuilder = limpid_io::ClientBuilder<Client>;

/// A blocking client: the configuration and the connections that its requests share.
///
/// Threads can share it, and it is cheap to clone. Connections are reused; they are closed when the
/// last clone of the client and the last of its responses are dropped.
///
/// ```no_run
/// use std::time::Duration;
/// use limpid_std::Client;
///
/// let client = Client::builder().timeout(Duration::from_secs(10)).build();
/// let response = client.get("http://example.com/").send()?;
/// assert_eq!(response.status(), 200);
/// # Ok::<(), limpid_std::Error>(())
/// ```
#[derive(Clone)]
pub struct Client {
    connections: Arc<Connections<Stream>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("timeouts", &self.connections.options().timeouts)
            .field("tls", self.connections.tls(false))
            .field("sink", &self.connections.sink().is_some())
            .finish_non_exhaustive()
    }
}

impl BuildClient for Client {
    type Resolver = Resolver;
    type Connector = Connector;

    fn build(settings: Settings, resolver: Resolver, connector: Connector) -> Self {
        let network = Network::new(&settings, resolver, connector);
        Self { connections: Arc::new(Connections::new(settings, network)) }
    }
}

impl From<Settings> for Client {
    fn from(settings: Settings) -> Self {
        Self::build(settings, Resolver::default(), Connector::default())
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl Client {
    /// Returns a builder for a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
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

    /// Starts a request with this method.
    pub fn request(&self, method: &str, url: &str) -> RequestBuilder<'_> {
        RequestBuilder {
            client: self,
            pending: PendingRequest::new(&self.connections, method, url),
            body: Body::none(),
            listener: Listener::default(),
        }
    }

    /// Sends a request that this client or another has [prepared](RequestBuilder::prepare), and waits
    /// for the head of the response.
    ///
    /// # Errors
    /// Certificates cannot be read, or the exchange failed.
    pub fn send(&self, prepared: &Prepared) -> Result<Response, Error> {
        let in_flight = InFlight::new(Arc::clone(&self.connections), prepared.request());
        let driver = Driver::new(in_flight, Body::of(prepared));
        Response::receive(driver, Listener::default())
    }
}

/// A request under construction.
///
/// [`Client`] has an example.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder<'c> {
    client: &'c Client,
    pending: PendingRequest<Stream>,
    body: Body,
    listener: Listener<'c>,
}

impl<'c> RequestBuilder<'c> {
    /// Adds a field. Case and order are kept, and characters above ASCII are sent as UTF-8.
    /// [`send`](Self::send) fails if the field is not valid.
    #[inline]
    pub fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.pending.push(name.as_ref(), value.as_ref());
        self
    }

    /// Sets the request target instead of the URL's path and query (RFC 9112 section 3.2): `*` for
    /// OPTIONS, or `host:port` for CONNECT, which is by default that of the URL.
    pub fn target(mut self, target: impl AsRef<[u8]>) -> Self {
        self.pending = self.pending.map(|request| request.target(target.as_ref()));
        self
    }

    /// Leaves out a field that would be added: Host, Accept, User-Agent, Accept-Encoding,
    /// Authorization (for the credentials of the URL), or the Content-Length of an empty body.
    pub fn without_header(mut self, name: impl AsRef<[u8]>) -> Self {
        self.pending = self.pending.map(|request| request.without(name.as_ref()));
        self
    }

    /// Adds credentials for the Basic scheme (RFC 7617).
    pub fn basic_auth(self, user: impl AsRef<[u8]>, password: impl AsRef<[u8]>) -> Self {
        self.header("Authorization", basic(user.as_ref(), password.as_ref()))
    }

    /// Sets the body: bytes, text, [`Body::reader`] or [`Body::channel`].
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the body only after the server has answered `100 Continue`, or has not answered for a
    /// while (RFC 9110 section 10.1.1), so that the server can reject the request before it has
    /// received the body. Has no effect without a body.
    pub fn expect_continue(mut self) -> Self {
        self.pending = self.pending.map(Request::expect_continue);
        self
    }

    /// Adds the field `traceparent`: the position of the caller's operation in a distributed trace, which the
    /// request continues. [`ClientBuilder::traceparent`](limpid_io::ClientBuilder::traceparent) begins a new trace
    /// for each request instead.
    pub fn traceparent(self, own: Traceparent) -> Self {
        self.header("traceparent", own.to_string())
    }

    /// Sets the tag: a name of the caller's for the request, such as the number of a job. It is not sent. All events
    /// of the exchange have it, and outputs show it in every capture, so it should be short and contain no secrets.
    pub fn tag(mut self, tag: impl Into<Arc<str>>) -> Self {
        self.pending = self.pending.map(|request| request.tag(tag));
        self
    }

    /// Calls `call` with each informational response as it arrives: 100, 102, or 103 with the links
    /// of the final response (RFC 8297).
    ///
    /// ```no_run
    /// let client = limpid_std::Client::builder().build();
    /// let mut links = Vec::new();
    /// let request = client.get("https://www.example.com/").on_informational(|head| {
    ///     links.extend(head.fields.all("Link").map(<[u8]>::to_vec));
    /// });
    /// let response = request.send()?;
    /// # Ok::<(), limpid_std::Error>(())
    /// ```
    pub fn on_informational(mut self, call: impl FnMut(&ResponseHead<'_>) + Send + 'c) -> Self {
        self.listener.on_informational(call);
        self
    }

    /// Calls `call` with the head of each redirect that is followed, or that fails the exchange, as it arrives.
    /// [`on_informational`](Self::on_informational) has an example of such a callback.
    pub fn on_redirect(mut self, call: impl FnMut(&ResponseHead<'_>) + Send + 'c) -> Self {
        self.listener.on_redirect(call);
        self
    }

    /// Sends the request and waits for the head of the response.
    ///
    /// # Errors
    /// The URL is not valid, certificates cannot be read, or the exchange failed.
    pub fn send(self) -> Result<Response, Error> {
        let Self { client, pending, body, listener } = self;
        let in_flight = pending.begin(&client.connections, body.size())?;
        Response::receive(Driver::new(in_flight, body), listener)
    }

    /// Builds the request without sending it. [`Client::send`] can send it many times, without
    /// building it again. Informational responses are then ignored.
    ///
    /// ```no_run
    /// let client = limpid_std::Client::builder().build();
    /// let health = client.get("http://localhost/health").header("Accept", "text/plain").prepare()?;
    /// while client.send(&health)?.status() != 200 {}
    /// # Ok::<(), limpid_std::Error>(())
    /// ```
    ///
    /// # Errors
    /// The URL is not valid, or the body can be read only once because it is neither text nor bytes.
    pub fn prepare(self) -> Result<Prepared, Error> {
        let Self { client, pending, body, .. } = self;
        let request = pending.into_request()?.body(body.size());
        Prepared::new(request, body.into_bytes(), client.connections.options())
    }
}
