//! A collector of OpenTelemetry.

use std::io::Read;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use limpid_std::{Handle, Server};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

/// A collector that keeps what it receives: targets and bodies.
pub(crate) struct Collector {
    port: u16,
    handle: Handle,
    thread: JoinHandle<()>,
    received: Receiver<(Vec<u8>, Vec<u8>)>,
}

impl Collector {
    pub(crate) fn start(status: u16) -> Self {
        let server = Server::builder().bind(("127.0.0.1", 0)).unwrap();
        let (port, handle) = (server.local_addr().unwrap().port(), server.handle());
        let (sender, received): (Sender<_>, _) = channel();
        let sender = Mutex::new(sender);
        let thread = thread::spawn(move || {
            let served = server.serve(move |mut exchange| {
                let target = exchange.head().target.to_vec();
                let mut body = Vec::new();
                exchange.read_to_end(&mut body).unwrap();
                let sender = sender.lock().unwrap_or_else(PoisonError::into_inner);
                sender.send((target, body)).unwrap();
                exchange.respond(status, "")
            });
            served.unwrap();
        });
        Self { port, handle, thread, received }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns the spans, and the names of the measurements.
    pub(crate) fn finish(self) -> (Vec<Span>, Vec<String>) {
        self.handle.shutdown(Duration::from_secs(5));
        self.thread.join().unwrap();
        let (mut spans, mut names) = (Vec::new(), Vec::new());
        for (target, body) in self.received {
            match &*target {
                b"/v1/traces" => {
                    let received = ExportTraceServiceRequest::decode(&*body).unwrap();
                    for resource in received.resource_spans {
                        let attributes = resource.resource.unwrap().attributes;
                        assert_eq!(text(&attributes, "service.name").as_deref(), Some("limpid"));
                        spans
                            .extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
                    }
                }
                b"/v1/metrics" => {
                    let received = ExportMetricsServiceRequest::decode(&*body).unwrap();
                    let resources = received.resource_metrics.into_iter();
                    let scopes = resources.flat_map(|resource| resource.scope_metrics);
                    names.extend(scopes.flat_map(|scope| scope.metrics).map(|metric| metric.name));
                }
                other => panic!("{other:?}"),
            }
        }
        (spans, names)
    }
}

/// Returns the text of an attribute.
pub(crate) fn text(attributes: &[KeyValue], name: &str) -> Option<String> {
    let value = attributes.iter().find(|pair| pair.key == name)?.value.clone()?;
    match value {
        AnyValue { value: Some(any_value::Value::StringValue(text)) } => Some(text),
        AnyValue { value: Some(any_value::Value::IntValue(number)) } => Some(number.to_string()),
        _ => None,
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
