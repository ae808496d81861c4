//! A client behind middleware of the crate `tower`.

use std::future::ready;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use limpid_std::http::{Request, Response};
use limpid_test::script::{Step, answer};
use limpid_test::server::Server;
use limpid_tokio::{Body, Client, Error, ResponseBody};
use tower::limit::ConcurrencyLimitLayer;
use tower::retry::{Policy, RetryLayer};
use tower::{ServiceBuilder, ServiceExt};

use crate::bodies::{block_on, serve};

type Whole = Full<&'static [u8]>;

/// Sends a request again while the server is not available.
#[derive(Clone)]
struct Again(u32);

impl Policy<Request<Whole>, Response<ResponseBody>, Error> for Again {
    type Future = std::future::Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request<Whole>,
        result: &mut Result<Response<ResponseBody>, Error>,
    ) -> Option<Self::Future> {
        let is_over = result.as_ref().is_ok_and(|response| response.status() == 503);
        self.0 = self.0.checked_sub(1)?;
        is_over.then(|| ready(()))
    }

    fn clone_request(&mut self, request: &Request<Whole>) -> Option<Request<Whole>> {
        Some(request.clone())
    }
}

fn post(server: &Server) -> Request<Whole> {
    let url = format!("http://127.0.0.1:{}/", server.port());
    Request::post(url).body(Full::new(&b"text"[..])).unwrap()
}

#[test]
fn layers_retry_and_limit_requests() {
    let mut script = answer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    script.extend(answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    let server = serve(script);
    let text = block_on(async {
        let service = ServiceBuilder::new()
            .layer(ConcurrencyLimitLayer::new(1))
            .layer(RetryLayer::new(Again(3)))
            .service(Client::new());
        let response = service.oneshot(post(&server)).await.unwrap();
        response.into_body().collect().await.unwrap().to_bytes()
    });
    assert_eq!(text, "ok");
    let received = server.finish().unwrap();
    assert!(received.len() == 2 && received.iter().all(|message| message.body == b"text"));
}

#[test]
fn layer_with_a_timeout_cancels_the_request() {
    let server = serve(vec![Step::ReadRequest]);
    block_on(async {
        let service =
            ServiceBuilder::new().timeout(Duration::from_millis(20)).service(Client::new());
        let error = service.oneshot(post(&server)).await.unwrap_err();
        assert!(error.is::<tower::timeout::error::Elapsed>(), "{error:?}");
    });
    server.finish().unwrap();
}

#[test]
fn shared_client_is_a_service_for_its_own_bodies() {
    let server = serve(answer("HTTP/1.1 204 No Content\r\n\r\n"));
    block_on(async {
        let client = Client::new();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let request = Request::get(url).body(Body::none()).unwrap();
        let response = (&client).oneshot(request).await.unwrap();
        assert_eq!(response.status(), 204);
    });
    server.finish().unwrap();
}
