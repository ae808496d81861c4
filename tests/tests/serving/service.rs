//! Services of tower on the asynchronous server, of which axum's router is one.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread::{self, JoinHandle};

use axum::body::Body;
use axum::extract::{Extension, Request};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use limpid_std::Client;
use limpid_tokio::http_body::{self, Frame};
use limpid_tokio::tower_service::Service;
use limpid_tokio::{OnUpgrade, RequestReader, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Builder;

use crate::running::{PATIENCE, Raw};

/// A running server. Dropping it stops it.
struct Running {
    address: SocketAddr,
    handle: limpid_tokio::Handle,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn start<S, B>(service: S) -> Self
    where
        S: Service<axum::http::Request<RequestReader>, Response = Response<B>>
            + Clone
            + Send
            + 'static,
        S::Future: Send,
        S::Error: std::fmt::Display,
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: std::fmt::Display,
    {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let server = Server::builder().body_limit(1000).bind("127.0.0.1:0").unwrap();
        let (address, handle) = (server.local_addr().unwrap(), server.handle());
        let thread =
            thread::spawn(move || runtime.block_on(server.serve_service(service)).unwrap());
        Self { address, handle, thread: Some(thread) }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn raw(&self) -> Raw {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Raw(stream)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.handle.shutdown(PATIENCE);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// A body that fails after its first piece.
struct Failing(bool);

impl http_body::Body for Failing {
    type Data = bytes::Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<bytes::Bytes>, std::io::Error>>> {
        let failed = std::mem::replace(&mut self.0, true);
        Poll::Ready(Some(match failed {
            false => Ok(Frame::data("some".into())),
            true => Err(std::io::Error::other("it fails")),
        }))
    }
}

async fn upgrade(mut request: Request) -> Response<Body> {
    let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() else {
        return StatusCode::UPGRADE_REQUIRED.into_response();
    };
    tokio::spawn(async move {
        let mut upgraded = upgrade.upgraded().await.unwrap();
        let mut room = [0; 4];
        upgraded.read_exact(&mut room).await.unwrap();
        upgraded.write_all(&room.map(|byte| byte.to_ascii_uppercase())).await.unwrap();
        upgraded.shutdown().await.unwrap();
    });
    (StatusCode::SWITCHING_PROTOCOLS, [("Connection", "upgrade"), ("Upgrade", "loud")])
        .into_response()
}

fn router() -> Router {
    Router::new()
        .route("/", get(|| async { "Hello!" }))
        .route("/json", post(|Json(value): Json<serde_json::Value>| async { Json(value) }))
        .route("/echo", post(|request: Request| async { request.into_body() }))
        .route(
            "/peer",
            get(|Extension(peer): Extension<SocketAddr>| async move { peer.to_string() }),
        )
        .route("/fails", get(|| async { Body::new(Failing(false)) }))
        .route(
            "/panics",
            get(|| async {
                if true {
                    panic!("as it was asked to")
                }
            }),
        )
        .route(
            "/headers",
            any(|headers: HeaderMap| async move {
                let values: Vec<_> =
                    headers.get_all("x-a").iter().map(|value| value.to_str().unwrap()).collect();
                (AppendHeaders([("X-One", "1"), ("X-One", "2")]), values.join(","))
            }),
        )
        .route("/upgrade", get(upgrade))
}

#[test]
fn router_of_axum_answers_requests() {
    let server = Running::start(router());
    let client = Client::builder().build();
    for _ in 0..2 {
        let response = client.get(&server.url("/")).send().unwrap();
        assert_eq!(response.field("content-length"), Some(&b"6"[..]));
        assert_eq!(response.text().unwrap(), "Hello!");
    }
    assert_eq!(client.get(&server.url("/missing")).send().unwrap().status(), 404);
    assert_eq!(client.post(&server.url("/")).send().unwrap().status(), 405);
    let request = client.post(&server.url("/json")).header("Content-Type", "application/json");
    assert_eq!(request.body(r#"{"a":[1,2]}"#).send().unwrap().text().unwrap(), r#"{"a":[1,2]}"#);
    let head = client.request("HEAD", &server.url("/")).send().unwrap();
    assert_eq!((head.field("content-length"), head.status()), (Some(&b"6"[..]), 200));
    assert!(
        client.get(&server.url("/peer")).send().unwrap().text().unwrap().starts_with("127.0.0.1:")
    );
    let request = client.get(&server.url("/headers")).header("X-A", "1").header("x-a", "2");
    let response = request.send().unwrap();
    assert_eq!(response.fields().all("x-one").count(), 2);
    assert_eq!(response.text().unwrap(), "1,2");
}

#[test]
fn bodies_and_trailers_are_streamed_both_ways() {
    let server = Running::start(router());
    let mut raw = server.raw();
    raw.says("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    raw.read_until("\r\n\r\n");
    for text in ["one", "two"] {
        raw.says(&format!("3\r\n{text}\r\n"));
        raw.read_until(&format!("3\r\n{text}\r\n"));
    }
    raw.says("0\r\nX-Sum: 6\r\n\r\n");
    raw.read_until("0\r\nx-sum: 6\r\n\r\n");
    raw.says("POST /echo HTTP/1.0\r\nHost: h\r\nContent-Length: 3\r\n\r\none");
    let response = raw.read_to_close();
    assert!(
        response.ends_with("\r\nContent-Length: 3\r\n\r\none") || response.ends_with("\r\n\r\none"),
        "{response}"
    );
}

#[test]
fn body_beyond_the_limit_is_refused() {
    let server = Running::start(router());
    let mut raw = server.raw();
    raw.says("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n");
    assert!(raw.read_to_close().starts_with("HTTP/1.1 413 "));
    let mut raw = server.raw();
    raw.says("POST /json HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    raw.says(&format!("3e9\r\n{}\r\n0\r\n\r\n", "1".repeat(1001)));
    assert!(raw.read_to_close().starts_with("HTTP/1.1 413 "));
}

#[test]
fn failing_body_cuts_the_response_off_and_panic_is_500() {
    let server = Running::start(router());
    let mut raw = server.raw();
    raw.says("GET /fails HTTP/1.1\r\nHost: h\r\n\r\n");
    let mut received = Vec::new();
    // It may be reset.
    let _ = raw.0.read_to_end(&mut received);
    let received = String::from_utf8(received).unwrap();
    assert!(received.ends_with("4\r\nsome\r\n"), "{received}");
    let client = Client::builder().build();
    assert_eq!(client.get(&server.url("/panics")).send().unwrap().status(), 500);
    assert_eq!(client.get(&server.url("/")).send().unwrap().status(), 200);
}

#[test]
fn upgrade_hands_the_connection_to_the_service() {
    let server = Running::start(router());
    assert_eq!(
        Client::builder().build().get(&server.url("/upgrade")).send().unwrap().status(),
        426
    );
    let mut raw = server.raw();
    raw.says("GET /upgrade HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: loud\r\n\r\n");
    assert!(raw.read_until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    raw.0.write_all(b"word").unwrap();
    assert_eq!(raw.read_to_close(), "WORD");
}

/// A service that fails.
#[derive(Clone)]
struct Refusing;

impl Service<axum::http::Request<RequestReader>> for Refusing {
    type Response = Response<String>;
    type Error = &'static str;
    type Future = Ready<Result<Response<String>, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: axum::http::Request<RequestReader>) -> Self::Future {
        ready(match request.uri().path() {
            "/error" => Err("it refuses"),
            // More than is announced.
            "/long" => {
                Ok(Response::builder().header("Content-Length", "1").body("two".into()).unwrap())
            }
            _ => Ok(Response::builder().status(204).body(String::new()).unwrap()),
        })
    }
}

#[test]
fn error_of_a_service_is_500_and_a_wrong_length_cuts_the_response_off() {
    let server = Running::start(Refusing);
    let client = Client::builder().build();
    assert_eq!(client.get(&server.url("/error")).send().unwrap().status(), 500);
    let empty = client.get(&server.url("/")).send().unwrap();
    assert_eq!((empty.status(), empty.field("content-length")), (204, None));
    assert!(client.get(&server.url("/long")).send().and_then(limpid_std::Response::bytes).is_err());
}

/// The error of axum's router, which never fails, is one that services may have.
const _: fn(Infallible) -> String = |error| error.to_string();
