//! Clients as services of the crate `tower`.

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll};

use limpid_io::{Error, http};
use tower_service::Service;

use crate::body::Body;
use crate::client::Client;
use crate::response_body::ResponseBody;

/// The future of a response of a client that is called as a [`Service`].
///
/// [`Client`] has an example.
pub type ResponseFuture =
    Pin<Box<dyn Future<Output = Result<http::Response<ResponseBody>, Error>> + Send>>;

/// Sends requests of the crate `http`, whose bodies are those of the crate `http-body`. It is always ready: requests wait
/// for a connection after they were called.
///
/// ```
/// use std::time::Duration;
///
/// use limpid_tokio::{Body, Client, http};
/// use tower::{ServiceBuilder, ServiceExt};
///
/// # async fn run() -> Result<(), tower::BoxError> {
/// let client = ServiceBuilder::new()
///     .concurrency_limit(10)
///     .timeout(Duration::from_secs(5))
///     .service(Client::new());
/// let request = http::Request::get("http://localhost/").body(Body::none())?;
/// let response = client.oneshot(request).await?;
/// assert_eq!(response.status(), 200);
/// # Ok(())
/// # }
/// ```
impl<B> Service<http::Request<B>> for Client
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    type Response = http::Response<ResponseBody>;
    type Error = Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> ResponseFuture {
        let client = self.clone();
        let request = request.map(Body::http);
        Box::pin(async move { client.execute(request).await })
    }
}

/// Calls a client that is shared.
impl<B> Service<http::Request<B>> for &Client
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    type Response = http::Response<ResponseBody>;
    type Error = Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> ResponseFuture {
        Client::clone(self).call(request)
    }
}
