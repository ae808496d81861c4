//! A driver without sockets: it opens connections, takes what is sent and stops where a test wants
//! to say what comes next.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::client::{Do, Event, Exchange, Input, Link, Options, Request, Switched};
use limpid_core::error::{Cause, Error, OsError, OsErrorKind};
use limpid_core::fields::FieldBlock;
use limpid_core::http1::BodySize;
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId, Interest, Meta, Sink, Stage, TraceEvent};
use limpid_core::transport::Layer;

const RESET: OsError = OsError { code: 104, kind: OsErrorKind::Reset };

/// What the driver stopped for.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Bytes are wanted: until when, after the start, and for what.
    Read(Option<Duration>, &'static str),
    Event(String),
    Done,
    Failed(Error),
}

/// Errors are looked into, and not compared.
impl PartialEq for Stop {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Read(until, why), Self::Read(others, reason)) => {
                (until, why) == (others, reason)
            }
            (Self::Event(event), Self::Event(other)) => event == other,
            (Self::Done, Self::Done) => true,
            _ => false,
        }
    }
}

/// The names of the events of the client that were told.
#[derive(Debug, Default)]
pub(crate) struct Names(RefCell<Vec<String>>);

impl Sink for Names {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let metadata = meta.kind.metadata();
        let logger = metadata.logger.name();
        if logger == "limpid.http1" || logger == "limpid.io" {
            return;
        }
        let stage = match metadata.stage {
            Stage::Started => ".started",
            Stage::Complete => ".complete",
            Stage::Failed => ".failed",
            Stage::Point => "",
        };
        self.0.borrow_mut().push(match event {
            TraceEvent::ContinueDecided { sends, .. } => format!("{}: {sends}", metadata.name),
            _ => format!("{}{stage}", metadata.name),
        });
    }
}

pub(crate) struct Bench {
    pub(crate) exchange: Exchange,
    pub(crate) now: Mono,
    names: Names,
    sent: Vec<u8>,
    /// Pieces of the body, the last first.
    body: Vec<&'static [u8]>,
    /// What follows the body.
    pub(crate) trailers: FieldBlock,
    /// How many bytes the transport takes before it is reset.
    pub(crate) room: usize,
    /// What secures the connection, where that is asked for.
    pub(crate) layer: Option<Box<dyn Layer>>,
    /// The connection that is used again, or that can be once the exchange is over.
    pub(crate) link: Option<Box<Link>>,
}

impl Bench {
    /// A request with this body, in one piece.
    pub(crate) fn new(method: &str, fields: &[(&str, &str)], body: &'static [u8]) -> Self {
        let size = if body.is_empty() { BodySize::None } else { BodySize::Unknown };
        let builder = Request::builder(method.as_bytes(), "http://localhost/".parse().unwrap());
        let builder = fields.iter().fold(builder, |builder, (name, value)| {
            builder.field(name.as_bytes(), value.as_bytes())
        });
        Self::of(builder.body(size).build(), Options::default(), body)
    }

    pub(crate) fn of(request: Request, options: Options, body: &'static [u8]) -> Self {
        Self {
            exchange: Exchange::new(ExchangeId(1), request, Arc::new(options)),
            now: Mono::from_nanos(0),
            names: Names::default(),
            sent: Vec::new(),
            body: if body.is_empty() { Vec::new() } else { vec![body] },
            trailers: FieldBlock::new(),
            room: usize::MAX,
            layer: None,
            link: None,
        }
    }

    fn input(&mut self, input: Input<'_>) {
        self.exchange.input(self.now, &self.names, input);
    }

    /// Runs on until the server has to say something, or the exchange.
    pub(crate) fn runs(&mut self) -> Stop {
        loop {
            let start = Mono::from_nanos(0);
            let input = match self.exchange.next(self.now, &self.names) {
                Do::Acquire => self.link.take().map_or(Input::Open(ConnectionId(1)), Input::Reuse),
                Do::Resolve => {
                    self.input(Input::Resolved(&["127.0.0.1:80".parse().unwrap()]));
                    continue;
                }
                Do::Dial(dial) => Input::Dialed(dial),
                Do::Secure { .. } => Input::Secured(self.layer.take().unwrap()),
                Do::Write => {
                    let mut out = self.exchange.out().concat();
                    out.truncate(self.room);
                    self.room -= out.len();
                    self.sent.extend_from_slice(&out);
                    if out.is_empty() {
                        Input::Failed(RESET.into())
                    } else {
                        Input::Sent(out.len())
                    }
                }
                Do::Read if self.room == 0 => Input::Failed(RESET.into()),
                Do::Read => {
                    let until = self.exchange.deadline();
                    let why = until.map_or("", |until| until.why.name());
                    return Stop::Read(until.map(|until| until.at.since(start)), why);
                }
                Do::Body { .. } => match self.body.pop() {
                    Some(piece) => Input::Body(Bytes::from_static(piece)),
                    None => Input::BodyEnd(self.trailers.fields()),
                },
                Do::Close => continue,
                Do::Release => {
                    self.link = self.exchange.take_link();
                    continue;
                }
                Do::Tell(_) => return Stop::Event(shown(self.exchange.event().unwrap())),
                Do::Done => {
                    self.link = self.exchange.take_link();
                    return Stop::Done;
                }
                Do::Failed => return Stop::Failed(self.exchange.take_error().unwrap()),
                Do::Await | Do::Abandon(_) | Do::Trust { .. } | Do::Wait => {
                    panic!("there was no reason to ask")
                }
            };
            self.exchange.input(self.now, &self.names, input);
        }
    }

    /// The server sends this.
    pub(crate) fn hears(&mut self, bytes: &str) -> Stop {
        let room = self.exchange.space(bytes.len());
        room[..bytes.len()].copy_from_slice(bytes.as_bytes());
        self.input(Input::Filled(bytes.len()));
        self.runs()
    }

    /// The server closes.
    pub(crate) fn hears_the_end(&mut self) -> Stop {
        self.input(Input::Eof);
        self.runs()
    }

    /// Takes the connection over, if it left HTTP/1.1.
    pub(crate) fn takes_switched(&mut self) -> Option<Switched> {
        self.exchange.take_switched(self.now, &self.names)
    }

    /// So many milliseconds pass.
    pub(crate) fn waits(&mut self, milliseconds: u64) -> Stop {
        self.now = self.now + Duration::from_millis(milliseconds);
        self.input(Input::Tick);
        self.runs()
    }

    /// Runs to the end, whatever happens on the way.
    pub(crate) fn ends(&mut self) -> Result<(), Cause> {
        loop {
            match self.runs() {
                Stop::Event(_) => {}
                Stop::Done => return Ok(()),
                Stop::Failed(error) => return Err(error.cause),
                Stop::Read(..) => self.input(Input::Eof),
            }
        }
    }

    /// What the server has been sent since it was asked last.
    pub(crate) fn sent(&mut self) -> String {
        String::from_utf8(std::mem::take(&mut self.sent)).unwrap()
    }

    /// The names of the events since it was asked last.
    pub(crate) fn told(&self) -> Vec<String> {
        self.names.0.take()
    }
}

fn shown(event: Event<'_>) -> String {
    match event {
        Event::Informational(head) => format!("informational {}", head.status),
        Event::Head(head, _) => format!("head {}", head.status),
        Event::Data(data) => format!("data {}", String::from_utf8_lossy(data)),
    }
}
