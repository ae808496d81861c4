//! Exports the spans of a request with tracing-opentelemetry, and prints them as a tree.
//!
//! A program has another exporter, such as that of the crate `opentelemetry-otlp`.

use std::error::Error;
use std::io::{self, Write as _};
use std::thread;
use std::time::Duration;

use limpid_sinks::bridge::TracingBridge;
use limpid_std::{Client, Server};
use opentelemetry::trace::{SpanId, TracerProvider as _};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing_subscriber::layer::SubscriberExt as _;

fn main() -> Result<(), Box<dyn Error>> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("example"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;

    let server = Server::builder().sink(TracingBridge::new()).bind(("127.0.0.1", 0))?;
    let address = server.local_addr().ok_or("the server has no address")?;
    let handle = server.handle();
    let thread = thread::spawn(move || server.serve(|mut exchange| exchange.respond(200, "hello")));
    let client = Client::builder().sink(TracingBridge::new()).build();
    client.get(&format!("http://{address}/")).send()?.bytes()?;
    drop(client);
    handle.shutdown(Duration::from_secs(10));
    thread.join().map_err(|_| "the server panicked")??;

    let mut spans = exporter.get_finished_spans()?;
    spans.sort_by_key(|span| span.start_time);
    print(&spans, SpanId::INVALID, 0)?;
    Ok(())
}

/// Prints the spans inside one, each inside its parent.
fn print(spans: &[SpanData], parent: SpanId, depth: usize) -> io::Result<()> {
    for span in spans.iter().filter(|span| span.parent_span_id == parent) {
        let took = span.end_time.duration_since(span.start_time).unwrap_or_default();
        writeln!(io::stdout(), "{:depth$}{} {took:?}", "", span.name)?;
        print(spans, span.span_context.span_id(), depth + 2)?;
    }
    Ok(())
}
