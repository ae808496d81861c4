//! A router of axum on limpid's server: JSON, a body that is streamed back, and a page with the client's address:
//! `curl -d '{"name": "Ada"}' -H 'Content-Type: application/json' http://127.0.0.1:8080/greet`

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{Extension, Request};
use axum::routing::{get, post};
use axum::{Json, Router};
use limpid_tokio::Server;
use serde_json::{Value, json};

async fn greet(Json(person): Json<Value>) -> Json<Value> {
    let name = person["name"].as_str().unwrap_or("stranger");
    Json(json!({ "text": format!("Hello, {name}!") }))
}

async fn peer(Extension(peer): Extension<SocketAddr>) -> String {
    format!("You are {peer}.\n")
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let router = Router::new()
        .route("/", get(peer))
        .route("/greet", post(greet))
        .route("/echo", post(|request: Request| async { request.into_body() }));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into());
    let server = Server::bind(address).await?.shutdown_on_signal(Duration::from_secs(10));
    server.serve_service(router).await
}
