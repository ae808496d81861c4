//! Numbers that are unique in a process.

use std::sync::atomic::{AtomicU64, Ordering};

use limpid_core::client::TrustId;
use limpid_core::trace::{ConnectionId, ExchangeId};

/// Returns the number of the next exchange, from 1. Numbers are unique in the process, across clients
/// and servers, so that the events of all can go to one sink.
#[must_use]
pub(crate) fn next_exchange() -> ExchangeId {
    static LAST: AtomicU64 = AtomicU64::new(0);
    ExchangeId(LAST.fetch_add(1, Ordering::Relaxed) + 1)
}

/// Returns the number of the next connection, from 1. Numbers are unique in the process, across clients and
/// servers, as those of exchanges are.
#[must_use]
pub(crate) fn next_connection() -> ConnectionId {
    static LAST: AtomicU64 = AtomicU64::new(0);
    ConnectionId(LAST.fetch_add(1, Ordering::Relaxed) + 1)
}

/// Returns the number of the next TLS configuration. Numbers are unique in the process, so that
/// clients may share connections.
#[must_use]
pub(crate) fn next_trust() -> TrustId {
    static LAST: AtomicU64 = AtomicU64::new(0);
    TrustId::new(LAST.fetch_add(1, Ordering::Relaxed) + 1)
}
