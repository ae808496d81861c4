//! Prometheus scrapes the metrics of a client and a server, and answers the queries of the dashboard.

#![cfg(test)]

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use limpid_sinks::metrics::{BUCKETS, METRICS, MetricKind, MetricsSink};
use limpid_std::{Client, Server};
use limpid_tests::directory::Directory;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::Value;

/// How long Prometheus may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a server that answers with the metrics so far. It stops with the process.
fn metrics_server(handle: PrometheusHandle) -> u16 {
    let server = Server::builder().bind(("127.0.0.1", 0)).unwrap();
    let port = server.local_addr().unwrap().port();
    thread::spawn(move || server.serve(move |mut exchange| exchange.respond(200, handle.render())));
    port
}

/// Makes requests of all kinds between a client and a server that are measured.
fn traffic() {
    let sink = MetricsSink::new();
    let server = Server::builder().sink(sink).bind(("127.0.0.1", 0)).unwrap();
    let (port, handle) = (server.local_addr().unwrap().port(), server.handle());
    let thread =
        thread::spawn(move || server.serve(move |mut exchange| exchange.respond(200, "hello")));
    let client = Client::builder().sink(MetricsSink::new().lost("events", || 1)).build();
    for _ in 0..3 {
        client.get(&format!("http://127.0.0.1:{port}/")).send().unwrap().bytes().unwrap();
    }
    client.get("http://127.0.0.1:1/").send().unwrap_err();
    drop(client);
    handle.shutdown(Duration::from_secs(5));
    thread.join().unwrap().unwrap();
}

/// A Prometheus that scrapes a port every second.
struct Prometheus {
    _process: Running,
    _directory: Directory,
    port: u16,
    client: Client,
}

impl Prometheus {
    fn start(scraped: u16) -> Self {
        let directory = Directory::new().unwrap();
        let config = directory.path().join("prometheus.yml");
        let text = format!(
            "global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: limpid\n    metrics_path: /\n    \
             static_configs:\n      - targets: ['127.0.0.1:{scraped}']\n"
        );
        fs::write(&config, text).unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let mut command = Command::new("prometheus");
        command.arg(format!("--config.file={}", config.display()));
        command.arg(format!("--storage.tsdb.path={}", directory.path().join("data").display()));
        command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let client = Client::builder().build();
        Self { _process: Running(process), _directory: directory, port, client }
    }

    /// Returns the result of a query, once Prometheus answers.
    fn query(&self, query: &str) -> Option<Value> {
        let encoded: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let url = format!("http://127.0.0.1:{}/api/v1/query?query={encoded}", self.port);
        let body = self.client.get(&url).send().ok()?.bytes().ok()?;
        let answer: Value = serde_json::from_slice(&body).ok()?;
        assert_eq!(answer["status"], "success", "{query}: {answer}");
        Some(answer["data"]["result"].clone())
    }

    /// Waits until a query has a result, and returns the first value.
    fn value(&self, query: &str) -> String {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(result) = self.query(query)
                && let Some(value) = result[0]["value"][1].as_str()
            {
                return value.to_owned();
            }
            thread::sleep(Duration::from_millis(200));
        }
        String::from("no value in time")
    }
}

#[test]
fn metrics_are_scraped_and_the_dashboard_is_answered() {
    let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).unwrap();
    let recorder = builder.install_recorder().unwrap();
    let prometheus = Prometheus::start(metrics_server(recorder));
    traffic();

    for (query, value) in [
        ("sum(limpid_client_requests_total{method=\"GET\",status=\"2xx\"})", "3"),
        ("sum(limpid_server_requests_total)", "3"),
        ("sum(limpid_client_connection_uses_total{reused=\"true\"})", "2"),
        ("sum(limpid_client_errors_total{cause=\"os\"})", "1"),
        ("sum(limpid_client_request_seconds_count)", "4"),
        ("limpid_client_phase_seconds_count{phase=\"wait\"}", "3"),
        ("sum(limpid_client_connections)", "0"),
        ("limpid_server_connections", "0"),
        ("limpid_dropped_total{output=\"events\"}", "1"),
    ] {
        assert_eq!(prometheus.value(query), value, "{query}");
    }
    // The kinds and descriptions are those that Prometheus knows.
    let url = format!("http://127.0.0.1:{}/api/v1/metadata", prometheus.port);
    let body = prometheus.client.get(&url).send().unwrap().bytes().unwrap();
    let known: Value = serde_json::from_slice(&body).unwrap();
    let mut scraped = 0;
    for metric in METRICS {
        let Some(entry) = known["data"].get(metric.name) else { continue };
        let kind = match metric.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
        };
        assert_eq!(
            (&entry[0]["type"], &entry[0]["help"]),
            (&kind.into(), &metric.description.into())
        );
        scraped += 1;
    }
    assert!(scraped > 12, "{known}");

    let text =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/grafana.json"));
    let dashboard: Value = serde_json::from_str(&text.unwrap()).unwrap();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let query = target["expr"].as_str().unwrap().replace("$__rate_interval", "1m");
            prometheus.query(&query).unwrap();
        }
    }
}
