//! Building exchanges from events.

use std::collections::BTreeMap;

use limpid_core::http1::Role;
use limpid_core::trace::{Capture, ConnectionId, ExchangeId, Interest, Meta, TraceEvent};

use super::client::{self, Client};
use super::connection::Connection;
use super::decision::Decision;
use super::exchange::{Exchange, Failed};
use super::part::Part;
use super::server;

/// Builds exchanges and connections from the events of clients and servers.
///
/// Events of many exchanges may be interleaved, and events may be missing: an exchange whose start was not received is
/// ignored. Memory is bounded: of open exchanges, and of connections, the oldest are given up at 16,384.
///
/// ```
/// use limpid_core::trace::{Capture, EventKind, ExchangeId, Meta, TraceEvent};
/// use limpid_sinks::exchanges::Builder;
///
/// let mut builder = Builder::new(Capture::Default);
/// let mut meta = Meta::new(EventKind::ExchangeStarted);
/// (meta.exchange, meta.hop) = (ExchangeId(1), 1);
/// let event = TraceEvent::ExchangeStarted { method: b"GET", url: "http://example.com/" };
/// assert!(builder.event(&meta, &event).is_none());
/// assert_eq!(builder.open().next().unwrap().hops[0].url, "http://example.com/");
/// ```
#[derive(Debug)]
pub struct Builder {
    capture: Capture,
    open: BTreeMap<u64, Open>,
    connections: BTreeMap<u64, Connection>,
}

/// An open exchange.
#[derive(Debug)]
enum Open {
    Client(Box<Client>),
    Server(Box<Exchange>),
}

impl Open {
    fn exchange(&mut self) -> &mut Exchange {
        match self {
            Self::Client(client) => &mut client.exchange,
            Self::Server(exchange) => exchange,
        }
    }

    fn into_exchange(self) -> Exchange {
        match self {
            Self::Client(client) => client.exchange,
            Self::Server(exchange) => *exchange,
        }
    }
}

/// The number of exchanges that may be open, and of connections that are known.
const MOST: usize = 16_384;

impl Builder {
    /// Returns a builder whose exchanges show what this policy shows.
    #[must_use]
    pub const fn new(capture: Capture) -> Self {
        Self { capture, open: BTreeMap::new(), connections: BTreeMap::new() }
    }

    /// Returns the policy.
    #[must_use]
    pub const fn capture(&self) -> Capture {
        self.capture
    }

    /// Returns the events that the builder needs.
    #[must_use]
    pub fn interest(&self) -> Interest {
        let kinds = client::KINDS.iter().chain(server::KINDS);
        kinds.fold(Decision::interest(), |all, kind| all.with(Interest::only(*kind)))
    }

    /// Handles an event. Returns the exchange that it ends.
    pub fn event(&mut self, meta: &Meta, event: &TraceEvent<'_>) -> Option<Exchange> {
        self.connection_event(meta, event);
        let given_up = self.begin(meta, event);
        let capture = self.capture;
        let id = meta.exchange.0;
        let connection = self.connections.get_mut(&meta.connection.0);
        let has_ended = match self.open.get_mut(&id) {
            Some(Open::Client(client)) => client.event(meta, event, connection, capture),
            Some(Open::Server(exchange)) => {
                server::event(exchange, meta, event, connection.as_deref(), capture)
            }
            None => false,
        };
        if Decision::KINDS.contains(&meta.kind) {
            self.decision(meta, Decision::of(meta.at, event, capture));
        }
        if has_ended { self.open.remove(&id).map(Open::into_exchange) } else { given_up }
    }

    /// Starts an exchange. Returns an older one that is given up for it.
    fn begin(&mut self, meta: &Meta, event: &TraceEvent<'_>) -> Option<Exchange> {
        let begun = match *event {
            TraceEvent::ExchangeStarted { method, url } => {
                Open::Client(Box::new(Client::new(meta, method, url, self.capture)))
            }
            TraceEvent::AnswerStarted { method, target, .. } => {
                let mut exchange = server::begin(meta, method, target, self.capture);
                if let (Some(connection), Some(hop)) =
                    (self.connections.get_mut(&meta.connection.0), exchange.hops.first_mut())
                {
                    server::take_decisions(hop, connection);
                    connection.requests += 1;
                }
                Open::Server(Box::new(exchange))
            }
            _ => return None,
        };
        self.open.insert(meta.exchange.0, begun);
        let given_up = if self.open.len() > MOST { self.open.pop_first() } else { None };
        given_up.map(|(_, open)| open.into_exchange())
    }

    /// Handles what an event says about its connection.
    fn connection_event(&mut self, meta: &Meta, event: &TraceEvent<'_>) {
        let (id, at) = (meta.connection, meta.at);
        if id == ConnectionId(0) {
            return;
        }
        match *event {
            TraceEvent::AcquireComplete { reused: false, .. } => {
                self.add(meta, Role::Client).opened_by = Some((meta.exchange, meta.hop));
            }
            TraceEvent::AcquireComplete { local, peer, requests, .. } => {
                let connection = self.add(meta, Role::Client);
                connection.local = connection.local.or(local);
                connection.peer = connection.peer.or(peer);
                connection.requests = connection.requests.max(requests);
            }
            TraceEvent::ConnectTcpStarted { .. } | TraceEvent::ConnectUnixSocketStarted { .. } => {
                self.add(meta, Role::Client);
            }
            TraceEvent::ServeStarted { peer, secure } => {
                let connection = self.add(meta, Role::Server);
                (connection.peer, connection.is_secure) = (peer, secure);
            }
            _ => {}
        }
        let Some(connection) = self.connections.get_mut(&id.0) else { return };
        connection.describe(meta, event, self.capture);
        match *event {
            TraceEvent::ConnectTcpStarted { host, port, .. } => {
                connection.origin = Some((host.to_owned(), port));
            }
            TraceEvent::SendRequestHeadersStarted { .. } => connection.requests += 1,
            TraceEvent::AcceptTlsStarted { .. } => connection.parts.turn(Part::Tls, at),
            TraceEvent::AcceptTlsComplete {} => connection.parts.stop(at),
            TraceEvent::AcceptTlsFailed { failure } | TraceEvent::ServeFailed { failure } => {
                connection.parts.stop(at);
                connection.failed = Some(Failed::of(failure, at, self.capture));
                connection.close(at, None);
            }
            TraceEvent::ServeComplete { why, .. } => connection.close(at, Some(why)),
            TraceEvent::ConnectionRetired { why } => connection.close(at, Some(why)),
            TraceEvent::CloseComplete {} | TraceEvent::CloseFailed { .. } => {
                connection.close(at, None);
            }
            TraceEvent::ReuseDecided { reusable: false, why } if meta.exchange.0 != 0 => {
                connection.why_closed = Some(why.to_owned());
            }
            TraceEvent::ResponseClosedComplete {} if connection.why_closed.is_some() => {
                connection.close(at, None);
            }
            _ => {}
        }
    }

    /// Returns the connection of an event, after adding it if it is new.
    fn add(&mut self, meta: &Meta, role: Role) -> &mut Connection {
        if self.connections.len() >= MOST && !self.connections.contains_key(&meta.connection.0) {
            let is_closed = |connection: &Connection| connection.closed.is_some();
            let closed = self.connections.iter().find(|(_, connection)| is_closed(connection));
            match closed.map(|(id, _)| *id) {
                Some(id) => drop(self.connections.remove(&id)),
                None => drop(self.connections.pop_first()),
            }
        }
        let new = || Connection::new(meta.connection, role, meta.at);
        self.connections.entry(meta.connection.0).or_insert_with(new)
    }

    fn decision(&mut self, meta: &Meta, decision: Decision) {
        match self.open.get_mut(&meta.exchange.0).map(Open::exchange) {
            Some(exchange) => {
                if let Some(hop) = exchange.hops.last_mut() {
                    hop.decide(decision);
                }
            }
            None => {
                if let Some(connection) = self.connections.get_mut(&meta.connection.0) {
                    connection.decide(decision);
                }
            }
        }
    }

    /// Returns a connection, unless it was given up.
    #[must_use]
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(&id.0)
    }

    /// Returns all known connections, in the order of their identifiers.
    pub fn connections(&self) -> impl Iterator<Item = &Connection> {
        self.connections.values()
    }

    /// Returns an exchange that has not ended.
    #[must_use]
    pub fn open_exchange(&self, id: ExchangeId) -> Option<&Exchange> {
        self.open.get(&id.0).map(|open| match open {
            Open::Client(client) => &client.exchange,
            Open::Server(exchange) => &**exchange,
        })
    }

    /// Returns the exchanges that have not ended, in the order of their identifiers.
    pub fn open(&self) -> impl Iterator<Item = &Exchange> {
        self.open.keys().filter_map(|id| self.open_exchange(ExchangeId(*id)))
    }

    /// Forgets the closed connections. A program that never ends, and uses a connection only when an exchange ends on
    /// it, calls this from time to time.
    pub fn forget_closed(&mut self) {
        self.connections.retain(|_, connection| connection.closed.is_none());
    }
}
