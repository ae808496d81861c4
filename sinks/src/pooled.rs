//! The connections of clients: which are in use, and which are idle.

use std::collections::BTreeMap;

use limpid_core::trace::{ConnectionId, EventKind, Interest, Meta, TraceEvent};

/// The most connections. A sink before this one may have removed the events that end them.
const MOST: usize = 1 << 16;

/// Whether a connection is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PoolState {
    Active,
    Idle,
}

impl PoolState {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Idle => "idle",
        }
    }
}

/// A connection that is opened, reused, released or closed. `None` is before or after its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) before: Option<PoolState>,
    pub(crate) after: Option<PoolState>,
}

#[derive(Clone, Copy, Debug)]
struct Connection {
    state: PoolState,
    /// Whether it can be reused after the exchange.
    is_reusable: bool,
}

/// The connections that are open or being opened.
#[derive(Debug, Default)]
pub(crate) struct Pooled(BTreeMap<ConnectionId, Connection>);

/// Returns the events that change a connection.
pub(crate) fn interest() -> Interest {
    [
        EventKind::AcquireComplete,
        EventKind::ReuseDecided,
        EventKind::DrainDecided,
        EventKind::ResponseClosedComplete,
        EventKind::CloseComplete,
        EventKind::CloseFailed,
        EventKind::ExchangeFailed,
    ]
    .into_iter()
    .fold(Interest::NONE, |all, kind| all.with(Interest::only(kind)))
}

impl Pooled {
    /// Handles an event, and returns the change of its connection.
    pub(crate) fn event(&mut self, meta: &Meta, event: &TraceEvent<'_>) -> Option<Change> {
        let id = meta.connection;
        let after = match *event {
            TraceEvent::AcquireComplete { .. } => Some(PoolState::Active),
            TraceEvent::ReuseDecided { reusable: keeps, .. }
            | TraceEvent::DrainDecided { keeps, .. } => {
                if let Some(connection) = self.0.get_mut(&id) {
                    connection.is_reusable = keeps;
                }
                return None;
            }
            TraceEvent::ResponseClosedComplete {} => {
                self.0.get(&id)?.is_reusable.then_some(PoolState::Idle)
            }
            TraceEvent::CloseComplete {}
            | TraceEvent::CloseFailed { .. }
            | TraceEvent::ExchangeFailed { .. } => None,
            _ => return None,
        };
        let before = match after {
            Some(state) => {
                if self.0.len() >= MOST {
                    self.0.pop_first();
                }
                self.0.insert(id, Connection { state, is_reusable: false })
            }
            None => Some(self.0.remove(&id)?),
        };
        let before = before.map(|connection| connection.state);
        (before != after).then_some(Change { before, after })
    }

    /// Returns the number of active connections, and of idle ones.
    #[cfg(feature = "metrics")]
    pub(crate) fn counts(&self) -> (usize, usize) {
        let is_idle = |connection: &&Connection| connection.state == PoolState::Idle;
        let idle = self.0.values().filter(is_idle).count();
        (self.0.len() - idle, idle)
    }
}
