//! Layers of the caller's own: when they are asked for, what they are given, and how they fail.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{Action, Exchange, Interest, Options, Pool, Proxy, Request, TrustId};
use limpid_core::error::{Call, Cause, Error, Phase, TlsError};
use limpid_core::time::{Mono, Waiting};
use limpid_core::trace::{ConnectionId, ExchangeId, NoSink};
use limpid_core::transport::{Layer, LayerError, LayerFacts, LayerState, MAX_BUFFERED};

use crate::bench::{Bench, Stop};

/// What a layer does when it is asked for what it holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Delivers {
    /// So many bytes at a time, without saying that there are more.
    Some(usize),
    Nothing,
    /// Everything, and it says something itself whenever bytes have come.
    Acknowledges,
    Error(u32),
}

/// A layer that changes nothing and delivers as it likes.
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
            Delivers::Acknowledges => {
                if self.arrived > 0 {
                    deliver(&self.held[..self.arrived]);
                    self.outgoing.extend_from_slice(b"<ack>");
                }
                self.arrived = 0;
                Ok(LayerState::Open)
            }
            Delivers::Error(code) if self.arrived > 0 => {
                Err(LayerError::other(code, "the layer does not like that"))
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

/// An exchange that waits for the response, over a layer.
fn asked(delivers: Delivers) -> Bench {
    let mut bench = Bench::of(get("https://localhost/"), trusting(1), b"");
    bench.layer = Some(Hoard::boxed(delivers));
    assert!(matches!(bench.runs(), Stop::Read(..)));
    bench
}

/// Why an exchange failed.
fn failed(stop: Stop) -> Error {
    match stop {
        Stop::Failed(error) => error,
        stop => panic!("{stop:?}"),
    }
}

/// A response of so many bytes.
fn response(len: usize) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n{}", "x".repeat(len))
}

#[test]
fn trust_is_asked_for_before_a_connection_and_a_layer_after_it() {
    let now = Mono::default();
    let options = Options::with(|options| {
        options.proxies = "https://proxy.test".parse::<Proxy>().unwrap().into();
    });
    let mut exchange = Exchange::new(ExchangeId(1), get("https://origin.test/"), Arc::new(options));
    let mut told = Vec::new();
    loop {
        let action = exchange.poll(now, &NoSink);
        told.push(match action {
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
            Action::Wait(Interest::READ) if told.len() < 10 => {
                // The origin speaks first, in the same read as the proxy's answer.
                let bytes = b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n";
                exchange.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
                exchange.handle_received(bytes.len(), now, &NoSink)
            }
            _ => break,
        }
        .unwrap();
    }
    assert_eq!(
        told,
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
        "what came behind the answer to CONNECT is for the layer within the tunnel"
    );
    assert_eq!(exchange.layer_facts().version, Some("Hoard 1"));
}

#[test]
fn trust_that_was_not_asked_for_changes_nothing() {
    let now = Mono::default();
    let mut exchange = Exchange::new(ExchangeId(1), get("https://a.test/"), Arc::new(trusting(1)));
    assert_eq!(exchange.poll(now, &NoSink), Action::Acquire);
    assert!(exchange.handle_trusted(TrustId::new(2), now, &NoSink).is_err());
    assert_eq!(*exchange.route(), trusting(1).route_to(&"https://a.test/".parse().unwrap()));
}

#[test]
fn a_strict_request_is_not_given_the_connection_of_an_insecure_one() {
    let now = Mono::default();
    let mut pool = Pool::new(Default::default());
    let mut given = |options: Options| {
        let mut bench = Bench::of(get("https://localhost/"), options, b"");
        bench.layer = Some(Hoard::boxed(Delivers::Some(usize::MAX)));
        let mut lease = pool.acquire(bench.exchange.route(), now, |_: &()| true).unwrap();
        let is_reused = lease.link.is_some();
        bench.link = lease.link.take();
        bench.runs();
        bench.hears(&response(0));
        assert_eq!(bench.runs(), Stop::Done);
        (lease.link, lease.transport) = (bench.link.take(), Some(()));
        assert!(lease.link.is_some(), "it can be used again");
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
fn nothing_is_read_while_a_layer_holds_more_than_it_may() {
    const LEN: usize = 3 * MAX_BUFFERED;
    let mut bench = asked(Delivers::Some(1000));
    let mut told = 0;
    let mut stop = bench.hears(&response(LEN)[..LEN]);
    while let Stop::Event(event) = stop {
        told += event.strip_prefix("data ").map_or(0, str::len);
        stop = bench.runs();
    }
    assert!(matches!(stop, Stop::Read(..)), "{stop:?}");
    assert!(told > LEN - MAX_BUFFERED - 2000, "more is read after {told} bytes of the body");
}

#[test]
fn a_layer_that_holds_too_much_and_delivers_nothing_ends_the_exchange() {
    let mut bench = asked(Delivers::Nothing);
    assert!(matches!(bench.hears(&"x".repeat(MAX_BUFFERED)), Stop::Read(..)), "it may hold that");
    assert_eq!(failed(bench.hears("x")).cause, Cause::Layer(0));
}

#[test]
fn what_a_layer_says_during_the_response_is_sent_before_more_is_waited_for() {
    let mut bench = asked(Delivers::Acknowledges);
    bench.sent();
    let (first, rest) = (&response(10)[..20], &response(10)[20..]);
    assert!(matches!(bench.hears(first), Stop::Read(..)));
    assert_eq!(bench.sent(), "<ack>");
    assert!(matches!(bench.hears(rest), Stop::Event(_)));
}

#[test]
fn the_failure_of_a_layer_is_that_of_the_exchange() {
    let mut bench = asked(Delivers::Error(7));
    let error = failed(bench.hears("x"));
    assert_eq!((error.phase, error.cause), (Phase::ReceiveHead, Cause::Layer(7)));
    assert_eq!(error.source().unwrap().to_string(), "the layer does not like that");
}

#[test]
fn without_a_layer_there_is_no_exchange() {
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
fn a_configuration_that_does_not_come_is_waited_for_as_long_as_the_whole_may_take() {
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
