//! Building exchanges from events.

use std::collections::BTreeMap;

use limpid_core::http1::Role;
use limpid_core::trace::{
    Capture, ConnectionId, EventKind, ExchangeId, Interest, Meta, TraceEvent,
};

use super::client::{self, Client};
use super::connection::Connection;
use super::decision::Decision;
use super::exchange::{Exchange, Failed, Hop};
use super::part::Part;
use super::server;
use super::stream::{Found, Framing, Owner, Stream};

/// Builds exchanges and connections from the events of clients and servers.
///
/// Events of many exchanges may be interleaved, and events may be missing: an exchange whose start was not received is
/// ignored. Memory is bounded: of open exchanges, and of connections, the oldest are given up at 16,384.
///
/// Bodies are kept if the policy shows bytes ([`Capture::Everything`]), as far as [`bodies`](Self::bodies) allows. A
/// server's exchange then ends when the bytes of its response have been sent.
///
/// ```
/// use limpid_core::trace::{Capture, EventKind, ExchangeId, Meta, TraceEvent};
/// use limpid_sinks::exchanges::Builder;
///
/// let mut builder = Builder::new(Capture::Default);
/// let mut meta = Meta::new(EventKind::ExchangeStarted);
/// (meta.exchange, meta.hop) = (ExchangeId(1), 1);
/// let event = TraceEvent::ExchangeStarted { method: b"GET", url: "http://example.com/" };
/// assert!(builder.event(&meta, &event).is_empty());
/// assert_eq!(builder.open().next().unwrap().hops[0].url, "http://example.com/");
/// ```
#[derive(Debug)]
pub struct Builder {
    capture: Capture,
    open: BTreeMap<u64, Open>,
    connections: BTreeMap<u64, Connection>,
    /// The plaintext of connections, received and sent, if bodies are kept.
    streams: BTreeMap<u64, [Stream; 2]>,
    /// The number of bytes of each body, and of all that follow.
    room: (usize, usize),
}

/// The indices of [`Builder::streams`].
const RECEIVED: usize = 0;
const SENT: usize = 1;

/// An open exchange.
#[derive(Debug)]
enum Open {
    Client(Box<Client>),
    Server(Box<Exchange>),
    /// A server's exchange that has ended, but whose response has not been sent.
    Sending(Box<Exchange>),
}

impl Open {
    fn exchange(&mut self) -> &mut Exchange {
        match self {
            Self::Client(client) => &mut client.exchange,
            Self::Server(exchange) | Self::Sending(exchange) => exchange,
        }
    }

    fn into_exchange(self) -> Exchange {
        match self {
            Self::Client(client) => client.exchange,
            Self::Server(exchange) | Self::Sending(exchange) => *exchange,
        }
    }
}

/// The number of exchanges that may be open, and of connections that are known.
const MOST: usize = 16_384;

impl Builder {
    /// Returns a builder whose exchanges show what this policy shows.
    #[must_use]
    pub const fn new(capture: Capture) -> Self {
        Self {
            capture,
            open: BTreeMap::new(),
            connections: BTreeMap::new(),
            streams: BTreeMap::new(),
            room: (1 << 20, 64 << 20),
        }
    }

    /// Sets how many bytes of each body are kept, and of all bodies together: 1 MiB and 64 MiB by default.
    #[must_use]
    pub const fn bodies(mut self, each: usize, all: usize) -> Self {
        self.room = (each, all);
        self
    }

    /// Returns the policy.
    #[must_use]
    pub const fn capture(&self) -> Capture {
        self.capture
    }

    /// Returns the events that the builder needs.
    #[must_use]
    pub fn interest(&self) -> Interest {
        let bytes: &[_] = if self.capture.shows_bytes() { &BYTES } else { &[] };
        let kinds = client::KINDS.iter().chain(server::KINDS).chain(bytes);
        kinds.fold(Decision::interest(), |all, kind| all.with(Interest::only(*kind)))
    }

    /// Handles an event. Returns the exchanges that it ends.
    pub fn event(&mut self, meta: &Meta, event: &TraceEvent<'_>) -> Vec<Exchange> {
        self.connection_event(meta, event);
        let mut ended = Vec::new();
        ended.extend(self.begin(meta, event));
        let capture = self.capture;
        let id = meta.exchange.0;
        let connection = self.connections.get_mut(&meta.connection.0);
        let has_ended = match self.open.get_mut(&id) {
            Some(Open::Client(client)) => client.event(meta, event, connection, capture),
            Some(Open::Server(exchange)) => {
                server::event(exchange, meta, event, connection.as_deref(), capture)
            }
            Some(Open::Sending(_)) | None => false,
        };
        if Decision::KINDS.contains(&meta.kind) {
            self.decision(meta, Decision::of(meta.at, event, capture));
        }
        if capture.shows_bytes() {
            self.stream_event(meta, event, &mut ended);
        }
        if has_ended {
            ended.extend(self.end(id, meta.connection.0));
        }
        ended
    }

    /// Ends an exchange, unless its response is still to be sent.
    fn end(&mut self, id: u64, connection: u64) -> Option<Exchange> {
        let expects = |streams: &[Stream; 2]| streams[SENT].expects(id);
        match self.open.remove(&id)? {
            Open::Server(exchange) if self.streams.get(&connection).is_some_and(expects) => {
                self.open.insert(id, Open::Sending(exchange));
                None
            }
            open => Some(open.into_exchange()),
        }
    }

    /// Handles an event that has, or describes, the plaintext of a connection.
    fn stream_event(&mut self, meta: &Meta, event: &TraceEvent<'_>, ended: &mut Vec<Exchange>) {
        let connection = meta.connection.0;
        match *event {
            TraceEvent::BytesReceived { layer: "http", offset, bytes } => {
                self.bytes((connection, RECEIVED), offset, bytes, ended);
            }
            TraceEvent::BytesSent { layer: "http", offset, bytes } => {
                self.bytes((connection, SENT), offset, bytes, ended);
            }
            TraceEvent::RequestSent { .. }
            | TraceEvent::ResponseSent { .. }
            | TraceEvent::RequestRead { .. }
            | TraceEvent::InformationalRead { .. }
            | TraceEvent::ReceiveResponseHeadersComplete { .. } => {
                let direction = match event {
                    TraceEvent::RequestSent { .. } | TraceEvent::ResponseSent { .. } => SENT,
                    _ => RECEIVED,
                };
                let (owner, framing) = self.expected(meta, event);
                self.divide((connection, direction), ended, |stream, found| {
                    stream.message(owner, framing, found);
                });
            }
            TraceEvent::ServeComplete { .. } | TraceEvent::ServeFailed { .. } => {
                self.streams.remove(&connection);
                let is_on = |open: &Open| match open {
                    Open::Sending(exchange) => exchange.hops[0].connection == Some(meta.connection),
                    _ => false,
                };
                let rest: Vec<_> =
                    self.open.iter().filter(|(_, open)| is_on(open)).map(|(id, _)| *id).collect();
                ended.extend(rest.iter().filter_map(|id| self.end(*id, connection)));
            }
            TraceEvent::CloseComplete {} | TraceEvent::CloseFailed { .. } => {
                self.streams.remove(&connection);
            }
            _ => {}
        }
    }

    /// Returns the owner and the framing of the message whose head an event has. The messages of a request for a tunnel
    /// belong to no hop.
    fn expected(&self, meta: &Meta, event: &TraceEvent<'_>) -> (Owner, Framing) {
        let id = meta.exchange.0;
        let is_informational = match *event {
            TraceEvent::ResponseSent { head } => server::is_informational(head.status),
            TraceEvent::InformationalRead { .. } => true,
            _ => false,
        };
        if is_informational {
            // No hop has this number, since the sizes of these heads are not kept.
            return ((id, 0), Framing::None);
        }
        let owner = (id, meta.hop);
        match self.open.get(&meta.exchange.0) {
            Some(Open::Client(client)) if client.is_in_tunnel() => ((0, 0), Framing::None),
            Some(Open::Client(client)) => (owner, framing(client.exchange.hops.last(), event)),
            Some(Open::Server(exchange) | Open::Sending(exchange)) => {
                (owner, framing(exchange.hops.last(), event))
            }
            None => ((0, 0), Framing::Switched),
        }
    }

    fn bytes(&mut self, place: (u64, usize), offset: u64, bytes: &[u8], ended: &mut Vec<Exchange>) {
        self.divide(place, ended, |stream, found| stream.bytes(offset, bytes, found));
    }

    /// Changes a stream, and adds what it finds to the bodies of hops.
    fn divide(
        &mut self,
        (connection, direction): (u64, usize),
        ended: &mut Vec<Exchange>,
        change: impl FnOnce(&mut Stream, &mut dyn FnMut(Owner, Found<'_>)),
    ) {
        if connection == 0 || self.streams.len() >= MOST && !self.streams.contains_key(&connection)
        {
            return;
        }
        let Self { open, streams, room, .. } = self;
        let streams = streams.entry(connection).or_default();
        let mut sent = Vec::new();
        change(&mut streams[direction], &mut |(id, number), found| {
            let Some(opened) = open.get_mut(&id) else { return };
            let is_sent = direction == SENT;
            let is_request = is_sent == matches!(opened, Open::Client(_));
            if let (Open::Sending(_), Found::End, true) = (&*opened, &found, is_sent) {
                sent.push(id);
            }
            let hops = &mut opened.exchange().hops;
            if let Some(hop) = hops.iter_mut().rfind(|hop| hop.number == number) {
                hop.found(&found, is_request, room);
            }
        });
        let streams = &streams[SENT];
        sent.retain(|id| !streams.expects(*id));
        ended.extend(sent.iter().filter_map(|id| open.remove(id)).map(Open::into_exchange));
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
            Open::Server(exchange) | Open::Sending(exchange) => &**exchange,
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

/// The events of bytes, which bodies are taken from.
const BYTES: [EventKind; 2] = [EventKind::BytesReceived, EventKind::BytesSent];

/// Returns the framing of a message whose head is that of an event.
fn framing(hop: Option<&Hop>, event: &TraceEvent<'_>) -> Framing {
    let Some(hop) = hop else { return Framing::Switched };
    let body = match event {
        TraceEvent::RequestSent { .. } | TraceEvent::RequestRead { .. } => &hop.request_body,
        _ => &hop.response_body,
    };
    match (body.framing, body.size) {
        (Some("length"), Some(length)) => Framing::Length(length),
        (Some("chunked"), _) => Framing::Chunked,
        (Some("close"), _) => Framing::UntilClose,
        (Some("none"), _) => Framing::None,
        _ => Framing::Switched,
    }
}
