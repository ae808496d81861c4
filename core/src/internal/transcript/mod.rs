//! A whole run of a connection: pieces of bytes in, messages out. For tools, tests and fuzzers,
//! which all read bytes the same way and differ only in what they make of it.

mod chunking;
mod message;

use alloc::vec::Vec;
use core::fmt;

pub use chunking::{Chunking, Pieces, UnknownChunking};
pub use message::{Message, Start};

use crate::error::{MisuseError, PeerError};
use crate::fields::{FieldBlock, Fields};
use crate::framing::Framing;
use crate::http1::{BodySize, Connection, Event, Progress, Role, State};
use crate::limits::Config;
use crate::trace::{Cx, NoSink, Scope, Sink};

/// What stands around the bytes of a run.
#[derive(Clone, Copy, Debug)]
pub struct Setup<'a> {
    /// Which side we are: a server reads requests, a client reads responses.
    pub role: Role,
    /// The method of the one request that a client has sent. It offered an upgrade, too, so that
    /// 101 is an answer to it.
    pub method: &'a [u8],
    /// Limits and tolerances.
    pub config: Config,
    /// Whether the peer closes its direction after the bytes.
    pub eof: bool,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every byte was used, and no message is unfinished.
    Complete,
    /// A message is unfinished, and the peer may go on.
    Incomplete,
    /// The peer broke a rule.
    Rejected(PeerError),
    /// The connection left HTTP/1.1; these bytes are of what follows.
    Switched(Vec<u8>),
    /// Bytes follow the last message that the connection takes. Nobody reads them.
    Surplus {
        /// How many bytes of the peer are before them.
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

/// Lets a connection read `pieces`, and shows `on` every event.
///
/// A server answers each request at once with an empty 200, a CONNECT too, and then reads the next
/// one if the connection can go on.
///
/// # Errors
/// The method of `setup` cannot be sent.
pub fn play<S: Sink>(
    setup: &Setup<'_>,
    pieces: impl IntoIterator<Item = impl AsRef<[u8]>>,
    sink: &S,
    mut on: impl FnMut(Event<'_>),
) -> Result<Outcome, MisuseError> {
    let mut scope = Scope::default();
    let mut cx = Cx::new(Default::default(), sink, &mut scope);
    let mut connection = Connection::new(setup.role, setup.config);
    if setup.role == Role::Client {
        ask(&mut connection, setup.method, &mut cx)?;
    }
    let mut refused = None;
    for piece in pieces {
        connection.push(piece.as_ref());
        refused = drain(&mut connection, &mut cx, &mut on)?;
        if refused.is_some() {
            break;
        }
    }
    if setup.eof && refused.is_none() {
        connection.eof();
        refused = drain(&mut connection, &mut cx, &mut on)?;
    }
    Ok(refused.map_or_else(|| outcome(&connection), Outcome::Rejected))
}

/// Sends the request whose response a client will read.
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

/// Takes every event there is. Returns the rule that the peer broke, if it did.
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

/// Returns where a connection stands that was not refused.
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
    /// Those that are complete, in order.
    pub messages: Vec<Message>,
    /// The one whose body has begun and not ended.
    pub unfinished: Option<Message>,
}

impl Transcript {
    /// Plays a run and writes it down.
    ///
    /// # Errors
    /// As [`play`].
    pub fn read(
        setup: &Setup<'_>,
        pieces: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<(Self, Outcome), MisuseError> {
        let mut transcript = Self::default();
        let outcome = play(setup, pieces, &NoSink, |event| transcript.add(event))?;
        Ok((transcript, outcome))
    }

    /// Writes an event down.
    pub fn add(&mut self, event: Event<'_>) {
        match event {
            Event::Request(head, reading) => self.begin(Message::request(head, reading)),
            Event::Informational(head) => self.messages.push(Message::informational(head)),
            Event::Response(head, reading) => self.begin(Message::response(head, reading)),
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
            // What follows is no message, so this one has no end to wait for.
            self.messages.push(message);
        } else {
            self.unfinished = Some(message);
        }
    }
}
