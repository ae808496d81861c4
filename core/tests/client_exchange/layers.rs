//! Custom layers: when they are requested, what they receive, and how they fail.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{Action, Exchange, Interest, Options, Pool, Proxy, Request, TrustId};
use limpid_core::error::{Call, Cause, Error, Phase, TlsError};
use limpid_core::time::{Mono, Waiting};
use limpid_core::trace::{ConnectionId, ExchangeId, NoSink};
use limpid_core::transport::{Layer, LayerError, LayerFacts, LayerState, MAX_BUFFERED};

use crate::bench::{Bench, Stop};

/// What a layer delivers when it is advanced.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Delivers {
    /// This many bytes at a time, without reporting that there are more.
    Some(usize),
    Nothing,
    /// Records of this many bytes, once they are complete.
    Records(usize),
    /// All bytes, with output of its own whenever bytes have arrived.
    Acknowledges,
    Error(u32),
}

/// A layer that does not change bytes, and delivers them as configured.
#[derive(Debug)]
struct Hoard {
    held: Vec<u8>,
    arrived: usize,
    outgoing: Vec<u8>,
    delivers: Delivers,
}

impl Hoard {
    fn boxed(delivers: Delivers) -> Box<dyn Layer> {
        Box::new(Self { held: Vec::new(), arrived: 0, outgoing: Vec::new(), delivers })
    }
}

impl Layer for Hoard {
    fn space(&mut self, min: usize) -> &mut [u8] {
        self.held.resize(self.arrived + min, 0);
        &mut self.held[self.arrived..]
    }

    fn filled(&mut self, n: usize) {
        self.arrived += n;
    }

    fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError> {
        match self.delivers {
            Delivers::Some(most) => {
                let n = self.arrived.min(most);
                if n > 0 {
                    deliver(&self.held[..n]);
                }
                self.held.drain(..n);
                self.arrived -= n;
                Ok(LayerState::Open)
            }
            Delivers::Nothing => Ok(LayerState::Open),
            Delivers::Records(len) => {
                let n = self.arrived / len * len;
                if n > 0 {
                    deliver(&self.held[..n]);
                }
                self.held.drain(..n);
                self.arrived -= n;
                Ok(LayerState::Open)
            }
            Delivers::Acknowledges => {
                if self.arrived > 0 {
                    deliver(&self.held[..self.arrived]);
                    self.outgoing.extend_from_slice(b"<ack>");
                }
                self.arrived = 0;
                Ok(LayerState::Open)
            }
            Delivers::Error(code) if self.arrived > 0 => {
                Err(LayerError::other(code, "the layer refuses the bytes"))
            }
            Delivers::Error(_) => Ok(LayerState::Open),
        }
    }

    fn buffered(&self) -> usize {
        self.arrived
    }

    fn write(&mut self, data: &[u8]) -> Result<(), LayerError> {
        self.outgoing.extend_from_slice(data);
        Ok(())
    }

    fn close(&mut self) {}

    fn out(&self) -> &[u8] {
        &self.outgoing
    }

    fn sent(&mut self, n: usize) {
        self.outgoing.drain(..n);
    }

    fn facts(&self) -> LayerFacts<'_> {
        let mut facts = LayerFacts::default();
        facts.version = Some("Hoard 1");
        facts
    }
}

fn trusting(number: u64) -> Options {
    Options::with(|options| options.trust = Some(TrustId::new(number)))
}

fn get(url: &str) -> Request {
    Request::builder(b"GET", url.parse().unwrap()).build()
}

/// Creates an exchange over a layer, which waits for the response.
fn asked(delivers: Delivers) -> Bench {
    let mut bench = Bench::of(get("https://localhost/"), trusting(1), b"");
    bench.layer = Some(Hoard::boxed(delivers));
    assert!(matches!(bench.run(), Stop::Read(..)));
    bench
}

/// Returns the error of an exchange that failed.
fn failed(stop: Stop) -> Error {
    match stop {
        Stop::Failed(error) => error,
        stop => panic!("{stop:?}"),
    }
}

/// Returns a response with a body of this many bytes.
fn response(len: usize) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n{}", "x".repeat(len))
}

#[test]
fn configuration_is_requested_before_a_connection_and_a_layer_after() {
    let now = Mono::default();
    let options = Options::with(|options| {
        options.proxies = "https://proxy.test".parse::<Proxy>().unwrap().into();
    });
    let mut exchange = Exchange::new(ExchangeId(1), get("https://origin.test/"), Arc::new(options));
    let mut received = Vec::new();
    loop {
        let action = exchange.poll(now, &NoSink);
        received.push(match action {
            Action::Secure { .. } => format!("{action:?} {}", exchange.server_name()),
            Action::Dial(_) => "Dial".to_owned(),
            Action::Wait(Interest { write: true, .. }) => "Write".to_owned(),
            Action::Wait(Interest::READ) => "Read".to_owned(),
            action => format!("{action:?}"),
        });
        match action {
            Action::Trust { proxy } => {
                exchange.handle_trusted(TrustId::new(u64::from(proxy)), now, &NoSink)
            }
            Action::Acquire => exchange.handle_opened(ConnectionId(1), now, &NoSink),
            Action::Resolve => {
                exchange.handle_resolved(&["127.0.0.1:443".parse().unwrap()], now, &NoSink)
            }
            Action::Dial(dial) => exchange.handle_dialed(dial, now, &NoSink),
            Action::Secure { .. } => {
                exchange.handle_secured(Hoard::boxed(Delivers::Some(usize::MAX)), now, &NoSink)
            }
            Action::Wait(Interest { write: true, .. }) => {
                exchange.handle_sent(exchange.out().concat().len(), now, &NoSink)
            }
            Action::Wait(Interest::READ) if received.len() < 10 => {
                // The origin server sends first, in the same read as the response of the proxy.
                let bytes = b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n";
                exchange.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
                exchange.handle_received(bytes.len(), now, &NoSink)
            }
            _ => break,
        }
        .unwrap();
    }
    assert_eq!(
        received,
        [
            "Trust { proxy: false }",
            "Trust { proxy: true }",
            "Acquire",
            "Resolve",
            "Dial",
            "Secure { proxy: true } proxy.test",
            "Write",
            "Read",
            "Secure { proxy: false } origin.test",
            "Write",
            "Event(Head)",
        ],
        "the bytes after the response to CONNECT are for the layer in the tunnel"
    );
    assert_eq!(exchange.layer_facts().version, Some("Hoard 1"));
}

#[test]
fn unexpected_configuration_has_no_effect() {
    let now = Mono::default();
    let mut exchange = Exchange::new(ExchangeId(1), get("https://a.test/"), Arc::new(trusting(1)));
    assert_eq!(exchange.poll(now, &NoSink), Action::Acquire);
    assert!(exchange.handle_trusted(TrustId::new(2), now, &NoSink).is_err());
    assert_eq!(*exchange.route(), trusting(1).route_to(&"https://a.test/".parse().unwrap()));
}

#[test]
fn strict_request_does_not_reuse_an_insecure_connection() {
    let now = Mono::default();
    let mut pool = Pool::new(Default::default());
    let mut given = |options: Options| {
        let mut bench = Bench::of(get("https://localhost/"), options, b"");
        bench.layer = Some(Hoard::boxed(Delivers::Some(usize::MAX)));
        let mut lease = pool.acquire(bench.exchange.route(), now, |_: &()| true).unwrap();
        let is_reused = lease.link.is_some();
        bench.link = lease.link.take();
        bench.run();
        bench.server_sends(&response(0));
        assert_eq!(bench.run(), Stop::Done);
        (lease.link, lease.transport) = (bench.link.take(), Some(()));
        assert!(lease.link.is_some(), "it can be reused");
        pool.release(lease, now, |_| true);
        is_reused
    };
    let (insecure, strict) = (1, 2);
    assert!(!given(trusting(insecure)));
    assert!(given(trusting(insecure)), "equal options share a connection");
    assert!(!given(trusting(strict)));
    assert!(given(trusting(strict)));
}

#[test]
fn reads_stop_while_the_layer_buffers_too_much() {
    const LEN: usize = 3 * MAX_BUFFERED;
    let mut bench = asked(Delivers::Some(1000));
    let mut received = 0;
    let mut stop = bench.server_sends(&response(LEN)[..LEN]);
    while let Stop::Event(event) = stop {
        received += event.strip_prefix("data ").map_or(0, str::len);
        stop = bench.run();
    }
    assert!(matches!(stop, Stop::Read(..)), "{stop:?}");
    assert!(
        received > LEN - MAX_BUFFERED - 2000,
        "more is read after {received} bytes of the body"
    );
}

#[test]
fn layer_that_buffers_too_much_without_output_fails_the_exchange() {
    let mut bench = asked(Delivers::Nothing);
    assert!(
        matches!(bench.server_sends(&"x".repeat(MAX_BUFFERED)), Stop::Read(..)),
        "it may buffer that"
    );
    assert_eq!(failed(bench.server_sends("x")).cause, Cause::Layer(0));
}

#[test]
fn output_of_a_layer_is_sent_before_the_next_read() {
    let mut bench = asked(Delivers::Acknowledges);
    bench.sent();
    let (first, rest) = (&response(10)[..20], &response(10)[20..]);
    assert!(matches!(bench.server_sends(first), Stop::Read(..)));
    assert_eq!(bench.sent(), "<ack>");
    assert!(matches!(bench.server_sends(rest), Stop::Event(_)));
}

#[test]
fn incomplete_record_counts_for_the_pace() {
    let mut options = trusting(1);
    (options.timeouts.read, options.timeouts.rate) = (None, 10);
    options.timeouts.rate_time = Duration::from_secs(10);
    let mut bench = Bench::of(get("https://localhost/"), options, b"");
    bench.layer = Some(Hoard::boxed(Delivers::Records(400)));
    bench.run();
    bench.server_sends(&response(9_000)[..400]);
    for _ in 0..800 {
        while matches!(bench.run(), Stop::Event(_)) {}
        assert!(matches!(bench.advance(1_000), Stop::Read(..)), "10 bytes arrive each second");
        bench.server_sends("0123456789");
    }
    while matches!(bench.run(), Stop::Event(_)) {}
    let error = failed(bench.advance(10_000));
    assert_eq!(error.cause, Cause::TimedOut(Waiting::Rate));
}

#[test]
fn failure_of_a_layer_fails_the_exchange() {
    let mut bench = asked(Delivers::Error(7));
    let error = failed(bench.server_sends("x"));
    assert_eq!((error.phase, error.cause), (Phase::ReceiveHead, Cause::Layer(7)));
    assert_eq!(error.source().unwrap().to_string(), "the layer refuses the bytes");
}

#[test]
fn missing_layer_fails_the_exchange() {
    for (error, cause) in [
        (LayerError::other(5, "no key"), Cause::Layer(5)),
        (TlsError::Configuration.into(), Cause::Tls(TlsError::Configuration)),
    ] {
        let now = Mono::default();
        let mut exchange =
            Exchange::new(ExchangeId(1), get("https://127.0.0.1/"), Arc::new(trusting(1)));
        let mut error = Some(error);
        loop {
            match exchange.poll(now, &NoSink) {
                Action::Acquire => exchange.handle_opened(ConnectionId(1), now, &NoSink),
                Action::Resolve => {
                    exchange.handle_resolved(&["127.0.0.1:443".parse().unwrap()], now, &NoSink)
                }
                Action::Dial(dial) => exchange.handle_dialed(dial, now, &NoSink),
                Action::Secure { .. } => {
                    exchange.handle_failed(error.take().unwrap().into(), now, &NoSink)
                }
                Action::Close => Ok(()),
                Action::Failed => break,
                other => panic!("{other:?}"),
            }
            .unwrap();
        }
        let error = exchange.error().unwrap();
        assert_eq!((error.phase, error.cause), (Phase::Tls, cause));
    }
}

#[test]
fn wait_for_a_configuration_ends_with_the_total_timeout() {
    let options = Options::with(|options| {
        options.timeouts.total = Some(Duration::from_secs(3));
    });
    let mut bench = Bench::of(get("https://host.test/"), options, b"");
    let (now, sink) = (bench.now, NoSink);
    assert_eq!(bench.exchange.poll(now, &sink), Action::Trust { proxy: false });
    assert_eq!(bench.exchange.poll(now, &sink), Action::Wait(Interest::NONE));
    let deadline = bench.exchange.deadline(now).unwrap();
    assert_eq!((deadline.at, deadline.why), (now + Duration::from_secs(3), Waiting::Total));
    bench.exchange.handle_timeout(deadline.at, &sink);
    assert_eq!(bench.exchange.poll(deadline.at, &sink), Action::Failed);
}

#[cfg(feature = "rustls")]
#[test]
fn without_a_configuration_of_tls_the_exchange_fails() {
    let request = Request::builder(b"GET", "https://h/".parse().unwrap()).build();
    let options = Options::with(|options| options.trust = Some(TrustId::new(1)));
    let mut exchange = Exchange::new(ExchangeId(1), request, Arc::new(options));
    let (now, none) = (Mono::default(), None::<Arc<rustls::ClientConfig>>);
    assert_eq!(exchange.poll(now, &NoSink), Action::Acquire);
    let refused = exchange.secure_with(none.clone(), now, &NoSink).unwrap_err();
    assert_eq!(refused.call, Call::HandleSecured);
    exchange.handle_opened(ConnectionId(1), now, &NoSink).unwrap();
    assert_eq!(exchange.poll(now, &NoSink), Action::Resolve);
    exchange.handle_resolved(&["127.0.0.1:443".parse().unwrap()], now, &NoSink).unwrap();
    let Action::Dial(dial) = exchange.poll(now, &NoSink) else { panic!() };
    exchange.handle_dialed(dial, now, &NoSink).unwrap();
    assert_eq!(exchange.poll(now, &NoSink), Action::Secure { proxy: false });
    exchange.secure_with(none, now, &NoSink).unwrap();
    assert_eq!(exchange.poll(now, &NoSink), Action::Close);
    assert_eq!(exchange.poll(now, &NoSink), Action::Failed);
    assert_eq!(exchange.error().unwrap().cause, Cause::Tls(TlsError::Configuration));
}
