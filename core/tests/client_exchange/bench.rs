//! A driver without sockets, which opens connections, records what is sent, and stops when the test
//! must provide input.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::client::{
    Action, Emitted, Event, Exchange, Interest as Waits, Link, Options, Request,
};
use limpid_core::error::{Cause, Error, OsError, OsErrorKind};
use limpid_core::fields::FieldBlock;
use limpid_core::http1::BodySize;
use limpid_core::time::Mono;
use limpid_core::trace::{
    ConnectionId, ExchangeId, Interest, Meta, OwnedTraceEvent, Sink, Stage, TraceEvent,
};
use limpid_core::transport::{Layer, Switched};

const RESET: OsError = OsError { code: 104, kind: OsErrorKind::Reset };

/// The reason for which the driver stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The exchange reads or waits before a retry: with the deadline, from the start, and its purpose.
    Read(Option<Duration>, &'static str),
    Event(String),
    /// The exchange asks for the TLS configuration, and the test has none.
    Trust,
    Done,
    Failed(Error),
}

/// Errors are never equal; tests examine them.
impl PartialEq for Stop {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Read(until, why), Self::Read(others, reason)) => {
                (until, why) == (others, reason)
            }
            (Self::Event(event), Self::Event(other)) => event == other,
            (Self::Done, Self::Done) | (Self::Trust, Self::Trust) => true,
            _ => false,
        }
    }
}

/// The names of the client's events, and all events.
#[derive(Debug, Default)]
pub(crate) struct Names(RefCell<Vec<String>>, RefCell<Vec<OwnedTraceEvent>>);

impl Names {
    pub(crate) fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

impl Sink for Names {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        self.1.borrow_mut().push(event.into());
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
            TraceEvent::DeadlinePassed { why } => format!("{}: {why}", metadata.name),
            TraceEvent::DrainDecided { bytes, keeps, why } => {
                format!("{}: {bytes}, {keeps}, {why}", metadata.name)
            }
            TraceEvent::ResendDecided { again, why } => {
                format!("{}: {again}, {why}", metadata.name)
            }
            TraceEvent::RequestRetryDecided { delay, retries, why, .. } => {
                let delay = delay.map(|delay| delay.as_millis());
                format!("{}: {delay:?}, {retries}, {why}", metadata.name)
            }
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
    /// The body to rewind to; `None` if it can be read once.
    pub(crate) again: Option<&'static [u8]>,
    /// The trailers after the body.
    /// The statuses of the redirects.
    pub(crate) redirects: Vec<u16>,
    pub(crate) trailers: FieldBlock,
    /// How many bytes the transport accepts before it is reset.
    pub(crate) room: usize,
    /// The layer that secures the connection, if it is requested.
    pub(crate) layer: Option<Box<dyn Layer>>,
    /// The connection to reuse, or the reusable connection after the exchange.
    pub(crate) link: Option<Box<Link>>,
}

impl Bench {
    /// Creates a driver for a request with this body in one piece.
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
            again: None,
            redirects: Vec::new(),
            trailers: FieldBlock::new(),
            room: usize::MAX,
            layer: None,
            link: None,
        }
    }

    /// Runs until the exchange reads, returns an event or ends.
    pub(crate) fn run(&mut self) -> Stop {
        loop {
            let (now, names) = (self.now, &self.names);
            let exchange = &mut self.exchange;
            match exchange.poll(now, names) {
                Action::Acquire => match self.link.take() {
                    Some(link) => exchange.handle_reused(link, now, names).unwrap(),
                    None => exchange.handle_opened(ConnectionId(1), now, names).unwrap(),
                },
                Action::Resolve => {
                    let address = "127.0.0.1:80".parse().unwrap();
                    exchange.handle_resolved(&[address], now, names).unwrap();
                }
                Action::Dial(dial) => exchange.handle_dialed(dial, now, names).unwrap(),
                Action::Secure { .. } => {
                    exchange.handle_secured(self.layer.take().unwrap(), now, names).unwrap();
                }
                Action::Wait(interest) => {
                    if let Some(stop) = self.wait(interest) {
                        return stop;
                    }
                }
                Action::Close => self.room = usize::MAX,
                Action::Rewind => match self.again {
                    Some(body) => self.body = vec![body],
                    None => {
                        let consumed = Cause::BodyConsumed.into();
                        exchange.handle_body_failed(consumed, now, names).unwrap();
                    }
                },
                Action::Release => self.link = exchange.take_link(),
                Action::Event(Emitted::Redirect) => {
                    let Some(Event::Redirect(head)) = exchange.event() else { panic!() };
                    self.redirects.push(head.status);
                }
                Action::Event(Emitted::Retried) => {
                    assert!(matches!(exchange.event(), Some(Event::Retried(_))));
                }
                Action::Event(_) => return Stop::Event(shown(exchange.event().unwrap())),
                Action::Done => {
                    self.link = exchange.take_link();
                    return Stop::Done;
                }
                Action::Failed => return Stop::Failed(exchange.take_error().unwrap()),
                Action::Trust { .. } => return Stop::Trust,
                Action::Abandon(_) => panic!("the exchange needs no such action"),
            }
        }
    }

    /// Sends bytes, passes in the body, or stops if the exchange reads.
    fn wait(&mut self, interest: Waits) -> Option<Stop> {
        let (now, names) = (self.now, &self.names);
        let exchange = &mut self.exchange;
        if interest.write {
            let mut out = exchange.out().concat();
            out.truncate(self.room);
            self.room -= out.len();
            self.sent.extend_from_slice(&out);
            if out.is_empty() {
                exchange.handle_send_failed(RESET.into(), now, names);
            } else {
                exchange.handle_sent(out.len(), now, names).unwrap();
            }
        } else if interest.body {
            match self.body.pop() {
                Some(piece) => {
                    exchange.handle_body(Bytes::from_static(piece), now, names).unwrap();
                }
                None => exchange.handle_body_end(self.trailers.fields(), now, names).unwrap(),
            }
        } else if self.room == 0 {
            exchange.handle_receive_failed(RESET.into(), now, names);
        } else {
            assert!(interest == Waits::READ || interest.is_none(), "{interest:?}");
            let until = exchange.deadline(now);
            let why = until.map_or("", |until| until.why.name());
            return Some(Stop::Read(until.map(|until| until.at.since(Mono::default())), why));
        }
        None
    }

    /// Receives bytes of the server.
    pub(crate) fn server_sends(&mut self, bytes: &str) -> Stop {
        self.server_sends_bytes(bytes.as_bytes())
    }

    /// Receives bytes of the server that are not text.
    pub(crate) fn server_sends_bytes(&mut self, bytes: &[u8]) -> Stop {
        let room = self.exchange.space(bytes.len());
        room[..bytes.len()].copy_from_slice(bytes);
        self.exchange.handle_received(bytes.len(), self.now, &self.names).unwrap();
        self.run()
    }

    /// Receives the error of the system for a transport that the server has reset, or that has timed out.
    pub(crate) fn reading_fails(&mut self, kind: OsErrorKind) -> Stop {
        let error = OsError { code: 0, kind };
        self.exchange.handle_receive_failed(error.into(), self.now, &self.names);
        self.run()
    }

    /// Receives the end of the server's direction.
    pub(crate) fn server_closes(&mut self) -> Stop {
        self.exchange.handle_eof(self.now, &self.names);
        self.run()
    }

    /// Discards the rest of the response.
    pub(crate) fn discard(&mut self) -> Stop {
        self.exchange.discard(self.now, &self.names);
        self.run()
    }

    /// Cancels the exchange.
    pub(crate) fn cancel(&mut self) -> Stop {
        self.exchange.cancel(self.now, &self.names);
        self.run()
    }

    /// Takes over the connection, if it switched protocols.
    pub(crate) fn take_switched(&mut self) -> Option<Switched> {
        self.exchange.take_switched(self.now, &self.names)
    }

    /// Advances the clock by this many milliseconds.
    pub(crate) fn advance(&mut self, milliseconds: u64) -> Stop {
        self.now = self.now + Duration::from_millis(milliseconds);
        self.exchange.handle_timeout(self.now, &self.names);
        self.run()
    }

    /// Runs to the end, ignoring events.
    pub(crate) fn run_to_end(&mut self) -> Result<(), Cause> {
        loop {
            match self.run() {
                Stop::Event(_) => {}
                Stop::Done => return Ok(()),
                Stop::Failed(error) => return Err(error.cause),
                Stop::Read(..) => self.exchange.handle_eof(self.now, &self.names),
                Stop::Trust => panic!("the exchange has a URL without TLS"),
            }
        }
    }

    /// Returns what was sent since the last call.
    pub(crate) fn sent(&mut self) -> String {
        String::from_utf8(self.sent_bytes()).unwrap()
    }

    /// Returns what was sent since the last call, which need not be text.
    pub(crate) fn sent_bytes(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.sent)
    }

    /// Returns the events since the last call.
    pub(crate) fn recorded(&self) -> Vec<OwnedTraceEvent> {
        self.names.1.take()
    }

    /// Returns the names of the events since the last call.
    pub(crate) fn events(&self) -> Vec<String> {
        self.names.0.take()
    }
}

fn shown(event: Event<'_>) -> String {
    match event {
        Event::Informational(head) => format!("informational {}", head.status),
        Event::Retried(head) => format!("retried {}", head.status),
        Event::Redirect(head) => format!("redirect {}", head.status),
        Event::Head(head, _) => format!("head {}", head.status),
        Event::Data(data) => format!("data {}", String::from_utf8_lossy(data)),
    }
}
