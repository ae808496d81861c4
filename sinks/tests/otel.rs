//! Spans and measurements of OpenTelemetry. `.ci/wide` has them received by a collector.

#![cfg(test)]
#![cfg(feature = "opentelemetry")]

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use limpid_core::trace::{Interest, Meta, Sink, TraceEvent, Traceparent};
use limpid_sinks::OtelSink;
use limpid_std::{Client, ClientBuilder, Server};
use opentelemetry::trace::{SpanId, SpanKind, Status};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, HistogramDataPoint, MetricData, ScopeMetrics, SumDataPoint,
};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData, SpanExporter};

/// A sink that a client and a server can share, and what it exports.
#[derive(Clone)]
struct Exporting(Arc<OtelSink>, InMemorySpanExporter);

impl Exporting {
    fn new() -> Self {
        let exporter = InMemorySpanExporter::default();
        Self(Arc::new(OtelSink::new(exporter.clone()).unwrap()), exporter)
    }

    fn client(&self) -> ClientBuilder {
        Client::builder().redirects(3).sink(Arc::clone(&self.0))
    }

    fn spans(&self) -> Vec<SpanData> {
        assert!(self.0.flush(Duration::from_secs(30)));
        self.1.get_finished_spans().unwrap()
    }
}

/// Runs a server that sends each request's `traceparent` and answers `/moved` with a redirect to `/`.
fn serving(builder: limpid_std::ServerBuilder, call: impl FnOnce(u16)) -> Vec<Option<Traceparent>> {
    let server = builder.bind(("127.0.0.1", 0)).unwrap();
    let (port, handle) = (server.local_addr().unwrap().port(), server.handle());
    let (received, all): (Sender<Option<Traceparent>>, Receiver<_>) = channel();
    let received = Mutex::new(received);
    let serve = move || {
        server.serve(move |mut exchange| {
            let (head, fields) = exchange.head_and_fields();
            received.lock().unwrap().send(head.traceparent()).unwrap();
            if head.target == b"/moved" {
                fields.push(b"Location", b"/");
                exchange.respond(302, "")
            } else {
                exchange.respond(200, "hello")
            }
        })
    };
    let thread = thread::spawn(serve);
    call(port);
    handle.shutdown(Duration::from_secs(10));
    thread.join().unwrap().unwrap();
    all.iter().collect()
}

fn get(client: &Client, port: u16, path: &str) {
    client.get(&format!("http://127.0.0.1:{port}{path}")).send().unwrap().bytes().unwrap();
}

/// Returns the only span of a kind.
fn of_kind<'s>(spans: &'s [SpanData], kind: &SpanKind) -> &'s SpanData {
    let mut all = spans.iter().filter(|span| &span.span_kind == kind);
    let span = all.next().unwrap();
    assert!(all.next().is_none(), "{spans:#?}");
    span
}

fn attributes(span: &SpanData) -> BTreeMap<String, String> {
    let pairs = span.attributes.iter();
    pairs.map(|pair| (pair.key.to_string(), pair.value.to_string())).collect()
}

fn ids(sent: Traceparent) -> (String, String) {
    (format!("{:032x}", sent.trace_id()), format!("{:016x}", sent.parent_id()))
}

#[test]
fn span_has_the_number_that_was_sent() {
    let exporting = Exporting::new();
    let sent = serving(Server::builder(), |port| {
        let client = exporting.client().traceparent(true).build();
        get(&client, port, "/a?token=tiger");
    });
    let spans = exporting.spans();
    let span = of_kind(&spans, &SpanKind::Client);
    let context = &span.span_context;
    let exported = (context.trace_id().to_string(), context.span_id().to_string());
    assert_eq!(exported, ids(sent[0].unwrap()));
    assert_eq!(
        (&*span.name, span.parent_span_id, &span.status),
        ("GET", SpanId::INVALID, &Status::Unset)
    );
    let attributes = attributes(span);
    let port = attributes["server.port"].clone();
    for (name, value) in [
        ("http.request.method", "GET"),
        ("url.full", &*format!("http://127.0.0.1:{port}/a?token=[secure]")),
        ("url.scheme", "http"),
        ("server.address", "127.0.0.1"),
        ("network.peer.address", "127.0.0.1"),
        ("network.peer.port", &port),
        ("network.protocol.version", "1.1"),
        ("http.response.status_code", "200"),
        ("http.response.body.size", "5"),
    ] {
        assert_eq!(attributes.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(!attributes.contains_key("error.type"));
    assert!(span.events.iter().any(|event| event.name == "framing"));
    // The parts are inside.
    for name in ["connect", "send", "wait", "dial"] {
        let part = spans.iter().find(|span| span.name == name).unwrap();
        assert_eq!(part.parent_span_id, context.span_id(), "{name}");
        assert_eq!(part.span_context.trace_id(), context.trace_id());
        assert!(span.start_time <= part.start_time && part.end_time <= span.end_time, "{name}");
    }
    assert!(!format!("{spans:?}").contains("tiger"));
}

#[test]
fn requests_of_a_redirect_are_inside_the_number_that_both_carried() {
    let exporting = Exporting::new();
    let sent = serving(Server::builder(), |port| {
        get(&exporting.client().traceparent(true).build(), port, "/moved");
    });
    assert_eq!((sent.len(), sent[0]), (2, sent[1]));
    let spans = exporting.spans();
    let whole = spans.iter().find(|span| span.name == "exchange").unwrap();
    assert_eq!(whole.span_context.span_id().to_string(), ids(sent[0].unwrap()).1);
    let hops: Vec<_> = spans.iter().filter(|span| span.span_kind == SpanKind::Client).collect();
    assert_eq!(hops.len(), 2);
    assert!(hops.iter().all(|hop| hop.parent_span_id == whole.span_context.span_id()));
    let resent = |hop| attributes(hop).get("http.request.resend_count").cloned();
    assert_eq!((resent(hops[0]), resent(hops[1])), (None, Some("1".to_owned())));
    let status = |hop| attributes(hop)["http.response.status_code"].clone();
    assert_eq!((status(hops[0]), status(hops[1])), ("302".to_owned(), "200".to_owned()));
}

#[test]
fn failed_request_is_an_error_with_its_cause() {
    let exporting = Exporting::new();
    exporting.client().build().get("http://127.0.0.1:1/").send().unwrap_err();
    let spans = exporting.spans();
    let span = of_kind(&spans, &SpanKind::Client);
    assert!(
        matches!(&span.status, Status::Error { description } if description.contains("refused"))
    );
    assert_eq!(attributes(span)["error.type"], "os");
    for name in ["connect", "dial"] {
        let part = spans.iter().find(|span| span.name == name).unwrap();
        assert!(matches!(part.status, Status::Error { .. }), "{part:?}");
    }
}

#[test]
fn served_request_is_inside_the_span_of_its_client() {
    let exporting = Exporting::new();
    let other = Exporting::new();
    let builder = Server::builder().sink(Arc::clone(&exporting.0));
    serving(builder, |port| get(&other.client().traceparent(true).build(), port, "/a?b=c"));
    let (served, sent) = (exporting.spans(), other.spans());
    let (server, client) = (of_kind(&served, &SpanKind::Server), of_kind(&sent, &SpanKind::Client));
    assert_eq!(server.parent_span_id, client.span_context.span_id());
    assert_eq!(server.span_context.trace_id(), client.span_context.trace_id());
    assert!(server.parent_span_is_remote);
    let attributes = attributes(server);
    for (name, value) in [
        ("http.request.method", "GET"),
        ("url.path", "/a"),
        ("url.query", "b=c"),
        ("url.scheme", "http"),
        ("server.address", "127.0.0.1"),
        ("client.address", "127.0.0.1"),
        ("network.protocol.version", "1.1"),
        ("http.response.status_code", "200"),
    ] {
        assert_eq!(attributes.get(name).map(String::as_str), Some(value), "{name}");
    }
}

/// Has a server's handler send a request to another server, with a `traceparent` made from that of its own request.
fn chained(sent: fn(Traceparent) -> Traceparent) -> Vec<SpanData> {
    let exporting = Exporting::new();
    serving(Server::builder(), |inner| {
        let sink = Arc::clone(&exporting.0);
        let server = Server::builder().sink(sink).bind(("127.0.0.1", 0)).unwrap();
        let (port, handle) = (server.local_addr().unwrap().port(), server.handle());
        let client = exporting.client().build();
        let serve = move || {
            server.serve(move |mut exchange| {
                let own = sent(exchange.head().traceparent().unwrap());
                let url = format!("http://127.0.0.1:{inner}/");
                client.get(&url).traceparent(own).send().unwrap().bytes().unwrap();
                exchange.respond(200, "done")
            })
        };
        let thread = thread::spawn(serve);
        get(&Client::builder().traceparent(true).build(), port, "/");
        handle.shutdown(Duration::from_secs(10));
        thread.join().unwrap().unwrap();
    });
    exporting.spans()
}

#[test]
fn request_of_a_handler_is_inside_the_one_that_it_answers() {
    let own = 0x0123_4567_89ab_cdef_u64;
    for (sent, is_new) in [
        (
            (|received| received.with_parent_id(0x0123_4567_89ab_cdef.try_into().unwrap()))
                as fn(Traceparent) -> _,
            true,
        ),
        // What was received is the number of another span.
        (|received| received, false),
    ] {
        let spans = chained(sent);
        let (server, client) =
            (of_kind(&spans, &SpanKind::Server), of_kind(&spans, &SpanKind::Client));
        assert_eq!(client.parent_span_id, server.span_context.span_id());
        assert_eq!(client.span_context.trace_id(), server.span_context.trace_id());
        assert_ne!(client.span_context.span_id(), server.parent_span_id);
        assert_eq!(client.span_context.span_id().to_string() == format!("{own:016x}"), is_new);
    }
}

#[test]
fn request_that_is_not_sampled_is_not_exported() {
    let exporting = Exporting::new();
    serving(Server::builder().sink(Arc::clone(&exporting.0)), |port| {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
        let client = exporting.client().build();
        let request = client.get(&format!("http://127.0.0.1:{port}/"));
        request.traceparent(text.parse().unwrap()).send().unwrap().bytes().unwrap();
    });
    assert_eq!(exporting.spans(), []);
}

/// An exporter that waits until it may go on, and fails.
#[derive(Debug)]
struct Stuck(Mutex<Receiver<()>>);

impl SpanExporter for Stuck {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        let _ = self.0.lock().unwrap().recv();
        Err(OTelSdkError::InternalFailure("of the test".to_owned()))
    }
}

#[test]
fn spans_are_dropped_and_counted_while_the_collector_does_not_answer() {
    let (go_on, waits) = channel::<()>();
    let sink = OtelSink::new(Stuck(Mutex::new(waits))).unwrap();
    let mut exchanges = 0;
    // As many as fit, those that the exporter has taken, and more.
    while sink.dropped() < 100 && exchanges < 1_000_000 {
        exchanges += 1;
        fail(&sink, exchanges);
    }
    assert!(exchanges < 1_000_000, "the queue is bounded");
    assert_eq!(sink.exported(), 0);
    drop(go_on);
    assert!(sink.flush(Duration::from_secs(60)));
    assert_eq!(sink.dropped(), exchanges, "the exporter has failed too");
}

/// Emits a failed exchange, which becomes one span.
fn fail(sink: &dyn Sink, exchange: u64) {
    let timings = limpid_core::client::Timings::default();
    let cause = limpid_core::error::Cause::PeerGone;
    let failure = limpid_core::trace::Failure::new(limpid_core::error::Phase::Pool, &cause);
    let (sent, received, request_body, response_body, timings) = (0, 0, 0, 0, &timings);
    let end = TraceEvent::ExchangeFailed {
        failure,
        sent,
        received,
        request_body,
        response_body,
        timings,
    };
    let start = TraceEvent::ExchangeStarted { method: b"GET", url: "http://localhost/" };
    for event in [start, end] {
        let mut meta = Meta::new(event.kind());
        (meta.exchange, meta.hop) = (limpid_core::trace::ExchangeId(exchange), 1);
        assert!(sink.interest().with(Interest::NONE).contains(meta.kind));
        sink.event(&meta, &event);
    }
}

/// Returns the sum or the count, the unit, and the attributes of each measurement.
fn measurements(exporter: &InMemoryMetricExporter) -> BTreeMap<String, (i64, String, Vec<String>)> {
    let mut measured = BTreeMap::new();
    for resource in exporter.get_finished_metrics().unwrap() {
        for metric in resource.scope_metrics().flat_map(ScopeMetrics::metrics) {
            let (sum, names) = match metric.data() {
                AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
                    let points = histogram.data_points();
                    let names = points
                        .flat_map(HistogramDataPoint::attributes)
                        .map(|pair| pair.key.to_string());
                    (
                        histogram
                            .data_points()
                            .map(|point| i64::try_from(point.count()).unwrap())
                            .sum(),
                        names.collect(),
                    )
                }
                AggregatedMetrics::I64(MetricData::Sum(sum)) => {
                    let points = sum.data_points();
                    let names =
                        points.flat_map(SumDataPoint::attributes).map(|pair| pair.key.to_string());
                    (
                        sum.data_points().map(SumDataPoint::value).sum::<i64>(),
                        names.collect::<Vec<_>>(),
                    )
                }
                other => panic!("{other:?}"),
            };
            measured.insert(metric.name().to_owned(), (sum, metric.unit().to_owned(), names));
        }
    }
    measured
}

#[test]
fn requests_connections_and_lookups_are_measured() {
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
    let sink = || OtelSink::new(InMemorySpanExporter::default()).unwrap().meter_provider(&provider);
    serving(Server::builder().sink(sink()), |port| {
        let client = Client::builder().sink(sink()).build();
        for _ in 0..2 {
            client.get(&format!("http://localhost:{port}/")).send().unwrap().bytes().unwrap();
        }
    });
    provider.force_flush().unwrap();
    let measured = measurements(&exporter);
    for (name, sum, unit, attributes) in [
        (
            "http.client.request.duration",
            2,
            "s",
            &["http.request.method", "server.address", "server.port", "http.response.status_code"]
                [..],
        ),
        (
            "http.server.request.duration",
            2,
            "s",
            &["http.request.method", "url.scheme", "http.response.status_code"],
        ),
        (
            "http.client.open_connections",
            0,
            "{connection}",
            &["http.connection.state", "server.address", "server.port"],
        ),
        ("http.client.connection.duration", 1, "s", &["server.address", "server.port"]),
        ("dns.lookup.duration", 1, "s", &["dns.question.name"]),
    ] {
        let (measured_sum, measured_unit, names) = &measured[name];
        assert_eq!((*measured_sum, &**measured_unit), (sum, unit), "{name}");
        for attribute in attributes {
            assert!(names.iter().any(|known| known == attribute), "{name}: {names:?}");
        }
    }
    assert_eq!(measured.len(), 5, "{measured:?}");
}
