//! The two sides: each carries out the plan, as far as the other permits.

use limpid_core::error::PeerError;
use limpid_core::fields::Fields;
use limpid_core::http1::{Connection, Event, Next, Role, State};
use limpid_core::internal::transcript::Transcript;

use super::plan::Exchange;
use super::wire::Wire;
use crate::message::{Draft, unheard};

/// The data of each side after HTTP.
pub(super) const WORDS: &[u8] = b"no HTTP any more\r\n\r\n";

/// The next part of a message to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Informational(usize),
    Head,
    /// The piece of this index, or the end.
    Body(usize),
    Said,
}

impl Stage {
    /// Sends a piece of the body, or its end.
    fn go_on(&mut self, index: usize, connection: &mut Connection, draft: &Draft) {
        let result = unheard(|cx| match draft.pieces.get(index) {
            Some(piece) => connection.send_data(cx, piece.clone()),
            None => connection.finish(cx, draft.trailers.fields()),
        });
        assert_eq!(result, Ok(()));
        *self = if index < draft.pieces.len() { Self::Body(index + 1) } else { Self::Said };
    }
}

/// The code that both sides share.
macro_rules! peer {
    ($peer:ident) => {
        impl $peer<'_> {
            /// Reads one event. Returns whether there was one.
            pub(super) fn listen(&mut self) -> bool {
                if self.is_over || self.error.is_some() {
                    return false;
                }
                let next = unheard(|cx| match self.connection.next(cx) {
                    Ok(Next::Event(event)) => {
                        self.read.add(event);
                        self.heard.note(event);
                        Ok(None)
                    }
                    Ok(Next::NeedInput) => Ok(Some(Rest::NeedInput)),
                    Ok(Next::Paused) => Ok(Some(Rest::Paused)),
                    Ok(Next::Switched) => Ok(Some(Rest::Switched)),
                    Ok(Next::Closed) => Ok(Some(Rest::Closed)),
                    Err(error) => Err(error),
                });
                match next {
                    Ok(None) => true,
                    Ok(Some(rest)) => self.rest(rest),
                    Err(error) => {
                        self.error = Some(error);
                        true
                    }
                }
            }

            /// Passes up to `n` bytes to the transport, and closes it after the last.
            pub(super) fn flush(&mut self, wire: &mut Wire, n: usize) -> bool {
                if wire.take(&mut self.connection, n) {
                    return true;
                }
                let switched = self.connection.state(self.connection.role()) == State::Switched;
                if switched && !std::mem::replace(&mut self.greeted, true) {
                    wire.take_raw(WORDS);
                    return true;
                }
                (self.is_over || self.error.is_some()) && !switched && wire.close()
            }
        }
    };
}

/// Why there is nothing to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    NeedInput,
    Paused,
    Switched,
    Closed,
}

/// The received parts of the present message.
#[derive(Debug, Default)]
struct Heard {
    informational: bool,
    head: bool,
    end: bool,
}

impl Heard {
    const fn note(&mut self, event: Event<'_>) {
        match event {
            Event::Informational(_) => self.informational = true,
            Event::Request(..) | Event::Response(..) => self.head = true,
            Event::Data(_) => {}
            Event::End(_) => self.end = true,
        }
    }
}

/// The client.
pub(super) struct Client<'p> {
    pub(super) connection: Connection,
    pub(super) read: Transcript,
    pub(super) error: Option<PeerError>,
    /// The index of the present exchange in the plan.
    pub(super) at: usize,
    /// It has nothing more to send or to wait for.
    pub(super) is_over: bool,
    plan: &'p [Exchange],
    stage: Stage,
    heard: Heard,
    greeted: bool,
}

peer!(Client);

impl<'p> Client<'p> {
    pub(super) fn new(plan: &'p [Exchange]) -> Self {
        Self {
            connection: Connection::new(Role::Client, Default::default()),
            read: Transcript::default(),
            error: None,
            at: 0,
            is_over: false,
            plan,
            stage: Stage::Head,
            heard: Heard::default(),
            greeted: false,
        }
    }

    /// Sends one part. Returns whether there was one.
    pub(super) fn speak(&mut self) -> bool {
        let exchange = &self.plan[self.at];
        if self.is_over || self.error.is_some() {
            return false;
        }
        match self.stage {
            Stage::Informational(_) | Stage::Head => {
                let (target, draft) = (exchange.target(), &exchange.request);
                let (method, fields, size) = (exchange.method, draft.fields.fields(), draft.size);
                let sent =
                    unheard(|cx| self.connection.send_request(cx, method, target, fields, size));
                if self.connection.state(Role::Server) == State::Closed {
                    // The server closed before the request.
                    assert!(sent.is_err());
                    return false;
                }
                assert_eq!(sent, Ok(()));
                self.stage = Stage::Body(0);
            }
            // It does not wait once it has any response.
            Stage::Body(0) if exchange.expects && !self.heard.informational && !self.heard.head => {
                return false;
            }
            Stage::Body(index) => {
                self.stage.go_on(index, &mut self.connection, &exchange.request);
            }
            Stage::Said => return false,
        }
        true
    }

    fn rest(&mut self, rest: Rest) -> bool {
        match rest {
            Rest::NeedInput => false,
            // It completes its message, even to a server that has responded and closed.
            _ if self.stage != Stage::Said && (rest != Rest::Closed || self.heard.head) => false,
            Rest::Paused if self.at + 1 < self.plan.len() && self.connection.reuse().is_ok() => {
                assert_eq!(self.connection.restart(), Ok(()));
                self.at += 1;
                self.stage = Stage::Head;
                self.heard = Heard::default();
                true
            }
            Rest::Paused | Rest::Switched | Rest::Closed => {
                self.is_over = true;
                true
            }
        }
    }
}

/// The server.
pub(super) struct Server<'p> {
    pub(super) connection: Connection,
    pub(super) read: Transcript,
    pub(super) error: Option<PeerError>,
    /// The index of the present exchange in the plan.
    pub(super) at: usize,
    /// It has nothing more to send or to wait for.
    pub(super) is_over: bool,
    plan: &'p [Exchange],
    stage: Stage,
    heard: Heard,
    greeted: bool,
}

peer!(Server);

impl<'p> Server<'p> {
    pub(super) fn new(plan: &'p [Exchange]) -> Self {
        Self {
            connection: Connection::new(Role::Server, Default::default()),
            read: Transcript::default(),
            error: None,
            at: 0,
            is_over: false,
            plan,
            stage: Stage::Informational(0),
            heard: Heard::default(),
            greeted: false,
        }
    }

    /// Sends one part. Returns whether there was one.
    pub(super) fn speak(&mut self) -> bool {
        let Some(exchange) = self.plan.get(self.at) else { return false };
        if self.is_over || self.error.is_some() || !self.heard.head {
            return false;
        }
        match self.stage {
            // A client that waits for `100 Continue` gets it, unless the response comes early.
            Stage::Informational(n)
                if n < exchange.informational
                    || n == 0 && exchange.expects && !exchange.is_early =>
            {
                let sent =
                    unheard(|cx| self.connection.send_informational(cx, 100, b"", Fields::EMPTY));
                assert_eq!(sent, Ok(()));
                self.stage = Stage::Informational(n + 1);
            }
            Stage::Informational(_) | Stage::Head if !exchange.is_early && !self.heard.end => {
                return false;
            }
            Stage::Informational(_) | Stage::Head => self.answer(exchange),
            Stage::Body(index) => {
                self.stage.go_on(index, &mut self.connection, &exchange.response);
            }
            Stage::Said => return false,
        }
        true
    }

    fn answer(&mut self, exchange: &Exchange) {
        let Exchange { status, response, .. } = exchange;
        let sent = unheard(|cx| {
            let (fields, size) = (response.fields.fields(), response.size);
            self.connection.send_response(cx, *status, b"why", fields, size)
        });
        assert_eq!(sent, Ok(()));
        self.stage = if exchange.switches() { Stage::Said } else { Stage::Body(0) };
    }

    fn rest(&mut self, rest: Rest) -> bool {
        match rest {
            Rest::NeedInput => false,
            _ if self.stage != Stage::Said && rest != Rest::Closed => false,
            Rest::Paused if self.connection.reuse().is_ok() => {
                assert_eq!(self.connection.restart(), Ok(()));
                self.at += 1;
                self.stage = Stage::Informational(0);
                self.heard = Heard::default();
                true
            }
            // A half-closed client still gets its response.
            Rest::Closed if self.heard.head && self.stage != Stage::Said => false,
            Rest::Paused | Rest::Switched | Rest::Closed => {
                self.is_over = true;
                true
            }
        }
    }
}
