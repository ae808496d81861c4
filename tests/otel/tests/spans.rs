//! Requests as trees of spans: parents, order of times, kind, status and attributes.

#![cfg(test)]

mod exported;

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use exported::{Exported, assert_attributes, attribute, is_error, sorted};
use limpid_sinks::bridge::TracingBridge;
use limpid_std::Client;
use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::script::{Step, answer, send};
use limpid_tests::server::Server;
use opentelemetry::trace::{SpanId, SpanKind, Status, TracerProvider as _};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const MOVED: &[u8] = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n";

fn client() -> limpid_std::ClientBuilder {
    Client::builder().redirects(3).sink(TracingBridge::new())
}

/// The spans of a request that is redirected.
const REDIRECTED: [&str; 14] = [
    "exchange",
    "exchange/hop",
    "exchange/hop",
    "exchange/hop/acquire",
    "exchange/hop/acquire",
    "exchange/hop/connect",
    "exchange/hop/connect/dial",
    "exchange/hop/connect/resolve",
    "exchange/hop/receive",
    "exchange/hop/receive",
    "exchange/hop/send",
    "exchange/hop/send",
    "exchange/hop/wait",
    "exchange/hop/wait",
];

fn assert_redirected(exported: &Exported, port: u16) {
    assert_eq!(sorted(exported.paths()), REDIRECTED);
    let [first, second] = exported.named("hop").try_into().unwrap();
    let port = port.to_string();
    for hop in [first, second] {
        assert_eq!(hop.span_kind, SpanKind::Client);
        assert_eq!(hop.status, Status::Unset);
        assert_attributes(
            hop,
            &[
                ("http.request.method", "\"GET\""),
                ("server.address", "\"localhost\""),
                ("server.port", &port),
                ("network.peer.address", "\"127.0.0.1\""),
                ("network.peer.port", &port),
                ("network.protocol.version", "\"1.1\""),
            ],
        );
    }
    let url = |path| format!("\"http://localhost:{port}{path}\"");
    assert_attributes(
        first,
        &[("url.full", &url("/")), ("http.response.status_code", "302"), ("hop", "1")],
    );
    assert_attributes(
        second,
        &[("url.full", &url("/there")), ("http.response.status_code", "200"), ("hop", "2")],
    );
    assert_eq!(attribute(first, "http.request.resend_count"), None);
    assert_attributes(second, &[("http.request.resend_count", "1")]);
    assert!(first.end_time <= second.start_time);
    let exchange = exported.only("exchange");
    assert_eq!((&exchange.span_kind, &exchange.status), (&SpanKind::Internal, &Status::Unset));
    assert_attributes(exchange, &[("redirects", "1"), ("http.response.body.size", "5")]);
}

#[test]
fn redirected_request_is_a_tree_with_a_root_of_its_own() {
    let server = Server::tcp(vec![[answer(MOVED), answer(HELLO)].concat()]).unwrap();
    let port = server.port();
    let exported = Exported::of(|| {
        let client = client().build();
        client.get(&format!("http://localhost:{port}/")).send().unwrap().bytes().unwrap();
    });
    server.finish().unwrap();
    assert_redirected(&exported, port);
    assert_eq!(exported.only("exchange").parent_span_id, SpanId::INVALID);
}

#[test]
fn request_over_tokio_is_the_same_tree() {
    let server = Server::tcp(vec![[answer(MOVED), answer(HELLO)].concat()]).unwrap();
    let port = server.port();
    let exported = Exported::of(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let builder = limpid_tokio::Client::builder().redirects(3).sink(TracingBridge::new());
        let client = builder.build();
        runtime.block_on(async {
            let response = client.get(&format!("http://localhost:{port}/")).send().await.unwrap();
            response.bytes().await.unwrap();
        });
    });
    server.finish().unwrap();
    assert_redirected(&exported, port);
}

#[test]
fn exchange_is_inside_the_span_of_the_caller() {
    let server = Server::tcp(vec![[answer(HELLO), answer(HELLO)].concat()]).unwrap();
    let exported = Exported::of(|| {
        let client = client().build();
        let get = || {
            let url = format!("http://127.0.0.1:{}/", server.port());
            client.get(&url).send().unwrap().bytes().unwrap();
        };
        tracing::info_span!("caller").in_scope(get);
        get();
    });
    server.finish().unwrap();
    let [inside, outside] = exported.named("exchange").try_into().unwrap();
    assert_eq!(exported.path(inside), "caller/exchange");
    assert_eq!(exported.path(outside), "exchange");
    let reused = exported.named("hop")[1];
    assert_attributes(reused, &[("network.peer.address", "\"127.0.0.1\"")]);
    assert_eq!(exported.named("connect").len(), 1);
}

#[test]
fn failed_request_has_status_error() {
    let server = Server::tcp(vec![vec![Step::ReadRequest, send("HTTP/1.1 abc\r\n\r\n")]]).unwrap();
    let exported = Exported::of(|| {
        let url = format!("http://127.0.0.1:{}/?token=tiger", server.port());
        client().build().get(&url).send().unwrap_err();
    });
    drop(server);
    for name in ["exchange", "hop", "receive"] {
        let spans = exported.named(name);
        let failed = spans.first().or(exported.named("wait").first()).copied().unwrap();
        assert!(is_error(failed), "{name}: {failed:?}");
        assert_attributes(failed, &[("error.type", "\"peer\"")]);
    }
    assert_eq!(exported.only("send").status, Status::Unset);
    assert!(!format!("{:?}", exported.0).contains("tiger"));
}

#[test]
fn refused_connection_has_status_error() {
    let server = Server::tcp(vec![]).unwrap();
    let port = server.port();
    server.finish().unwrap();
    let exported = Exported::of(|| {
        let url = format!("http://127.0.0.1:{port}/");
        client().build().get(&url).send().unwrap_err();
    });
    for name in ["exchange", "hop", "connect", "dial"] {
        assert!(is_error(exported.only(name)), "{:?}", exported.only(name));
    }
    assert!(exported.named("send").is_empty());
}

#[test]
fn error_response_is_an_error_of_its_hop() {
    let missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    let server = Server::tcp(vec![answer(missing)]).unwrap();
    let exported = Exported::of(|| {
        let url = format!("http://127.0.0.1:{}/", server.port());
        client().build().get(&url).send().unwrap().bytes().unwrap();
    });
    server.finish().unwrap();
    let hop = exported.only("hop");
    assert!(matches!(hop.status, Status::Error { .. }));
    assert_attributes(hop, &[("error.type", "\"404\""), ("http.response.status_code", "404")]);
    assert_eq!(exported.only("exchange").status, Status::Unset);
}

#[test]
fn request_that_is_resent_has_two_hops() {
    let closed = [answer(HELLO), vec![Step::ReadRequest, Step::Close]].concat();
    let server = Server::tcp(vec![closed, answer(HELLO)]).unwrap();
    let exported = Exported::of(|| {
        let client = client().build();
        for _ in 0..2 {
            let url = format!("http://127.0.0.1:{}/", server.port());
            client.get(&url).send().unwrap().bytes().unwrap();
        }
    });
    server.finish().unwrap();
    let hops = exported.named("hop");
    assert_eq!(hops.len(), 3, "{:?}", exported.paths());
    assert!(is_error(hops[1]) && hops[2].status == Status::Unset);
    assert_eq!(hops[1].parent_span_id, hops[2].parent_span_id);
    assert_eq!(attribute(hops[1], "url.full"), attribute(hops[2], "url.full"));
    assert_attributes(hops[2], &[("http.request.resend_count", "1")]);
    let [_, second] = exported.named("exchange").try_into().unwrap();
    assert_eq!(second.status, Status::Unset);
}

#[test]
fn events_are_in_the_span_in_which_they_happen() {
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let exported = Exported::of(|| {
        let url = format!("http://localhost:{}/", server.port());
        client().build().get(&url).send().unwrap().bytes().unwrap();
    });
    server.finish().unwrap();
    let has = |span: &str, event: &str| {
        exported.only(span).events.iter().any(|known| known.name == event)
    };
    assert!(has("hop", "HTTP Request") && has("hop", "route"));
    assert!(has("resolve", "lookup"));
    assert!(has("send", "request_sent") && has("receive", "start_line"));
    let names: Vec<_> =
        exported.0.iter().flat_map(|span| span.events.iter()).map(|event| &event.name).collect();
    // Only what is no span has events for its start and end.
    let mut starts = names.iter().filter(|name| name.ends_with(".started"));
    assert!(starts.all(|name| *name == "response_closed.started"), "{names:?}");
}

#[test]
fn connect_has_the_tunnel_and_the_handshake() {
    let certificates = Certificates::new().unwrap();
    let config = certificates.server(Identity::Good).unwrap();
    let open = send("HTTP/1.1 200 OK\r\n\r\n");
    let tunnel = [vec![Step::ReadHead, open, Step::StartTls(config)], answer(HELLO)].concat();
    let server = Server::tcp(vec![tunnel]).unwrap();
    let exported = Exported::of(|| {
        let proxy = format!("http://127.0.0.1:{}", server.port());
        let client = client().ca_file(certificates.ca_file()).proxy(proxy).build();
        client.get("https://localhost/").send().unwrap().bytes().unwrap();
    });
    server.finish().unwrap();
    let expected = [
        "exchange",
        "exchange/hop",
        "exchange/hop/acquire",
        "exchange/hop/connect",
        "exchange/hop/connect/dial",
        "exchange/hop/connect/receive",
        "exchange/hop/connect/resolve",
        "exchange/hop/connect/send",
        "exchange/hop/connect/tls",
        "exchange/hop/connect/wait",
        "exchange/hop/receive",
        "exchange/hop/send",
        "exchange/hop/wait",
    ];
    assert_eq!(sorted(exported.paths()), expected);
    let hop = exported.only("hop");
    assert_attributes(hop, &[("http.request.method", "\"GET\""), ("server.port", "443")]);
    assert!(exported.only("connect").end_time <= exported.named("send")[1].start_time);
}

#[test]
fn refused_tunnel_is_an_error_of_connecting() {
    let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    let server = Server::tcp(vec![answer(refusal)]).unwrap();
    let exported = Exported::of(|| {
        let proxy = format!("http://127.0.0.1:{}", server.port());
        client().proxy(proxy).build().get("https://localhost/").send().unwrap_err();
    });
    for name in ["exchange", "hop", "connect"] {
        let span = exported.only(name);
        assert!(is_error(span), "{span:?}");
        assert_attributes(span, &[("error.type", "\"proxy\"")]);
    }
    assert_eq!(attribute(exported.only("hop"), "http.response.status_code"), None);
}

#[test]
fn response_that_is_dropped_is_no_error() {
    let endless = [Step::ReadRequest, send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab")];
    let server = Server::tcp(vec![endless.to_vec()]).unwrap();
    let exported = Exported::of(|| {
        let url = format!("http://127.0.0.1:{}/", server.port());
        drop(client().build().get(&url).send().unwrap());
    });
    for span in &exported.0 {
        assert_eq!(span.status, Status::Unset, "{span:?}");
    }
    assert_eq!(exported.named("exchange").len(), 1);
}

#[test]
fn wait_begins_when_the_request_has_ended() {
    let late = vec![
        Step::ReadHead,
        send("HTTP/1.1 100 Continue\r\n\r\n"),
        Step::ReadBytes(2),
        send("HTTP/1.1 103 Early Hints\r\n\r\n"),
        send(HELLO),
    ];
    let server = Server::tcp(vec![late]).unwrap();
    let exported = Exported::of(|| {
        let url = format!("http://127.0.0.1:{}/", server.port());
        let client = client().build();
        let request = client.post(&url).header("Expect", "100-continue").body("hi");
        request.send().unwrap().bytes().unwrap();
    });
    server.finish().unwrap();
    let [send, wait, receive] = ["send", "wait", "receive"].map(|name| exported.only(name));
    assert!(send.end_time <= wait.start_time && wait.end_time <= receive.start_time);
    assert_attributes(exported.only("hop"), &[("http.response.status_code", "200")]);
}

/// A shared buffer of a formatting subscriber.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn formatted_line_has_each_fact_once() {
    let (server, buffer) = (Server::tcp(vec![answer(HELLO)]).unwrap(), Buffer::default());
    let writer = buffer.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_ansi(false)
        .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        let url = format!("http://127.0.0.1:{}/", server.port());
        client().build().get(&url).send().unwrap().bytes().unwrap();
    });
    server.finish().unwrap();
    let text = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
    for (fact, count) in
        [("HTTP Request", 1), ("limpid.client: new", 9), ("limpid.client: close", 9)]
    {
        assert_eq!(text.matches(fact).count(), count, "{fact} of {text}");
    }
    assert!(!text.contains("send_request_headers") && !text.contains("exchange.started"), "{text}");
    let request = text.lines().find(|line| line.contains("HTTP Request")).unwrap();
    let (_, fields) = request.split_once("HTTP Request").unwrap();
    assert_eq!(fields.matches("127.0.0.1").count(), 1, "{request}");
}

#[test]
fn filters_of_levels_and_layers_select_spans() {
    let paths = |per_layer: bool| {
        let server = Server::tcp(vec![answer(HELLO)]).unwrap();
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let tracer = provider.tracer("test");
        let get = || {
            let url = format!("http://127.0.0.1:{}/", server.port());
            client().build().get(&url).send().unwrap().bytes().unwrap();
        };
        if per_layer {
            let all = tracing_subscriber::fmt::layer().with_writer(io::sink);
            let layer = tracing_opentelemetry::layer().with_tracer(tracer);
            let filtered = layer.with_filter(LevelFilter::INFO);
            let registry = tracing_subscriber::registry().with(all).with(filtered);
            tracing::subscriber::with_default(registry, get);
        } else {
            let layer = tracing_opentelemetry::layer().with_tracer(tracer);
            let registry = tracing_subscriber::registry().with(LevelFilter::INFO).with(layer);
            tracing::subscriber::with_default(registry, get);
        }
        server.finish().unwrap();
        let exported = Exported::from(&exporter);
        let hop = exported.only("hop");
        assert_attributes(hop, &[("http.response.status_code", "200")]);
        assert!(hop.events.iter().any(|event| event.name == "HTTP Request"));
        sorted(exported.paths())
    };
    for per_layer in [false, true] {
        assert_eq!(paths(per_layer), ["exchange", "exchange/hop"]);
    }
}

/// A layer that sends a request through the same client when it receives an event, once.
struct Asking {
    client: Client,
    url: String,
    has_asked: AtomicBool,
}

impl<S: tracing::Subscriber> Layer<S> for Asking {
    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
        if !self.has_asked.swap(true, Ordering::Relaxed) {
            self.client.get(&self.url).send().unwrap().bytes().unwrap();
        }
    }
}

#[test]
fn subscriber_may_send_requests_itself() {
    let server = Server::tcp(vec![answer(HELLO), answer(HELLO)]).unwrap();
    let (client, url) = (client().build(), format!("http://127.0.0.1:{}/", server.port()));
    let has_asked = AtomicBool::new(false);
    let asking = Asking { client: client.clone(), url: url.clone(), has_asked };
    let subscriber = tracing_subscriber::registry().with(asking);
    tracing::subscriber::with_default(subscriber, || {
        client.get(&url).send().unwrap().bytes().unwrap();
    });
    drop(client);
    assert_eq!(server.finish().unwrap().len(), 2);
}
