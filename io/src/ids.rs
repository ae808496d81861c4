//! Numbers that are used once in a process.

use std::sync::atomic::{AtomicU64, Ordering};

use limpid_core::client::TrustId;
use limpid_core::trace::ExchangeId;

/// Returns the number of another exchange, from 1. No two exchanges of a process have the same,
/// whatever their clients and servers, so that one sink can tell the events of all apart.
#[must_use]
pub(crate) fn next_exchange() -> ExchangeId {
    static LAST: AtomicU64 = AtomicU64::new(0);
    ExchangeId(LAST.fetch_add(1, Ordering::Relaxed) + 1)
}

/// Returns the number of another TLS configuration. No two of a process have the same, so that
/// clients may share their connections.
#[must_use]
pub(crate) fn next_trust() -> TrustId {
    static LAST: AtomicU64 = AtomicU64::new(0);
    TrustId::new(LAST.fetch_add(1, Ordering::Relaxed) + 1)
}
