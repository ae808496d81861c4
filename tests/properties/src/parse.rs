//! Any bytes of a peer are accepted or rejected, within the limits, and every reported offset is correct.

use limpid_core::error::PeerError;
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::framing::Framing;
use limpid_core::http1::{BodySize, Connection, Event, HeadInfo, Next, Role, State, Version};
use limpid_core::internal::transcript::{Chunking, Outcome, Setup, Transcript};
use limpid_core::limits::{Config, Lenient, Limits};
use limpid_core::trace::{Cx, Interest, Meta, Scope, Sink, TraceEvent};

use crate::fields::trim;
use crate::input::Input;
use crate::setup::setup;

/// A server reads the bytes.
///
/// # Panics
/// Panics if the property does not hold.
pub fn parse_request(data: &[u8]) {
    parse(Role::Server, data);
}

/// A client that has sent a request reads the bytes.
///
/// # Panics
/// Panics if the property does not hold.
pub fn parse_response(data: &[u8]) {
    parse(Role::Client, data);
}

fn parse(role: Role, data: &[u8]) {
    let mut input = Input::new(data);
    let (setup, chunking) = setup(role, &mut input);
    let bytes = input.rest();
    let watch = Watch { bytes, folds: has_fold(bytes), config: setup.config };
    let mut scope = Scope::default();
    let mut cx = Cx::new(Default::default(), &watch, &mut scope);
    read(&setup, chunking, bytes, &mut cx);
    strict_is_within_lenient(&setup, bytes);
}

/// Feeds the bytes as long as the connection accepts them.
pub(crate) fn read<S: Sink>(
    setup: &Setup<'_>,
    chunking: Chunking,
    bytes: &[u8],
    cx: &mut Cx<'_, S>,
) -> Connection {
    let mut connection = Connection::new(setup.role, setup.config);
    if setup.role == Role::Client {
        ask(&mut connection, setup.method, cx);
    }
    let mut told = Told::new(setup.config.limits);
    // A message has at least three events: a head, a piece of a body and an end.
    let mut steps = 2 * bytes.len() + 4;
    let mut pushed = 0;
    for piece in chunking.pieces(bytes) {
        connection.push(piece);
        pushed += piece.len() as u64;
        assert_eq!(connection.received(), pushed);
        if !drain(&mut connection, &mut told, &mut steps, cx) {
            return connection;
        }
    }
    if setup.eof {
        connection.eof();
        assert!(!drain(&mut connection, &mut told, &mut steps, cx), "input after its end");
    }
    connection
}

/// Sends the request of the response. It offers an upgrade.
pub(crate) fn ask<S: Sink>(connection: &mut Connection, method: &[u8], cx: &mut Cx<'_, S>) {
    let fields = [(&b"Host"[..], &b"a"[..]), (b"Connection", b"upgrade"), (b"Upgrade", b"x")];
    let block: FieldBlock = fields.into_iter().collect();
    let target: &[u8] = if method == b"CONNECT" { b"a:1" } else { b"/" };
    let sent = connection.send_request(cx, method, target, block.fields(), BodySize::None);
    assert_eq!(sent, Ok(()));
    assert_eq!(connection.finish(cx, Fields::EMPTY), Ok(()));
    connection.sent(connection.out_len());
}

/// Responds to a request with an empty 200.
fn answer<S: Sink>(connection: &mut Connection, cx: &mut Cx<'_, S>) {
    let sent = connection.send_response(cx, 200, b"OK", Fields::EMPTY, BodySize::None);
    assert_eq!(sent, Ok(()));
    if connection.state(Role::Server) != State::Switched {
        assert_eq!(connection.finish(cx, Fields::EMPTY), Ok(()));
    }
    connection.sent(connection.out_len());
}

/// Reads all events. Returns whether more bytes are needed.
fn drain<S: Sink>(
    connection: &mut Connection,
    told: &mut Told,
    steps: &mut usize,
    cx: &mut Cx<'_, S>,
) -> bool {
    loop {
        assert!(*steps > 0, "info makes no progress");
        *steps -= 1;
        match connection.next(cx) {
            Ok(Next::Event(event)) => {
                let asks = matches!(event, Event::Request(..));
                told.check(event);
                if asks {
                    answer(connection, cx);
                }
            }
            Ok(Next::NeedInput) => {
                assert_eq!(connection.next(cx), Ok(Next::NeedInput), "the need is not stable");
                assert!(connection.unread().len() < told.most_held(), "held beyond the limits");
                return true;
            }
            Ok(Next::Paused) => {
                assert_eq!(connection.next(cx), Ok(Next::Paused), "the pause is not stable");
                if connection.role() == Role::Client || connection.reuse().is_err() {
                    return false;
                }
                assert_eq!(connection.restart(), Ok(()));
            }
            Ok(Next::Switched) => {
                assert_eq!(connection.next(cx), Ok(Next::Switched), "the switch is not stable");
                return false;
            }
            Ok(Next::Closed) => {
                assert_eq!(connection.next(cx), Ok(Next::Closed), "the end is not stable");
                return false;
            }
            Err(error) => {
                check_refusal(connection, error, cx);
                return false;
            }
        }
    }
}

/// Checks that a rejection is final and that its offset was received.
fn check_refusal<S: Sink>(connection: &mut Connection, error: PeerError, cx: &mut Cx<'_, S>) {
    assert!(error.offset <= connection.received(), "{error} is beyond what was received");
    assert!(!error.to_string().contains(char::is_control), "{error:?}");
    assert_eq!(connection.state(connection.role().peer()), State::Failed);
    assert!(connection.reuse().is_err());
    assert!(connection.restart().is_err());
    let excerpt = connection.excerpt().to_vec();
    connection.push(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(connection.next(cx), Err(error));
    connection.eof();
    assert_eq!(connection.next(cx), Err(error));
    assert_eq!(connection.excerpt(), excerpt, "the excerpt is not stable");
}

/// The trace events of the present message.
struct Told {
    limits: Limits,
    informational: usize,
    framing: Framing,
    body: u64,
}

impl Told {
    const fn new(limits: Limits) -> Self {
        Self { limits, informational: 0, framing: Framing::None, body: 0 }
    }

    /// Returns more bytes than a connection may hold while it needs input.
    fn most_held(&self) -> usize {
        let Limits { head, chunk_line, trailers, .. } = self.limits;
        head.max(chunk_line).max(trailers)
    }

    fn check(&mut self, event: Event<'_>) {
        match event {
            Event::Request(head, info) => {
                assert!(!head.method.is_empty() && head.method.iter().all(u8::is_ascii_graphic));
                assert!(!head.target.is_empty() && head.target.iter().all(u8::is_ascii_graphic));
                self.begin(head.version, head.fields, info);
            }
            Event::Informational(head) => {
                assert!(matches!(head.status, 100 | 102..=199));
                self.informational += 1;
                assert!(self.informational <= self.limits.informational);
                self.check_fields(head.fields, self.limits.head);
            }
            Event::Response(head, info) => {
                assert!(matches!(head.status, 101 | 200..=999));
                self.begin(head.version, head.fields, info);
            }
            Event::Data(data) => {
                assert!(!data.is_empty(), "a piece of a body is empty");
                self.body += data.len() as u64;
                assert!(self.body <= self.limits.body);
            }
            Event::End(trailers) => {
                self.check_fields(trailers, self.limits.trailers);
                assert!(trailers.is_empty() || self.framing == Framing::Chunked);
                match self.framing {
                    Framing::None => assert_eq!(self.body, 0),
                    Framing::Length(length) => assert_eq!(self.body, length),
                    Framing::Chunked | Framing::UntilClose | Framing::Tunnel => {}
                }
            }
        }
    }

    fn begin(&mut self, version: Version, fields: Fields<'_>, info: HeadInfo) {
        self.check_fields(fields, self.limits.head);
        if info.keep_alive {
            // RFC 9112 section 9.3.
            let options = fields.all("Connection").map(<[u8]>::to_ascii_lowercase);
            let options = options.collect::<Vec<_>>().join(&b',');
            let has =
                |option: &[u8]| options.split(|byte| *byte == b',').any(|o| trim(o) == option);
            assert!(!has(b"close") && (version >= Version::HTTP_11 || has(b"keep-alive")));
        }
        self.framing = info.framing;
        self.body = 0;
    }

    fn check_fields(&self, fields: Fields<'_>, limit: usize) {
        assert!(fields.len() <= self.limits.fields);
        assert!(fields.as_bytes().len() <= limit);
        for field in fields {
            assert!(!field.name.is_empty() && field.name.iter().all(u8::is_ascii_graphic));
            assert!(!field.value.iter().any(|byte| matches!(byte, b'\r' | b'\n' | b'\0')));
            assert!(!matches!(field.value, [b' ' | b'\t', ..] | [.., b' ' | b'\t']));
        }
    }
}

/// Compares every reported offset with the bytes.
struct Watch<'a> {
    bytes: &'a [u8],
    /// Whether a value may be joined from lines, so that its bytes are not at their offset.
    folds: bool,
    config: Config,
}

/// Returns whether a byte is read as this one: NUL and CR in a value may be read as a space.
const fn is_read_as(byte: u8, read: u8) -> bool {
    byte == read || matches!((byte, read), (b'\0' | b'\r', b' '))
}

fn has_fold(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| matches!(pair, [b'\n', b' ' | b'\t']))
}

impl Watch<'_> {
    /// Returns the bytes from `offset` on.
    #[track_caller]
    fn from(&self, offset: u64) -> &[u8] {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.bytes.get(offset..));
        assert!(rest.is_some(), "offset {offset} of {}", self.bytes.len());
        rest.unwrap_or_default()
    }
}

impl Sink for Watch<'_> {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, _: &Meta, event: &TraceEvent<'_>) {
        match *event {
            TraceEvent::StartLineRead { line, offset } => {
                assert!(self.from(offset).starts_with(line));
            }
            TraceEvent::FieldRead { name, value, offset }
            | TraceEvent::TrailerRead { name, value, offset } => {
                assert!(self.from(offset).starts_with(name));
                let is_value = |at: &[u8]| at.iter().zip(value).all(|(a, b)| is_read_as(*a, *b));
                let has_value = |line: &[u8]| line.windows(value.len().max(1)).any(is_value);
                assert!(self.folds || value.is_empty() || has_value(self.from(offset)));
            }
            TraceEvent::ChunkRead { offset, .. } => {
                let line = self.from(offset).trim_ascii_start();
                assert!(line.first().is_some_and(u8::is_ascii_hexdigit));
            }
            TraceEvent::LeniencyUsed { offset, .. } => {
                assert!(!self.from(offset).is_empty());
                assert_ne!(self.config.lenient, Lenient::NONE);
            }
            TraceEvent::Refused { offset, byte, .. } => {
                let at = self.from(offset).first();
                let byte = byte.and_then(|byte| u8::try_from(byte).ok());
                let is_at = |byte| at.is_some_and(|at| is_read_as(*at, byte));
                assert!(self.folds || byte.is_none_or(is_at));
            }
            _ => {}
        }
    }
}

/// Checks that a lenient reader reads alike what the strict one accepts.
fn strict_is_within_lenient(setup: &Setup<'_>, bytes: &[u8]) {
    let read = |lenient| {
        let config = {
            let mut config = setup.config;
            config.lenient = lenient;
            config
        };
        Transcript::read(&Setup { config, ..*setup }, [bytes])
    };
    let strict = read(Lenient::NONE);
    if !matches!(strict, Ok((_, Outcome::Rejected(_)))) {
        assert_eq!(strict, read(setup.config.lenient));
    }
}
