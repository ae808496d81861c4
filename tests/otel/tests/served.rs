//! Served connections and requests as trees of spans.

#![cfg(test)]

mod exported;

use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use exported::{Exported, assert_attributes, exporting, sorted};
use limpid_sinks::bridge::TracingBridge;
use limpid_std::Client;
use opentelemetry::trace::{SpanKind, Status};
use opentelemetry_sdk::trace::InMemorySpanExporter;

/// The exporter of the process: a server has threads of its own. One test uses it at a time.
static EXPORTER: LazyLock<Mutex<InMemorySpanExporter>> = LazyLock::new(|| {
    let exporter = InMemorySpanExporter::default();
    tracing::dispatcher::set_global_default(exporting(&exporter)).unwrap();
    Mutex::new(exporter)
});

/// Runs a server whose spans are exported, and calls it.
fn served(status: u16, call: impl FnOnce(u16)) -> Exported {
    let exporter = EXPORTER.lock().unwrap_or_else(PoisonError::into_inner);
    let builder = limpid_std::Server::builder().sink(TracingBridge::new());
    let server = builder.bind(("127.0.0.1", 0)).unwrap();
    let (port, handle) = (server.local_addr().unwrap().port(), server.handle());
    let serve = move || server.serve(move |mut exchange| exchange.respond(status, "hello"));
    let thread = thread::spawn(serve);
    call(port);
    handle.shutdown(Duration::from_secs(10));
    thread.join().unwrap().unwrap();
    Exported::from(&exporter)
}

#[test]
fn served_request_is_inside_its_connection() {
    let exported = served(200, |port| {
        let client = Client::builder().build();
        for _ in 0..2 {
            let url = format!("http://127.0.0.1:{port}/path?a=1&token=tiger");
            client.get(&url).send().unwrap().bytes().unwrap();
        }
    });
    let paths = sorted(exported.paths());
    assert_eq!(paths, ["connection", "connection/request", "connection/request"]);
    for request in exported.named("request") {
        assert_eq!((&request.span_kind, &request.status), (&SpanKind::Server, &Status::Unset));
        assert_attributes(
            request,
            &[
                ("http.request.method", "\"GET\""),
                ("url.path", "\"/path\""),
                ("url.query", "\"a=1&token=[secure]\""),
                ("url.scheme", "\"http\""),
                ("client.address", "\"127.0.0.1\""),
                ("network.protocol.version", "\"1.1\""),
                ("http.response.status_code", "200"),
                ("http.response.body.size", "5"),
            ],
        );
    }
    assert_eq!(exported.only("connection").span_kind, SpanKind::Internal);
}

#[test]
fn response_with_a_status_of_the_server_is_an_error() {
    let of = |status| {
        served(status, |port| {
            let url = format!("http://127.0.0.1:{port}/");
            Client::builder().build().get(&url).send().unwrap().bytes().unwrap();
        })
    };
    assert_eq!(of(404).only("request").status, Status::Unset);
    let exported = of(503);
    let request = exported.only("request");
    assert!(matches!(request.status, Status::Error { .. }));
    assert_attributes(request, &[("error.type", "\"503\"")]);
}
