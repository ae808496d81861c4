//! Runs of a connection, which read pieces of bytes and return messages, for tools, tests and fuzzers.

mod chunking;
mod message;

use alloc::vec::Vec;
use core::fmt;

pub use chunking::{Chunking, Pieces, UnknownChunking};
pub use message::{Message, Start};

use crate::error::{MisuseError, PeerError};
use crate::fields::{FieldBlock, Fields};
use crate::framing::Framing;
use crate::http1::marks::{Mark, ReceivedPart};
use crate::http1::{BodySize, Connection, Event, Progress, Role, State};
use crate::limits::Config;
use crate::trace::{Cx, EventKind, Interest, NoSink, Scope, Sink};

/// The parameters of a run.
#[derive(Clone, Copy, Debug)]
pub struct Setup<'a> {
    /// The side that reads: a server reads requests, a client reads responses.
    pub role: Role,
    /// The method of the only request that a client sends. The request also has an Upgrade field, so
    /// that 101 is a valid response.
    pub method: &'a [u8],
    /// The limits and tolerances.
    pub config: Config,
    /// Whether the peer closes its direction after the bytes.
    pub eof: bool,
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every byte was read, and no message is incomplete.
    Complete,
    /// A message is incomplete, and the peer may send more.
    Incomplete,
    /// The peer broke a rule.
    Rejected(PeerError),
    /// The connection switched protocols; these bytes belong to the new protocol.
    Switched(Vec<u8>),
    /// Bytes follow the last message of the connection and are not read.
    Surplus {
        /// Number of bytes of the peer before them.
        offset: u64,
    },
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete => f.write_str("complete"),
            Self::Incomplete => f.write_str("incomplete: more bytes are needed"),
            Self::Rejected(error) => error.fmt(f),
            Self::Switched(rest) => {
                write!(f, "the connection left HTTP/1.1, with {} bytes of what follows", rest.len())
            }
            Self::Surplus { offset } => write!(
                f,
                "bytes follow the last message of the connection (from byte {offset}; \
                 RFC 9112 section 9.6)"
            ),
        }
    }
}

/// Reads `pieces` with a connection, and calls `on` with each event.
///
/// A server answers each request, including CONNECT, with an empty 200 response, and then reads the
/// next request if the connection can be reused.
///
/// # Errors
/// Returns an error if the method of `setup` cannot be sent.
pub fn play<S: Sink>(
    setup: &Setup<'_>,
    pieces: impl IntoIterator<Item = impl AsRef<[u8]>>,
    sink: &S,
    on: impl FnMut(Event<'_>),
) -> Result<Outcome, MisuseError> {
    play_on(&mut Connection::new(setup.role, setup.config), setup, pieces, sink, on)
}

/// Reads `pieces` as [`play`] does. Returns also what the bytes are, and what the bytes behind those are a part of.
///
/// # Errors
/// Returns an error as [`play`] does.
pub fn play_marked(
    setup: &Setup<'_>,
    pieces: impl IntoIterator<Item = impl AsRef<[u8]>>,
    on: impl FnMut(Event<'_>),
) -> Result<(Outcome, Vec<Mark>, ReceivedPart), MisuseError> {
    let mut connection = Connection::new(setup.role, setup.config);
    connection.mark_received();
    let outcome = play_on(&mut connection, setup, pieces, &NoSink, on)?;
    let mut marks = Vec::new();
    let rest = connection.take_marks(&mut marks);
    Ok((outcome, marks, rest))
}

fn play_on<S: Sink>(
    connection: &mut Connection,
    setup: &Setup<'_>,
    pieces: impl IntoIterator<Item = impl AsRef<[u8]>>,
    sink: &S,
    mut on: impl FnMut(Event<'_>),
) -> Result<Outcome, MisuseError> {
    let mut scope = Scope::default();
    // The heads that this side sends are made up.
    let sent = Interest::only(EventKind::RequestSent).with(Interest::only(EventKind::ResponseSent));
    let interest = sink.interest().without(sent);
    let mut cx = Cx::with_interest(Default::default(), sink, interest, &mut scope);
    if setup.role == Role::Client {
        ask(connection, setup.method, &mut cx)?;
    }
    let mut refused = None;
    for piece in pieces {
        connection.push(piece.as_ref());
        refused = drain(connection, &mut cx, &mut on)?;
        if refused.is_some() {
            break;
        }
    }
    if setup.eof && refused.is_none() {
        connection.eof();
        refused = drain(connection, &mut cx, &mut on)?;
    }
    Ok(refused.map_or_else(|| outcome(connection), Outcome::Rejected))
}

/// Sends the request of a client.
fn ask<S: Sink>(
    connection: &mut Connection,
    method: &[u8],
    cx: &mut Cx<'_, S>,
) -> Result<(), MisuseError> {
    let mut fields = FieldBlock::new();
    fields.push(b"Host", b"localhost");
    fields.push(b"Connection", b"upgrade");
    fields.push(b"Upgrade", b"websocket");
    let target: &[u8] = if method == b"CONNECT" { b"localhost:80" } else { b"/" };
    connection.send_request(cx, method, target, fields.fields(), BodySize::None)?;
    connection.finish(cx, Fields::EMPTY)?;
    connection.sent(connection.out_len());
    Ok(())
}

/// Answers a request with an empty 200.
fn answer<S: Sink>(connection: &mut Connection, cx: &mut Cx<'_, S>) -> Result<(), MisuseError> {
    connection.send_response(cx, 200, b"OK", Fields::EMPTY, BodySize::None)?;
    if connection.state(Role::Server) != State::Switched {
        connection.finish(cx, Fields::EMPTY)?;
    }
    connection.sent(connection.out_len());
    Ok(())
}

/// Reads all available events. Returns the rule that the peer broke, if any.
fn drain<S: Sink>(
    connection: &mut Connection,
    cx: &mut Cx<'_, S>,
    on: &mut impl FnMut(Event<'_>),
) -> Result<Option<PeerError>, MisuseError> {
    loop {
        match connection.advance(cx) {
            Ok(Progress::Event) => {
                let Some(event) = connection.event() else { continue };
                let asks = matches!(event, Event::Request(..));
                on(event);
                if asks {
                    answer(connection, cx)?;
                }
            }
            Ok(Progress::Paused)
                if connection.role() == Role::Server && connection.reuse().is_ok() =>
            {
                connection.restart()?;
            }
            Ok(_) => return Ok(None),
            Err(error) => return Ok(Some(error)),
        }
    }
}

/// Returns the outcome of a run in which the peer broke no rule.
fn outcome(connection: &Connection) -> Outcome {
    let unread = connection.unread();
    match connection.state(connection.role().peer()) {
        State::Switched => Outcome::Switched(unread.to_vec()),
        State::Done | State::MustClose | State::MightSwitch if !unread.is_empty() => {
            Outcome::Surplus { offset: connection.received() - unread.len() as u64 }
        }
        State::Done | State::MustClose | State::MightSwitch | State::Closed => Outcome::Complete,
        State::Idle if unread.is_empty() => Outcome::Complete,
        _ => Outcome::Incomplete,
    }
}

/// The messages of a run.
///
/// ```
/// use limpid_core::http1::Role;
/// use limpid_core::internal::transcript::{Chunking, Outcome, Setup, Transcript};
///
/// let setup = Setup { role: Role::Server, method: b"", config: Default::default(), eof: false };
/// let bytes = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHo";
/// let (transcript, outcome) = Transcript::read(&setup, Chunking::Bytewise.pieces(bytes))?;
/// assert_eq!(transcript.messages.len(), 1);
/// assert_eq!(outcome, Outcome::Incomplete);
/// # Ok::<(), limpid_core::error::MisuseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// The complete messages, in order.
    pub messages: Vec<Message>,
    /// The message whose body is incomplete, if there is one.
    pub unfinished: Option<Message>,
}

impl Transcript {
    /// Runs a connection with [`play`] and records the messages.
    ///
    /// # Errors
    /// Returns an error as [`play`] does.
    pub fn read(
        setup: &Setup<'_>,
        pieces: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<(Self, Outcome), MisuseError> {
        let mut transcript = Self::default();
        let outcome = play(setup, pieces, &NoSink, |event| transcript.add(event))?;
        Ok((transcript, outcome))
    }

    /// Adds an event.
    pub fn add(&mut self, event: Event<'_>) {
        match event {
            Event::Request(head, info) => self.begin(Message::request(head, info)),
            Event::Informational(head) => self.messages.push(Message::informational(head)),
            Event::Response(head, info) => self.begin(Message::response(head, info)),
            Event::Data(data) => {
                if let Some(message) = &mut self.unfinished {
                    message.body.extend_from_slice(data);
                }
            }
            Event::End(trailers) => {
                if let Some(mut message) = self.unfinished.take() {
                    message.trailers.copy_from(trailers);
                    self.messages.push(message);
                }
            }
        }
    }

    fn begin(&mut self, message: Message) {
        if message.framing == Framing::Tunnel {
            // No message follows a switch, so this message has no end event.
            self.messages.push(message);
        } else {
            self.unfinished = Some(message);
        }
    }
}
