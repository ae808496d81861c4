//! Metrics, and the dashboard that shows them. `.ci/wide` has them scraped by Prometheus.

#![cfg(test)]
#![cfg(feature = "metrics")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::thread;
use std::time::Duration;

use limpid_core::error::{Cause, Phase};
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId, Failure, Meta, Sink, TraceEvent};
use limpid_sinks::metrics::{METRICS, MetricKind, MetricsSink};
use limpid_std::{Client, Server};
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};

/// The values of all series by name and labels: counts, or numbers of values of histograms.
fn values(snapshotter: &Snapshotter) -> BTreeMap<String, f64> {
    let series = snapshotter.snapshot().into_vec();
    let shown = series.into_iter().map(|(key, _, description, value)| {
        assert!(description.is_some(), "{key:?} has a description");
        let key = key.key();
        let labels = key.labels().map(|label| format!("{}={}", label.key(), label.value()));
        let name = format!("{}{{{}}}", key.name(), labels.collect::<Vec<_>>().join(","));
        let value = match value {
            DebugValue::Counter(count) => count as f64,
            DebugValue::Gauge(value) => value.into_inner(),
            DebugValue::Histogram(values) => values.len() as f64,
        };
        (name, value)
    });
    shown.collect()
}

/// Emits events at the same moment.
fn tell(sink: &dyn Sink, exchange: u64, connection: u64, events: &[TraceEvent<'_>]) {
    for event in events {
        let mut meta = Meta::new(event.kind());
        (meta.exchange, meta.connection) = (ExchangeId(exchange), ConnectionId(connection));
        meta.at = Mono::from_nanos(1);
        assert!(sink.interest().contains(meta.kind), "{event:?}");
        sink.event(&meta, event);
    }
}

const STARTED: TraceEvent<'static> =
    TraceEvent::ExchangeStarted { method: b"PROPFIND", url: "http://localhost/" };

const FULL: TraceEvent<'static> = TraceEvent::PoolFull { limit: 1, open: 1, ahead: 0, holders: "" };

const fn acquired(reused: bool) -> TraceEvent<'static> {
    TraceEvent::AcquireComplete { reused, local: None, peer: None, age: None, requests: 0 }
}

/// Returns the values after an exchange and another one that waits for its connection, as far as step `last`.
fn after(last: usize) -> BTreeMap<String, f64> {
    let timings = limpid_core::client::Timings::default();
    let failure = Failure::new(Phase::ReceiveBody, &Cause::Cancelled);
    let (sent, received, request_body, response_body) = (5, 6, 0, 0);
    let failed = TraceEvent::ExchangeFailed {
        failure,
        sent,
        received,
        request_body,
        response_body,
        timings: &timings,
    };
    let reusable = TraceEvent::ReuseDecided { reusable: true, why: "" };
    let steps = [
        (1, 7, vec![STARTED, acquired(false)]),
        (2, 0, vec![STARTED, FULL, FULL]),
        (1, 7, vec![reusable, TraceEvent::ResponseClosedComplete {}]),
        (2, 7, vec![acquired(true)]),
        (2, 7, vec![failed]),
    ];
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        let sink = MetricsSink::new();
        for (exchange, connection, events) in &steps[..=last] {
            tell(&sink, *exchange, *connection, events);
        }
        values(&snapshotter)
    })
}

#[test]
fn gauges_follow_connections_and_waiting_requests() {
    let names = [
        "connections{state=active}",
        "connections{state=idle}",
        "requests_waiting{}",
        "requests_open{}",
    ];
    let gauges = |last| {
        let values = after(last);
        names.map(|name| values.get(&format!("limpid_client_{name}")).copied().unwrap_or_default())
    };
    assert_eq!(gauges(1), [1.0, 0.0, 1.0, 2.0]);
    assert_eq!(gauges(2), [0.0, 1.0, 1.0, 2.0]);
    assert_eq!(gauges(3), [1.0, 0.0, 0.0, 2.0]);
    assert_eq!(gauges(4), [0.0, 0.0, 0.0, 1.0]);
    let values = after(4);
    assert_eq!(values["limpid_client_errors_total{cause=cancelled}"], 1.0);
    assert_eq!(values["limpid_client_request_seconds{method=_OTHER}"], 1.0);
}

#[test]
fn requests_of_clients_and_servers_are_measured() {
    // The threads of a server need that of the process, which no other test installs.
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    recorder.install().unwrap();
    let server = Server::builder().sink(MetricsSink::new()).bind(("127.0.0.1", 0)).unwrap();
    let (port, handle) = (server.local_addr().unwrap().port(), server.handle());
    let serve = move || server.serve(move |mut exchange| exchange.respond(404, "hello"));
    let thread = thread::spawn(serve);
    let sink = MetricsSink::new().lost("events", || 3);
    let client = Client::builder().sink(sink).build();
    for _ in 0..2 {
        let url = format!("http://127.0.0.1:{port}/");
        client.get(&url).send().unwrap().bytes().unwrap();
    }
    drop(client);
    handle.shutdown(Duration::from_secs(10));
    thread.join().unwrap().unwrap();
    let values = values(&snapshotter);
    for (name, value) in [
        ("limpid_client_requests_total{method=GET,status=4xx}", 2.0),
        ("limpid_client_request_seconds{method=GET}", 2.0),
        ("limpid_client_phase_seconds{phase=connect}", 1.0),
        ("limpid_client_phase_seconds{phase=wait}", 2.0),
        ("limpid_client_connection_uses_total{reused=false}", 1.0),
        ("limpid_client_connection_uses_total{reused=true}", 1.0),
        ("limpid_client_requests_open{}", 0.0),
        ("limpid_client_connections{state=idle}", 0.0),
        ("limpid_server_requests_total{method=GET,status=4xx}", 2.0),
        ("limpid_server_request_seconds{method=GET}", 2.0),
        ("limpid_server_requests_open{}", 0.0),
        ("limpid_server_connections{}", 0.0),
        ("limpid_dropped_total{output=events}", 3.0),
    ] {
        assert_eq!(values.get(name), Some(&value), "{name}: {values:#?}");
    }
    assert!(values["limpid_client_received_bytes_total{}"] > 10.0);
}

#[test]
fn labels_are_those_that_are_declared() {
    let known = |name: &str| METRICS.iter().find(|metric| metric.name == name);
    let text =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/LOGGING.md")).unwrap();
    for metric in METRICS {
        let kind = match metric.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
        };
        let labels = metric.labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>();
        let row = format!(
            "| `{}` | {kind} | {} | {} |",
            metric.name,
            labels.join(", "),
            metric.description
        );
        assert!(text.contains(&row), "docs/LOGGING.md has no row\n{row}");
        assert_eq!(known(metric.name), Some(metric), "declared once");
    }
}

/// Returns the names of limpid's metrics in a text.
fn names_in(text: &str) -> BTreeSet<String> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c| !is_of_name(c)).filter(|word| word.starts_with("limpid_"));
    let suffixes = ["_bucket", "_sum", "_count"];
    let name = |word: &str| {
        let base = suffixes.iter().find_map(|suffix| word.strip_suffix(suffix));
        base.unwrap_or(word).to_owned()
    };
    words.map(name).collect()
}

#[test]
fn dashboard_shows_each_metric_and_no_other() {
    let text =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/grafana.json")).unwrap();
    let dashboard: serde_json::Value = serde_json::from_str(&text).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let shown: BTreeSet<_> =
        targets.flat_map(|target| names_in(target["expr"].as_str().unwrap())).collect();
    let known: BTreeSet<_> = METRICS.iter().map(|metric| metric.name.to_owned()).collect();
    assert_eq!(shown, known);
}

/// No value of a label is written by a peer or a caller, so the mode of capture does not matter.
#[test]
fn no_label_has_a_secret() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        let sink = MetricsSink::new();
        let (url, version) =
            ("http://tiger:tiger@localhost/?token=tiger", limpid_core::http1::Version::HTTP_11);
        let (method, reason) = (b"tiger", b"tiger");
        let answered = TraceEvent::HttpRequest { method, url, version, status: 200, reason };
        tell(&sink, 1, 1, &[TraceEvent::ExchangeStarted { method, url }, answered]);
        let values = format!("{:?}", values(&snapshotter));
        assert!(values.contains("_OTHER") && !values.contains("tiger"), "{values}");
    });
}
