//! Clients and requests.

use std::fmt;
use std::sync::Arc;

use limpid_core::client::{RequestBuilder as Request, basic};
use limpid_core::http1::ResponseHead;
use limpid_io::{
    BuildClient, Connections, Error, InFlight, Listener, PendingRequest, Prepared, Settings,
};

use crate::body::Body;
use crate::connect::Connector;
use crate::driver::Driver;
use crate::network::Network;
use crate::resolve::Resolver;
use crate::response::Response;
use crate::timed::Timed;

/// Builds a [`Client`].
pub type ClientBuilder = limpid_io::ClientBuilder<Client>;

/// A client: what its requests have in common.
///
/// It can be shared by tasks, and is cheap to clone. Connections are kept and used again; they are
/// closed when the last clone of the client and the last of its responses are dropped.
#[derive(Clone)]
pub struct Client {
    connections: Arc<Connections<Timed>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("timeouts", &self.connections.options().timeouts)
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
    /// Starts a client.
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

    /// Starts a request with any method.
    pub fn request(&self, method: &str, url: &str) -> RequestBuilder<'_> {
        RequestBuilder {
            client: self,
            pending: PendingRequest::new(&self.connections, method, url),
            body: Body::none(),
            listener: Listener::default(),
        }
    }

    /// Sends a request that was [prepared](RequestBuilder::prepare) by this client or another, and
    /// waits for the head of the response. Dropping the future cancels it.
    ///
    /// # Errors
    /// Certificates cannot be read, or the exchange failed.
    pub async fn send(&self, prepared: &Prepared) -> Result<Response, Error> {
        let in_flight = InFlight::new(Arc::clone(&self.connections), prepared.request());
        let mut response = Response::new(Driver::new(in_flight, Body::of(prepared)));
        response.receive(Listener::default()).await?;
        Ok(response)
    }
}

/// A request on its way.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder<'c> {
    client: &'c Client,
    pending: PendingRequest<Timed>,
    body: Body,
    listener: Listener<'c>,
}

impl<'c> RequestBuilder<'c> {
    /// Adds a field; its case and place are kept. What cannot be sent is refused by
    /// [`send`](Self::send).
    #[inline]
    pub fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.pending.push(name.as_ref(), value.as_ref());
        self
    }

    /// Asks for this target instead of the URL's path and query (RFC 9112 section 3.2): `*` for
    /// OPTIONS, or `host:port` for CONNECT, which is otherwise that of the URL.
    pub fn target(mut self, target: impl AsRef<[u8]>) -> Self {
        self.pending = self.pending.map(|request| request.target(target.as_ref()));
        self
    }

    /// Adds credentials for the Basic scheme (RFC 7617).
    pub fn basic_auth(self, user: impl AsRef<[u8]>, password: impl AsRef<[u8]>) -> Self {
        self.header("Authorization", basic(user.as_ref(), password.as_ref()))
    }

    /// The body: bytes, text, or [`Body::pieces`].
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the body only when the server asks for it with `100 Continue`, or says nothing for a
    /// while (RFC 9110 section 10.1.1): a server that does not want the body can say so before it
    /// has come. Without a body, this changes nothing.
    pub fn expect_continue(mut self) -> Self {
        self.pending = self.pending.map(Request::expect_continue);
        self
    }

    /// Calls this with each informational response, as it comes: 100, 102, or 103 with the links
    /// that the final response will have (RFC 8297).
    pub fn on_informational(mut self, call: impl FnMut(&ResponseHead<'_>) + Send + 'c) -> Self {
        self.listener = Listener::new(call);
        self
    }

    /// Sends the request and waits for the head of the response. Dropping the future cancels it.
    ///
    /// # Errors
    /// The URL is none, certificates cannot be read, or the exchange failed.
    pub async fn send(self) -> Result<Response, Error> {
        let Self { client, pending, body, listener } = self;
        let in_flight = pending.begin(&client.connections, body.size())?;
        let mut response = Response::new(Driver::new(in_flight, body));
        response.receive(listener).await?;
        Ok(response)
    }

    /// Builds the request without sending it, so that it can be sent many times by
    /// [`Client::send`], with nothing to be built again. Nobody is told of informational responses
    /// then.
    ///
    /// # Errors
    /// The URL is none, or the body can be had once only: it is no text and no bytes.
    pub fn prepare(self) -> Result<Prepared, Error> {
        let Self { client, pending, body, .. } = self;
        let request = pending.into_request()?.body(body.size());
        Prepared::new(request, body.into_bytes(), client.connections.options())
    }
}
