//! Two servers with the same input.

use std::fmt::Debug;

use bytes::Bytes;
use limpid_core::fields::Fields;
use limpid_core::http1::{BodySize, Connection, Event, Next, Role, State};
use limpid_core::limits::Config;
use limpid_core::trace::{Cx, Scope};

use crate::notes::Notes;

/// One server with the cache and one without. Both receive the same calls, and the results are compared.
pub(super) struct Servers {
    config: Config,
    cached: Server,
    plain: Server,
    /// The number of requests so far, by which responses differ.
    requests: usize,
}

struct Server {
    connection: Connection,
    told: Notes,
}

/// The result of the next event, without borrowed data.
#[derive(Debug, PartialEq)]
enum Came {
    Head { expects_continue: bool },
    Other,
    Paused,
    Nothing,
    Over,
}

impl Servers {
    pub(super) fn new(config: Config) -> Self {
        let server =
            || Server { connection: Connection::new(Role::Server, config), told: Notes::default() };
        let (cached, mut plain) = (server(), server());
        plain.connection.disable_head_cache();
        Self { config, cached, plain, requests: 0 }
    }

    /// Passes `bytes` to both, which respond to each request. Replaces them when their connections are
    /// over.
    pub(super) fn receive(&mut self, bytes: &[u8]) {
        self.both(|connection, _| connection.push(bytes));
        self.drain();
    }

    /// Closes the client's direction.
    pub(super) fn end(&mut self) {
        self.both(|connection, _| connection.eof());
        self.drain();
    }

    /// Makes the same call on both, which must return the same, emit the same and reach the same state.
    fn both<T: Debug + PartialEq>(
        &mut self,
        call: impl Fn(&mut Connection, &mut Cx<'_, Notes>) -> T,
    ) -> T {
        let call = |server: &mut Server| {
            let mut scope = Scope::default();
            call(&mut server.connection, &mut Cx::new(Default::default(), &server.told, &mut scope))
        };
        let result = call(&mut self.cached);
        assert_eq!(result, call(&mut self.plain));
        assert_eq!(self.cached.told.take(), self.plain.told.take());
        let (cached, plain) = (&self.cached.connection, &self.plain.connection);
        assert_eq!(cached.event(), plain.event());
        assert_eq!(offsets(cached), offsets(plain));
        assert_eq!(standing(cached), standing(plain));
        assert_eq!((cached.unread(), cached.excerpt()), (plain.unread(), plain.excerpt()));
        assert_eq!(cached.out(), plain.out());
        result
    }

    /// Reads all available events.
    fn drain(&mut self) {
        loop {
            match self.both(|connection, cx| connection.next(cx).map(came)) {
                Ok(Came::Head { expects_continue }) => self.answer(expects_continue),
                Ok(Came::Other) => {}
                Ok(Came::Nothing) => return,
                Ok(Came::Paused) if self.cached.connection.reuse().is_ok() => {
                    assert_eq!(self.both(|connection, _| connection.restart()), Ok(()));
                }
                Ok(Came::Paused | Came::Over) | Err(_) => {
                    let requests = self.requests;
                    *self = Self { requests, ..Self::new(self.config) };
                    return;
                }
            }
        }
    }

    /// Responds with a body if there can be one. Every other tunnel is refused.
    fn answer(&mut self, expects_continue: bool) {
        self.requests += 1;
        let status = if self.requests.is_multiple_of(2) { 200 } else { 403 };
        if expects_continue {
            let sent = self.both(|connection, cx| {
                connection.send_informational(cx, 100, b"Continue", Fields::EMPTY)
            });
            assert_eq!(sent, Ok(()));
        }
        let respond = |size| {
            move |connection: &mut Connection, cx: &mut Cx<'_, Notes>| {
                connection.send_response(cx, status, b"", Fields::EMPTY, size)
            }
        };
        if self.both(respond(BodySize::Length(2))).is_err() {
            assert_eq!(self.both(respond(BodySize::None)), Ok(()));
        }
        if self.cached.connection.state(Role::Server) == State::Body {
            // A response to HEAD has no body.
            let _ = self.both(|connection, cx| connection.send_data(cx, Bytes::from_static(b"hi")));
            assert_eq!(self.both(|connection, cx| connection.finish(cx, Fields::EMPTY)), Ok(()));
        }
        self.both(|connection, _| connection.sent(connection.out_len()));
    }
}

fn came(next: Next<'_>) -> Came {
    match next {
        Next::Event(Event::Request(_, reading)) => {
            Came::Head { expects_continue: reading.expects_continue }
        }
        Next::Event(_) => Came::Other,
        Next::Paused => Came::Paused,
        Next::NeedInput => Came::Nothing,
        Next::Switched | Next::Closed => Came::Over,
    }
}

/// Returns the observable state of a connection.
fn standing(connection: &Connection) -> impl Debug + PartialEq {
    (
        connection.state(Role::Client),
        connection.state(Role::Server),
        connection.reuse(),
        connection.may_switch(),
        connection.peer_version(),
        connection.body_progress(),
        connection.received(),
    )
}

/// Returns the offsets of the last event's fields, which equality of fields ignores.
fn offsets(connection: &Connection) -> Vec<u32> {
    match connection.event() {
        Some(Event::Request(head, _)) => head.fields.iter().map(|field| field.offset).collect(),
        Some(Event::End(trailers)) => trailers.iter().map(|field| field.offset).collect(),
        _ => Vec::new(),
    }
}
