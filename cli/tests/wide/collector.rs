//! Spans and measurements of `--otlp`, as a collector of another project receives them.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use limpid_tests::command::run;
use limpid_tests::directory::Directory;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

use crate::common::finished;

/// How long the collector may take to start, and to show what it has received.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns the collector in the package `rotel` of Python.
fn rotel() -> PathBuf {
    let script =
        "import os, rotel; print(os.path.join(os.path.dirname(rotel.__file__), 'rotel-agent'))";
    let finished = run(Command::new("python3").args(["-c", script]), b"").unwrap();
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    String::from_utf8(finished.stdout).unwrap().trim().into()
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Waits until a condition holds.
fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "{what} in time");
        thread::sleep(Duration::from_millis(50));
    }
}

/// A span, as the collector shows it: pairs of a name and a value.
struct Shown(Vec<(String, String)>);

impl Shown {
    /// Returns the spans in the output of the collector.
    fn all(text: &str) -> Vec<Self> {
        let spans = text.split("Span #").skip(1);
        spans
            .map(|span| {
                let lines = span.lines().map(|line| line.trim().trim_start_matches("-> "));
                let pairs = lines.filter_map(|line| line.split_once(':'));
                Self(
                    pairs
                        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
                        .collect(),
                )
            })
            .collect()
    }

    /// Returns the first value of a name, without its type.
    fn get(&self, name: &str) -> &str {
        let value = self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
        let is_typed = value.starts_with("Str(") || value.starts_with("Int(");
        if is_typed { &value[4..value.len() - 1] } else { value }
    }
}

#[test]
#[ignore = "needs rotel"]
fn collector_reads_spans_and_measurements() {
    let directory = Directory::new().unwrap();
    let log = directory.path().join("collector.log");
    let (http, grpc) = (free_port(), free_port());
    let mut command = Command::new(rotel());
    command.args(["start", "--exporter", "blackhole", "--debug-log-verbosity", "detailed"]);
    command.args(["--debug-log", "traces", "--debug-log", "metrics"]);
    command.arg("--otlp-http-endpoint").arg(format!("127.0.0.1:{http}"));
    command.arg("--otlp-grpc-endpoint").arg(format!("127.0.0.1:{grpc}"));
    command.stdout(std::fs::File::create(&log).unwrap()).stderr(Stdio::null());
    let _collector = Running(command.spawn().unwrap());
    wait_for("the collector listens", || std::net::TcpStream::connect(("127.0.0.1", http)).is_ok());

    let moved = "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n";
    let missing = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    let server = Server::tcp(vec![[answer(moved), answer(missing)].concat()]).unwrap();
    let url = format!("http://localhost:{}/a?token=tiger", server.port());
    let collector = format!("http://127.0.0.1:{http}");
    let finished = finished(["-L", "--otlp", &collector, &url]);
    assert_eq!((finished.code, &*finished.stderr), (0, ""));
    let requests = server.finish().unwrap();
    let sent: Vec<_> = requests[0].field("traceparent").unwrap().split('-').collect();

    let read = || std::fs::read_to_string(&log).unwrap();
    wait_for("the spans arrive", || read().contains("Name           : exchange"));
    wait_for("the measurements arrive", || read().contains("Name: dns.lookup.duration"));
    let text = read();
    assert!(!text.contains("tiger"));
    let spans = Shown::all(&text);
    let named = |name| spans.iter().filter(move |span| span.get("Name") == name);
    let whole = named("exchange").next().unwrap();
    assert_eq!((whole.get("Trace ID"), whole.get("ID")), (sent[1], sent[2]));
    let hops: Vec<_> = named("GET").collect();
    assert_eq!(hops.len(), 2);
    for (hop, status) in hops.iter().zip(["302", "404"]) {
        assert_eq!((hop.get("Trace ID"), hop.get("Parent ID")), (sent[1], sent[2]));
        assert_eq!(hop.get("Kind"), "SPAN_KIND_CLIENT");
        assert_eq!(hop.get("http.response.status_code"), status);
        assert_eq!(
            (hop.get("http.request.method"), hop.get("server.address")),
            ("GET", "localhost")
        );
    }
    assert_eq!(hops[1].get("error.type"), "404");
    assert_eq!(hops[1].get("Status code"), "STATUS_CODE_ERROR");
    assert_eq!(hops[1].get("http.request.resend_count"), "1");
    for name in ["connect", "send", "wait", "dial"] {
        assert!(named(name).any(|part| part.get("Parent ID") == hops[0].get("ID")), "{name}");
    }
    for name in [
        "http.client.request.duration",
        "http.client.open_connections",
        "http.client.connection.duration",
    ] {
        assert!(text.contains(&format!("Name: {name}")), "{name}");
    }
}
