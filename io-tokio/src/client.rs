//! Clients and requests.

use std::sync::Arc;

#[cfg(feature = "http")]
use limpid_io::http;
use limpid_io::{Connections, Error, InFlight, Listener, PendingRequest, Prepared, RequestUrl};

use crate::body::Body;
use crate::connect::Connector;
use crate::driver::Driver;
#[cfg(feature = "multipart")]
use crate::multipart;
use crate::network::Network;
use crate::resolve::Resolver;
use crate::response::Response;
#[cfg(feature = "http")]
use crate::response_body::ResponseBody;
use crate::timed::Timed;

/// A builder for a [`Client`]. Its methods are those of [`limpid_io::ClientBuilder`], which documents each setting.
pub type ClientBuilder = limpid_io::ClientBuilder<Client>;

/// An asynchronous client: the configuration and the connections that its requests share.
///
/// Tasks can share it, and it is cheap to clone. Connections are reused; they are closed when the
/// last clone of the client and the last of its responses are dropped.
///
/// ```no_run
/// use std::time::Duration;
/// use limpid_tokio::Client;
///
/// # async fn run() -> Result<(), limpid_tokio::Error> {
/// let client = Client::builder().timeout(Duration::from_secs(10)).build();
/// let response = client.get("http://example.com/").send().await?;
/// assert_eq!(response.status(), 200);
/// # Ok(())
/// # }
/// ```
#[doc(alias("Agent", "Session"))]
#[derive(Clone)]
pub struct Client {
    connections: Arc<Connections<Timed>>,
}

limpid_io::client_methods!();

impl Client {
    /// Sends a request that this client or another has [prepared](RequestBuilder::prepare), and waits
    /// for the head of the response. Dropping the future cancels the request.
    ///
    /// # Errors
    /// Certificates cannot be read, or the exchange failed.
    #[doc(alias = "execute")]
    pub async fn send(&self, prepared: &Prepared) -> Result<Response, Error> {
        let in_flight = InFlight::prepared(Arc::clone(&self.connections), prepared)?;
        let mut response = Response::new(Driver::new(in_flight, Body::of(prepared)));
        response.receive(Listener::default()).await?;
        Ok(response)
    }
}

/// Sends a GET request with a client of its own, which has the default settings, and waits for the head of the response.
/// A program with several requests creates a [`Client`], which keeps its connections.
///
/// ```no_run
/// # async fn run() -> Result<(), limpid_tokio::Error> {
/// let text = limpid_tokio::get("http://localhost/").await?.text().await?;
/// println!("{text}");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As [`send`](RequestBuilder::send).
pub async fn get<'u, U>(url: U) -> Result<Response, Error>
where
    RequestUrl<'u>: From<U>,
{
    Client::new().get(url).send().await
}

/// A request under construction.
///
/// [`Client`] has an example.
#[doc(alias = "Request")]
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder<'c> {
    client: &'c Client,
    pending: PendingRequest<Timed>,
    body: Body,
    listener: Listener<'c>,
}

limpid_io::request_methods!();

impl RequestBuilder<'_> {
    /// Sends the request and waits for the head of the response. Dropping the future cancels the
    /// request.
    ///
    /// # Errors
    /// The URL is not valid, certificates cannot be read, or the exchange failed.
    #[doc(alias("call", "execute"))]
    pub async fn send(self) -> Result<Response, Error> {
        let Self { client, pending, body, listener } = self;
        let in_flight = pending.begin(&client.connections, body.size())?;
        let mut response = Response::new(Driver::new(in_flight, body));
        response.receive(listener).await?;
        Ok(response)
    }
}

#[cfg(feature = "http")]
limpid_io::http_methods!();

#[cfg(feature = "http")]
impl Client {
    /// Sends a request of the crate `http`, and waits for the head of the response. [`http`](Self::http) has more
    /// options. A body of the crate `http-body` is sent with `request.map(Body::http)`.
    ///
    /// ```no_run
    /// use limpid_tokio::{Client, Error, http};
    ///
    /// # async fn run(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let request = http::Request::post("http://localhost/").body("text")?;
    /// let response = client.execute(request).await?;
    /// assert_eq!(response.headers()["content-type"], "text/plain");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`send`](RequestBuilder::send), or a field of the response is not valid in the crate `http`.
    pub async fn execute<B: Into<Body>>(
        &self,
        request: http::Request<B>,
    ) -> Result<http::Response<ResponseBody>, Error> {
        self.http(request).send().await?.try_into()
    }
}
