//! The exchanges and served connections with open spans.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use limpid_core::trace::{ConnectionId, ExchangeId, Meta};

use super::super::columns::Pairs;
use super::client::Client;
use super::server::Served;
use super::tree::Tree;

/// The most exchanges and connections with open spans. A sink before the bridge may have removed the events that end
/// them.
const MOST: usize = 1 << 16;

/// What spans belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    Exchange(ExchangeId),
    Connection(ConnectionId),
}

/// The open spans of an owner.
#[derive(Debug)]
pub(super) enum Spans {
    Client(Box<Client>),
    Served(Box<Served>),
}

impl Spans {
    pub(super) fn before(&mut self, meta: &Meta, columns: &Pairs) {
        match self {
            Self::Client(client) => client.before(meta, columns),
            Self::Served(served) => served.before(meta, columns),
        }
    }

    pub(super) fn after(&mut self, meta: &Meta, columns: &Pairs) -> bool {
        match self {
            Self::Client(client) => client.after(meta, columns),
            Self::Served(served) => served.after(meta, columns),
        }
    }

    pub(super) fn tree(&self) -> &Tree {
        match self {
            Self::Client(client) => &client.tree,
            Self::Served(served) => &served.tree,
        }
    }
}

/// The open spans, by owner.
#[derive(Debug, Default)]
pub(super) struct Trees(Mutex<BTreeMap<Owner, Spans>>);

impl Trees {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Owner, Spans>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the spans in which an event happens, so that the subscriber is called without a lock: it may use a
    /// client itself. No other event of their owner happens meanwhile.
    pub(super) fn take(&self, meta: &Meta) -> Option<(Owner, Spans)> {
        let owners = [Owner::Exchange(meta.exchange), Owner::Connection(meta.connection)];
        owners.into_iter().find_map(|owner| Some((owner, self.take_of(owner)?)))
    }

    /// Takes the spans of an owner.
    pub(super) fn take_of(&self, owner: Owner) -> Option<Spans> {
        self.lock().remove(&owner)
    }

    /// Puts spans back, or adds them.
    pub(super) fn put(&self, owner: Owner, spans: Spans) {
        let mut trees = self.lock();
        let oldest = if trees.len() < MOST { None } else { trees.pop_first() };
        let replaced = trees.insert(owner, spans);
        drop(trees);
        // Their spans end now, without the lock.
        drop((oldest, replaced));
    }
}
