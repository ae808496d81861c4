//! Responses with coded bodies, received by an exchange.

use std::cell::RefCell;
use std::sync::Arc;

use limpid_core::client::{Action, Event, Exchange, Options, Request};
use limpid_core::coding::ACCEPTED;
use limpid_core::error::{Cause, CodingFault};
use limpid_core::limits::Limits;
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId, Interest, Meta, Sink, TraceEvent};

use crate::make::{HELLOS, gzip, zeros, zlib};

/// Records the decisions about codings, and how operations of the body end.
#[derive(Default)]
struct Decisions(RefCell<Vec<String>>);

impl Sink for Decisions {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, _: &Meta, event: &TraceEvent<'_>) {
        let line = match event {
            TraceEvent::CodingDecided { codings, decodes, why } => {
                format!("{}: {decodes}, {why}", codings.escape_ascii())
            }
            TraceEvent::ContentDecoded { coded, decoded } => format!("{coded} to {decoded}"),
            TraceEvent::ContentRefused { coding, fault, .. } => format!("{coding}: {fault}"),
            TraceEvent::ReceiveResponseBodyComplete {} => "complete".to_owned(),
            TraceEvent::ReceiveResponseBodyFailed { failure } => {
                assert!(matches!(failure.cause, Cause::Coding(_) | Cause::Cancelled));
                "failed".to_owned()
            }
            TraceEvent::ResponseClosedComplete {} => "closed".to_owned(),
            _ => return,
        };
        self.0.borrow_mut().push(line);
    }
}

/// The result of a response.
#[derive(Debug)]
struct Outcome {
    request: String,
    body: Vec<u8>,
    error: Option<Cause>,
    events: Vec<String>,
    /// Whether the connection can be reused.
    is_free: bool,
    /// How many bytes of the response were read.
    read: usize,
}

impl Outcome {
    fn fault(&self) -> CodingFault {
        match self.error {
            Some(Cause::Coding(error)) => error.fault,
            other => panic!("{other:?}"),
        }
    }
}

fn options(decode: bool) -> Options {
    Options::with(|options| options.decode = decode)
}

/// Creates a request with a field, if its name is not empty.
fn request(method: &str, (name, value): (&str, &str)) -> Request {
    let builder = Request::builder(method.as_bytes(), "http://127.0.0.1/".parse().unwrap());
    let none = name.is_empty();
    if none { builder } else { builder.field(name.as_bytes(), value.as_bytes()) }.build()
}

/// Runs an exchange with a server that sends `response` in parts of `size` bytes, and cancels it after
/// this many pieces of the body.
fn run(request: Request, options: Options, response: &[u8], size: usize, pieces: usize) -> Outcome {
    let events = Decisions::default();
    let now = Mono::from_nanos(0);
    let mut exchange = Exchange::new(ExchangeId(1), request, Arc::new(options));
    let mut outcome = Outcome {
        request: String::new(),
        body: Vec::new(),
        error: None,
        events: Vec::new(),
        is_free: false,
        read: 0,
    };
    let mut seen = 0;
    loop {
        match exchange.poll(now, &events) {
            Action::Acquire => exchange.handle_opened(ConnectionId(1), now, &events).unwrap(),
            Action::Resolve => {
                let address = "127.0.0.1:80".parse().unwrap();
                exchange.handle_resolved(&[address], now, &events).unwrap();
            }
            Action::Dial(dial) => exchange.handle_dialed(dial, now, &events).unwrap(),
            Action::Wait(interest) if interest.write => {
                let out = exchange.out().concat();
                outcome.request += &String::from_utf8(out.clone()).unwrap();
                exchange.handle_sent(out.len(), now, &events).unwrap();
            }
            Action::Wait(interest) if interest.read => {
                let rest = &response[outcome.read..];
                let n = rest.len().min(size);
                exchange.space(n)[..n].copy_from_slice(&rest[..n]);
                outcome.read += n;
                match n {
                    0 => exchange.handle_eof(now, &events),
                    n => exchange.handle_received(n, now, &events).unwrap(),
                }
            }
            Action::Event(_) => {
                let Some(Event::Data(data)) = exchange.event() else { continue };
                outcome.body.extend_from_slice(data);
                seen += 1;
                if seen == pieces {
                    exchange.cancel(now, &events);
                }
            }
            Action::Done | Action::Failed => {
                outcome.is_free = exchange.take_link().is_some();
                outcome.error = exchange.error().map(|error| error.cause);
                break;
            }
            _ => {}
        }
    }
    outcome.events = events.0.into_inner();
    outcome
}

/// Returns the result of a GET request whose response has this body in these codings.
fn get(codings: &str, body: &[u8], size: usize) -> Outcome {
    run(request("GET", ("", "")), options(true), &ok(codings, body), size, usize::MAX)
}

fn ok(codings: &str, body: &[u8]) -> Vec<u8> {
    head(200, codings, body.len()).into_iter().chain(body.iter().copied()).collect()
}

fn head(status: u16, codings: &str, length: usize) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} X\r\nContent-Encoding: {codings}\r\nContent-Length: {length}\r\n\r\n"
    )
    .into_bytes()
}

#[test]
fn accept_encoding_is_sent_if_decoding_is_enabled() {
    let asks = |decode, field| {
        let sent = run(request("GET", field), options(decode), &ok("", b""), 100, 1).request;
        let line = sent.lines().find(|line| line.starts_with("Accept-Encoding: "));
        line.map(|line| line.trim_start_matches("Accept-Encoding: ").to_owned())
    };
    assert_eq!(asks(false, ("", "")), None);
    assert_eq!(asks(true, ("", "")).as_deref(), Some(ACCEPTED));
    assert_eq!(asks(true, ("Accept-Encoding", "gzip")).as_deref(), Some("gzip"));
    assert_eq!(asks(true, ("accept-encoding", "identity")), None, "the caller's field is kept");
    assert_eq!(asks(true, ("Range", "bytes=1-")), None, "a part cannot be decoded");
}

#[test]
fn body_is_decoded_from_any_pieces() {
    let coded = gzip(HELLOS);
    for size in 1..200 {
        let outcome = get("gzip", &coded, size);
        assert_eq!((outcome.error, &*outcome.body), (None, HELLOS));
        assert!(outcome.is_free);
        let totals = format!("{} to {}", coded.len(), HELLOS.len());
        let events = ["gzip: true, every coding is known", "complete", &totals, "closed"];
        assert_eq!(outcome.events, events);
    }
    let outcome = get("deflate, GZIP", &gzip(&zlib(HELLOS)), 7);
    assert_eq!(outcome.body, HELLOS);
}

#[test]
fn codings_in_several_fields_are_one_decision() {
    let outcome = get("deflate\r\nContent-Encoding: GZIP", &gzip(&zlib(HELLOS)), 100);
    assert_eq!(outcome.body, HELLOS);
    assert_eq!(outcome.events[0], "deflate, GZIP: true, every coding is known");
    assert_eq!(outcome.events[1], "complete");
}

#[test]
fn body_is_not_decoded_if_decoding_is_disabled() {
    let coded = gzip(HELLOS);
    let response = ok("gzip", &coded);
    let outcome = run(request("GET", ("", "")), options(false), &response, 9, usize::MAX);
    assert_eq!(outcome.body, coded);
    assert_eq!(outcome.events, ["complete", "closed"]);
}

#[test]
fn body_with_unknown_coding_is_not_decoded() {
    let coded = gzip(HELLOS);
    let outcome = get("gzip, aes128gcm", &coded, 100);
    assert_eq!((outcome.error, &outcome.body), (None, &coded));
    assert_eq!(outcome.events[0], "gzip, aes128gcm: false, a coding is not known, or not built in");
    let outcome = get("gzip,gzip,gzip,gzip,gzip,gzip", &coded, 100);
    assert_eq!((outcome.error, &outcome.body), (None, &coded));
    assert!(outcome.events[0].ends_with("too many codings"));
    let outcome = get("identity", HELLOS, 100);
    assert_eq!((outcome.error, &*outcome.body), (None, HELLOS));
    let response = [head(206, "gzip", 5), coded[..5].to_vec()].concat();
    let outcome = run(request("GET", ("", "")), options(true), &response, 100, usize::MAX);
    assert_eq!((outcome.error, &*outcome.body), (None, &coded[..5]));
}

#[test]
fn response_without_a_body_is_not_decoded() {
    for (method, status, length) in [("HEAD", 200, 99), ("GET", 204, 0), ("GET", 304, 99)] {
        let response = head(status, "gzip", length);
        let outcome = run(request(method, ("", "")), options(true), &response, 99, 1);
        assert_eq!((outcome.error, &*outcome.body), (None, &b""[..]), "{method} {status}");
        assert_eq!(outcome.events[0], "gzip: false, the response has no body");
    }
    let outcome = get("gzip", b"", 100);
    assert_eq!((outcome.error, &*outcome.body), (None, &b""[..]));
}

#[test]
fn invalid_body_cancels_the_exchange() {
    let mut coded = gzip(HELLOS);
    let end = coded.len();
    coded[end - 5] ^= 1;
    let outcome = get("gzip", &coded, 10);
    assert_eq!(outcome.fault(), CodingFault::Checksum);
    assert_eq!(outcome.events[1..], ["gzip: checksum", "failed", "closed"]);
    assert!(!outcome.is_free);
}

#[test]
fn truncated_coded_body_leaves_the_connection_reusable() {
    let coded = gzip(HELLOS);
    let outcome = get("gzip", &coded[..coded.len() - 1], 10);
    assert_eq!(outcome.fault(), CodingFault::Truncated);
    assert_eq!(outcome.body, HELLOS);
    assert_eq!(outcome.events[1..], ["complete", "gzip: truncated", "closed"]);
    assert!(outcome.is_free);
}

#[test]
fn bomb_is_not_read_to_its_end() {
    let coded = zeros(100);
    let outcome = get("gzip", &coded, 16 * 1024);
    assert_eq!(outcome.fault(), CodingFault::Expansion(200));
    assert!(outcome.body.len() as u64 <= Limits::UNSUSPICIOUS);
    assert!(outcome.read < coded.len() / 2, "{} of {}", outcome.read, coded.len());
}

#[test]
fn caller_can_cancel_between_two_pieces() {
    let response = ok("gzip", &zeros(1));
    let outcome = run(request("GET", ("", "")), options(true), &response, 99_999, 2);
    assert_eq!(outcome.error, Some(Cause::Cancelled));
    assert!(outcome.body.len() < 100_000);
    assert_eq!(outcome.events[1..], ["failed", "closed"]);
}
