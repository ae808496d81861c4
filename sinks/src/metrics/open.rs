//! What is open now, for gauges.

use std::collections::{BTreeMap, BTreeSet};

use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId, Meta, TraceEvent};

use super::table::{
    CLIENT_CONNECTIONS, CLIENT_OPEN, CLIENT_WAITING, SERVER_CONNECTIONS, SERVER_OPEN,
};
use crate::pooled::{PoolState, Pooled};

/// The most entries of each kind. A sink before this one may have removed the events that end them.
const MOST: usize = 1 << 16;

/// The exchanges and connections that have not ended.
#[derive(Debug, Default)]
pub(super) struct Open {
    /// The methods of clients' exchanges.
    exchanges: BTreeMap<ExchangeId, &'static str>,
    waiting: BTreeSet<ExchangeId>,
    pooled: Pooled,
    /// The requests that servers answer: when they started.
    answers: BTreeMap<ExchangeId, Mono>,
    served: BTreeSet<ConnectionId>,
}

impl Open {
    pub(super) fn start(&mut self, id: ExchangeId, method: &'static str) {
        bound(&mut self.exchanges);
        self.exchanges.insert(id, method);
        CLIENT_OPEN.set(&[], self.exchanges.len());
    }

    /// Ends an exchange of a client, and returns its method.
    pub(super) fn end(&mut self, id: ExchangeId) -> &'static str {
        let method = self.exchanges.remove(&id);
        CLIENT_OPEN.set(&[], self.exchanges.len());
        self.wait(id, false);
        method.unwrap_or("_OTHER")
    }

    pub(super) fn wait(&mut self, id: ExchangeId, waits: bool) {
        let is_changed = match waits {
            true => self.waiting.len() < MOST && self.waiting.insert(id),
            false => self.waiting.remove(&id),
        };
        if is_changed {
            CLIENT_WAITING.set(&[], self.waiting.len());
        }
    }

    /// Handles an event that may change a connection of a client.
    pub(super) fn connection(&mut self, meta: &Meta, event: &TraceEvent<'_>) {
        if self.pooled.event(meta, event).is_some() {
            let (active, idle) = self.pooled.counts();
            for (state, count) in [(PoolState::Active, active), (PoolState::Idle, idle)] {
                CLIENT_CONNECTIONS.set(&[("state", state.name())], count);
            }
        }
    }

    pub(super) fn start_answer(&mut self, id: ExchangeId, at: Mono) {
        bound(&mut self.answers);
        self.answers.insert(id, at);
        SERVER_OPEN.set(&[], self.answers.len());
    }

    /// Ends a request of a server, and returns when it started.
    pub(super) fn end_answer(&mut self, id: ExchangeId) -> Option<Mono> {
        let started = self.answers.remove(&id);
        SERVER_OPEN.set(&[], self.answers.len());
        started
    }

    pub(super) fn serve(&mut self, id: ConnectionId, is_open: bool) {
        match is_open {
            true if self.served.len() < MOST => drop(self.served.insert(id)),
            true => {}
            false => drop(self.served.remove(&id)),
        }
        SERVER_CONNECTIONS.set(&[], self.served.len());
    }
}

fn bound<K: Ord, V>(map: &mut BTreeMap<K, V>) {
    if map.len() >= MOST {
        map.pop_first();
    }
}
