//! The events that show what a client has sent: heads as the server receives them, and the sizes of bodies.

use limpid_core::client::{Options, Proxy, Request, RequestBuilder, TrustId};
use limpid_core::error::Cause;
use limpid_core::http1::BodySize;
use limpid_core::trace::{OwnedTraceEvent, TraceEvent};
use limpid_core::transport::{Layer, LayerError, LayerState};

use crate::bench::{Bench, Stop};

fn request(method: &str) -> RequestBuilder {
    Request::builder(method.as_bytes(), "http://localhost/a?b=c".parse().unwrap())
}

fn through(proxy: &str) -> Options {
    let proxy: Proxy = proxy.parse().unwrap();
    Options::with(|options| {
        options.proxies = options.proxies.clone().through(proxy);
        options.trust = Some(TrustId::new(1));
    })
}

/// Returns the heads that the events show, as they are on the wire.
fn heads(bench: &Bench) -> Vec<u8> {
    let mut heads = Vec::new();
    for event in bench.recorded() {
        if let TraceEvent::RequestSent { head } = event.borrow() {
            let version = head.version.to_string();
            heads.extend([head.method, b" ", head.target, b" ", version.as_bytes()].concat());
            for field in head.fields {
                heads.extend([b"\r\n", field.name, b": ", field.value].concat());
            }
            heads.extend(b"\r\n\r\n");
        }
    }
    heads
}

/// Returns the sizes of the bodies, sent and received, of the event that ends the exchange.
fn sizes(bench: &Bench) -> Option<(u64, u64)> {
    let of = |event: OwnedTraceEvent| match event.borrow() {
        TraceEvent::ExchangeComplete { request_body, response_body, .. }
        | TraceEvent::ExchangeFailed { request_body, response_body, .. } => {
            Some((request_body, response_body))
        }
        _ => None,
    };
    bench.recorded().into_iter().find_map(of)
}

#[test]
fn event_shows_the_head_as_the_server_receives_it() {
    let many = (0..40).fold(request("GET"), |builder, n| {
        builder.field(format!("X-{n}").as_bytes(), b"a: b, \"c\":\xff")
    });
    for request in [request("GET"), request("M-SEARCH").without(b"Host"), many] {
        let request = request.field(b"X-Empty", b"").build();
        let mut bench = Bench::of(request, Options::default(), b"");
        assert!(matches!(bench.run(), Stop::Read(..)));
        let (sent, shown) = (bench.sent_bytes(), heads(&bench));
        assert_eq!(shown.escape_ascii().to_string(), sent.escape_ascii().to_string());
    }
}

#[test]
fn event_shows_the_field_that_announces_the_body() {
    for (size, field) in [
        (BodySize::Length(3), "\r\nContent-Length: 3\r\n"),
        (BodySize::Unknown, "\r\nTransfer-Encoding: chunked\r\n"),
    ] {
        let request = request("POST").body(size).build();
        let mut bench = Bench::of(request, Options::default(), b"abc");
        assert!(matches!(bench.run(), Stop::Read(..)));
        let (sent, shown) = (bench.sent(), String::from_utf8(heads(&bench)).unwrap());
        assert!(shown.contains(field), "{shown}");
        assert!(sent.starts_with(&shown), "{sent}");
    }
}

#[test]
fn event_shows_the_head_that_a_proxy_receives() {
    let mut bench = Bench::of(request("GET").build(), through("http://u:p@proxy:3128"), b"");
    assert!(matches!(bench.run(), Stop::Read(..)));
    let (sent, shown) = (bench.sent(), String::from_utf8(heads(&bench)).unwrap());
    assert_eq!(shown, sent);
    assert!(shown.starts_with("GET http://localhost/a?b=c HTTP/1.1\r\n"), "{shown}");
    assert!(shown.contains("\r\nProxy-Authorization: Basic "), "{shown}");
}

#[test]
fn event_shows_the_head_of_connect() {
    let request = Request::builder(b"GET", "https://localhost/".parse().unwrap()).build();
    let mut bench = Bench::of(request, through("http://u:p@proxy:3128"), b"");
    assert!(matches!(bench.run(), Stop::Read(..)));
    let (sent, shown) = (bench.sent(), String::from_utf8(heads(&bench)).unwrap());
    assert_eq!(shown, sent);
    assert!(shown.starts_with("CONNECT localhost:443 HTTP/1.1\r\n"), "{shown}");
    assert!(shown.contains("\r\nProxy-Authorization: Basic "), "{shown}");
}

#[test]
fn each_hop_shows_its_head() {
    let options = Options::with(|options| options.redirects = Some(1));
    let mut bench = Bench::of(request("GET").build(), options, b"");
    bench.run();
    bench.server_sends("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n");
    let (sent, shown) = (bench.sent(), String::from_utf8(heads(&bench)).unwrap());
    assert_eq!(shown, sent);
    assert!(shown.contains("\r\n\r\nGET /next HTTP/1.1\r\n"), "{shown}");
}

#[test]
fn end_of_the_exchange_has_the_sizes_of_both_bodies() {
    let answers = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    ];
    for answer in answers {
        for size in [BodySize::Length(4), BodySize::Unknown] {
            let request = request("PUT").body(size).build();
            let mut bench = Bench::of(request, Options::default(), b"body");
            bench.run();
            bench.server_sends(answer);
            assert_eq!(bench.run_to_end(), Ok(()));
            assert_eq!(sizes(&bench), Some((4, 5)));
        }
    }
}

#[test]
fn reset_upload_has_the_size_that_the_transport_took() {
    const BODY: &[u8] = &[b'x'; 10_000];
    let request = request("PUT").body(BodySize::Length(BODY.len() as u64)).build();
    let head = {
        let mut bench = Bench::of(request.clone(), Options::default(), BODY);
        bench.run();
        bench.sent().find("\r\n\r\n").unwrap() + 4
    };
    for taken in [0, 1, 4_321, BODY.len() - 1] {
        let mut bench = Bench::of(request.clone(), Options::default(), BODY);
        bench.room = head + taken;
        assert!(matches!(bench.run_to_end(), Err(Cause::Os(_))), "{taken}");
        assert_eq!(sizes(&bench), Some((taken as u64, 0)));
    }
}

#[test]
fn body_that_ends_early_has_the_size_that_arrived() {
    let mut bench = Bench::of(request("GET").build(), Options::default(), b"");
    bench.run();
    bench.server_sends("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
    assert!(matches!(bench.run_to_end(), Err(Cause::Peer(_))));
    assert_eq!(sizes(&bench), Some((0, 5)));
}

/// A layer that inverts every byte.
#[derive(Debug, Default)]
struct Inverting {
    incoming: Vec<u8>,
    arrived: usize,
    outgoing: Vec<u8>,
}

fn inverted(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| !byte).collect()
}

impl Layer for Inverting {
    fn space(&mut self, min: usize) -> &mut [u8] {
        self.incoming.resize(self.arrived + min, 0);
        &mut self.incoming[self.arrived..]
    }

    fn filled(&mut self, n: usize) {
        self.arrived += n;
    }

    fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError> {
        if self.arrived > 0 {
            deliver(&inverted(&self.incoming[..self.arrived]));
        }
        self.arrived = 0;
        Ok(LayerState::Open)
    }

    fn buffered(&self) -> usize {
        self.arrived
    }

    fn write(&mut self, data: &[u8]) -> Result<(), LayerError> {
        self.outgoing.extend(inverted(data));
        Ok(())
    }

    fn close(&mut self) {}

    fn out(&self) -> &[u8] {
        &self.outgoing
    }

    fn sent(&mut self, n: usize) {
        self.outgoing.drain(..n);
    }
}

/// Returns the bytes of one layer that the events show, sent and received, after checking their offsets.
fn moved(events: &[OwnedTraceEvent], wanted: &str) -> (Vec<u8>, Vec<u8>) {
    let (mut sent, mut received) = (Vec::new(), Vec::new());
    for event in events {
        let (direction, layer, offset, bytes) = match event.borrow() {
            TraceEvent::BytesSent { layer, offset, bytes } => (&mut sent, layer, offset, bytes),
            TraceEvent::BytesReceived { layer, offset, bytes } => {
                (&mut received, layer, offset, bytes)
            }
            _ => continue,
        };
        if layer == wanted {
            assert_eq!(offset, direction.len() as u64, "{layer}");
            direction.extend_from_slice(bytes);
        }
    }
    (sent, received)
}

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// Sends two requests with bodies over one connection, and returns its events.
fn two_uploads(secure: bool) -> (Vec<OwnedTraceEvent>, Vec<u8>) {
    const BODY: &[u8] = &[b'x'; 100_000];
    let (mut events, mut sent, mut link) = (Vec::new(), Vec::new(), None);
    for size in [BodySize::Length(BODY.len() as u64), BodySize::Unknown] {
        let url = if secure { "https://localhost/" } else { "http://localhost/" };
        let request = Request::builder(b"PUT", url.parse().unwrap()).body(size).build();
        let options = Options::with(|options| options.trust = Some(TrustId::new(1)));
        let mut bench = Bench::of(request, options, BODY);
        bench.layer = Some(Box::new(Inverting::default()));
        bench.link = link.take();
        assert!(matches!(bench.run(), Stop::Read(..)));
        let answer = if secure { inverted(ANSWER.as_bytes()) } else { ANSWER.into() };
        bench.server_sends_bytes(&answer[..7]);
        bench.server_sends_bytes(&answer[7..]);
        assert_eq!(bench.run_to_end(), Ok(()));
        events.extend(bench.recorded());
        sent.extend(bench.sent_bytes());
        link = bench.link.take();
    }
    (events, sent)
}

#[test]
fn events_show_the_plaintext_below_which_a_layer_lies() {
    let (events, wire) = two_uploads(true);
    let (sent, received) = moved(&events, "http");
    assert!(sent == inverted(&wire), "{} bytes of {}", sent.len(), wire.len());
    assert_eq!(received, ANSWER.repeat(2).as_bytes());
    let (sent, received) = moved(&events, "transport");
    assert!(sent == wire, "{} bytes of {}", sent.len(), wire.len());
    assert_eq!(received, inverted(ANSWER.repeat(2).as_bytes()));
}

#[test]
fn events_show_bytes_once_without_a_layer() {
    let (events, wire) = two_uploads(false);
    let (sent, received) = moved(&events, "http");
    assert!(sent == wire, "{} bytes of {}", sent.len(), wire.len());
    assert_eq!(received, ANSWER.repeat(2).as_bytes());
    assert_eq!(moved(&events, "transport"), (Vec::new(), Vec::new()));
}
