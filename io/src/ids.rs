//! Numbers that are unique in a process, and random ones that are unique everywhere.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::num::{NonZeroU64, NonZeroU128};
use std::sync::atomic::{AtomicU64, Ordering};

use limpid_core::client::TrustId;
use limpid_core::trace::{ConnectionId, ExchangeId, Traceparent};

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

/// Returns the position of the first operation in a new distributed trace.
#[cold]
#[must_use]
pub(crate) fn new_trace() -> Traceparent {
    let trace_id = u128::from(random().get()) << 64 | u128::from(random().get());
    Traceparent::new(NonZeroU128::new(trace_id).unwrap_or(NonZeroU128::MIN), random(), true)
}

/// Returns the position of a new operation in the trace of the one that sent a request, for the requests of a gateway.
///
/// ```
/// use limpid_core::trace::Traceparent;
///
/// let sender: Traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let own = limpid_io::continued_trace(sender);
/// assert_eq!(own.trace_id(), sender.trace_id());
/// assert_ne!(own.parent_id(), sender.parent_id());
/// # Ok::<(), limpid_core::trace::InvalidTraceparent>(())
/// ```
#[must_use]
pub fn continued_trace(sender: Traceparent) -> Traceparent {
    sender.with_parent_id(random())
}

/// Returns a random number. std keys its hash tables so, from the system's source of random numbers.
pub(crate) fn random() -> NonZeroU64 {
    NonZeroU64::new(RandomState::new().build_hasher().finish()).unwrap_or(NonZeroU64::MIN)
}

/// Returns the number of the next TLS configuration. Numbers are unique in the process, so that
/// clients may share connections.
#[must_use]
pub(crate) fn next_trust() -> TrustId {
    static LAST: AtomicU64 = AtomicU64::new(0);
    TrustId::new(LAST.fetch_add(1, Ordering::Relaxed) + 1)
}
