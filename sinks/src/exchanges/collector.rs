//! A sink that keeps exchanges for a view.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use limpid_core::time::Mono;
use limpid_core::trace::{Capture, ConnectionId, Interest, Meta, Sink, TraceEvent};

use super::builder::Builder;
use super::connection::Connection;
use super::exchange::Exchange;
use crate::time_base::TimeBase;

/// The exchanges that a view shows, and their connections.
///
/// ```
/// use limpid_sinks::exchanges::Model;
///
/// let model = Model::default();
/// assert!(model.exchanges.is_empty() && model.connections.is_empty());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Model {
    /// The exchanges, in the order in which they started.
    pub exchanges: Vec<Exchange>,
    /// The connections, by their identifiers.
    pub connections: BTreeMap<ConnectionId, Connection>,
    /// Converts the times of events to times of day.
    pub base: TimeBase,
    /// What the values show.
    pub capture: Capture,
    /// Number of exchanges that are left out, because there were too many.
    pub left_out: u64,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            exchanges: Vec::new(),
            connections: BTreeMap::new(),
            base: TimeBase::new(Mono::default(), UNIX_EPOCH),
            capture: Capture::default(),
            left_out: 0,
        }
    }
}

/// What a [`Collector`] keeps.
///
/// ```
/// use limpid_sinks::exchanges::Limits;
///
/// let few = Limits { exchanges: 100, ..Limits::default() };
/// assert!(few.exchanges < Limits::default().exchanges);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Number of exchanges; those that end later are only counted.
    pub exchanges: usize,
    /// Number of bytes of each body.
    pub body: usize,
    /// Number of bytes of all bodies together.
    pub bodies: usize,
}

impl Default for Limits {
    /// 10,000 exchanges, and of bodies 1 MiB each and 64 MiB together.
    fn default() -> Self {
        Self { exchanges: 10_000, body: 1 << 20, bodies: 64 << 20 }
    }
}

/// A sink that builds exchanges from the events that it receives, and keeps them.
///
/// [The module](super) has an example.
#[derive(Debug)]
pub struct Collector {
    limits: Limits,
    capture: Capture,
    interest: Interest,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    builder: Builder,
    ended: Vec<Exchange>,
    left_out: u64,
    base: Option<TimeBase>,
}

impl Collector {
    /// Returns a collector without exchanges, whose values show what [`Capture::Default`] shows.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let builder = Builder::new(Capture::default()).bodies(limits.body, limits.bodies);
        let interest = builder.interest();
        let state = State { builder, ended: Vec::new(), left_out: 0, base: None };
        Self { limits, capture: Capture::default(), interest, state: Mutex::new(state) }
    }

    /// Sets what values show: [`Capture::Default`] by default.
    #[must_use]
    pub fn capture(mut self, capture: Capture) -> Self {
        self.set_capture(capture);
        self
    }

    pub(crate) fn set_capture(&mut self, capture: Capture) {
        let builder = Builder::new(capture).bodies(self.limits.body, self.limits.bodies);
        (self.capture, self.interest) = (capture, builder.interest());
        self.lock().builder = builder;
    }

    /// Takes the time of day of events from `base`. This is for events that were recorded in another process.
    #[must_use]
    pub fn time_base(self, base: TimeBase) -> Self {
        self.set_time_base(base);
        self
    }

    pub(crate) fn set_time_base(&self, base: TimeBase) {
        self.lock().base = Some(base);
    }

    /// Returns the exchanges so far, also those that have not ended.
    pub fn model(&self) -> Model {
        let state = self.lock();
        let mut exchanges: Vec<_> =
            state.ended.iter().chain(state.builder.open()).cloned().collect();
        exchanges.sort_by_key(|exchange| (exchange.started, exchange.id));
        let connections = state.builder.connections();
        Model {
            exchanges,
            connections: connections
                .map(|connection| (connection.id, connection.clone()))
                .collect(),
            base: state.base.unwrap_or(Model::default().base),
            capture: self.capture,
            left_out: state.left_out,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Collector {
    fn interest(&self) -> Interest {
        self.interest
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let mut state = self.lock();
        state.base.get_or_insert_with(|| TimeBase::now(meta.at));
        for exchange in state.builder.event(meta, event) {
            if state.ended.len() < self.limits.exchanges {
                state.ended.push(exchange);
            } else {
                state.left_out += 1;
            }
        }
    }
}
