//! What is remembered of exchanges and connections until it is shown.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId, Meta, SpanId};

/// The most exchanges, and connections, that are remembered. A sink before this one may have removed the events that
/// end them.
const MOST: usize = 1 << 16;

/// An exchange of a client that has not ended.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    /// When it started.
    pub(super) started: Mono,
    /// The host and the port that are connected to.
    pub(super) host: Box<str>,
    pub(super) port: u16,
    /// The addresses that are being tried.
    pub(super) dials: Vec<(SpanId, SocketAddr)>,
    /// The address that was connected to.
    pub(super) peer: Option<SocketAddr>,
    /// The path of the Unix socket that is connected to.
    pub(super) path: Option<Box<str>>,
    /// Whether certificates are verified.
    pub(super) verifies: bool,
    /// The name that the certificate must contain.
    pub(super) name: Box<str>,
    /// Whether the request is one for a tunnel through a proxy.
    pub(super) tunnels: bool,
    /// Whether the request had credentials for the server.
    pub(super) had_credentials: bool,
    /// The framing of the response's body.
    pub(super) framing: &'static str,
    /// The number of bytes of the response's body, if the head said it.
    pub(super) length: Option<u64>,
    /// Whether the connection can be reused.
    pub(super) reusable: bool,
    /// The URL of the request, as it is shown.
    pub(super) url: Box<str>,
    /// The URL of the next request.
    pub(super) next: Option<Box<str>>,
    /// Number of times that the request was resent.
    pub(super) resent: u32,
    /// Why the last operation failed, as it is shown.
    pub(super) failure: Option<String>,
}

/// The exchanges and connections that have not ended.
#[derive(Debug, Default)]
pub(super) struct Open {
    exchanges: BTreeMap<ExchangeId, Exchange>,
    /// The hosts of the connections of clients.
    hosts: BTreeMap<ConnectionId, Box<str>>,
}

impl Open {
    /// Returns the exchange of an event. One whose start was not seen starts with it.
    pub(super) fn exchange(&mut self, meta: &Meta) -> &mut Exchange {
        bound(&mut self.exchanges);
        let started = meta.at;
        let new = || Exchange { started, verifies: true, ..Exchange::default() };
        self.exchanges.entry(meta.exchange).or_insert_with(new)
    }

    pub(super) fn end_exchange(&mut self, meta: &Meta) {
        self.exchanges.remove(&meta.exchange);
    }

    pub(super) fn open(&mut self, connection: ConnectionId, host: &str) {
        bound(&mut self.hosts);
        self.hosts.insert(connection, host.into());
    }

    /// Returns the host of a connection, unless it is closed.
    pub(super) fn host(&self, connection: ConnectionId) -> Option<&str> {
        self.hosts.get(&connection).map(AsRef::as_ref)
    }

    /// Forgets a connection, and returns whether it was open.
    pub(super) fn close(&mut self, connection: ConnectionId) -> bool {
        self.hosts.remove(&connection).is_some()
    }
}

fn bound<K: Ord, V>(map: &mut BTreeMap<K, V>) {
    if map.len() >= MOST {
        map.pop_first();
    }
}
