//! What is open now, for gauges.

use std::collections::{BTreeMap, BTreeSet};

use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId};

use super::table::{
    CLIENT_CONNECTIONS, CLIENT_OPEN, CLIENT_WAITING, SERVER_CONNECTIONS, SERVER_OPEN,
};

/// The most entries of each kind. A sink before this one may have removed the events that end them.
const MOST: usize = 1 << 16;

/// A connection of a client.
#[derive(Clone, Copy, Debug, Default)]
struct Pooled {
    is_idle: bool,
    /// Whether it can be reused after the exchange.
    is_reusable: bool,
}

/// The exchanges and connections that have not ended.
#[derive(Debug, Default)]
pub(super) struct Open {
    /// The methods of clients' exchanges.
    exchanges: BTreeMap<ExchangeId, &'static str>,
    waiting: BTreeSet<ExchangeId>,
    pooled: BTreeMap<ConnectionId, Pooled>,
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

    pub(super) fn acquire(&mut self, id: ConnectionId) {
        bound(&mut self.pooled);
        self.pooled.insert(id, Pooled::default());
        self.show_pooled();
    }

    pub(super) fn can_be_reused(&mut self, id: ConnectionId, is_reusable: bool) {
        if let Some(pooled) = self.pooled.get_mut(&id) {
            pooled.is_reusable = is_reusable;
        }
    }

    /// Returns a connection to the pool, or closes it.
    pub(super) fn release(&mut self, id: ConnectionId) {
        match self.pooled.get_mut(&id) {
            Some(pooled) if pooled.is_reusable => {
                pooled.is_idle = true;
                self.show_pooled();
            }
            _ => self.close(id),
        }
    }

    pub(super) fn close(&mut self, id: ConnectionId) {
        if self.pooled.remove(&id).is_some() {
            self.show_pooled();
        }
    }

    fn show_pooled(&self) {
        let idle = self.pooled.values().filter(|pooled| pooled.is_idle).count();
        CLIENT_CONNECTIONS.set(&[("state", "idle")], idle);
        CLIENT_CONNECTIONS.set(&[("state", "active")], self.pooled.len() - idle);
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
