//! The events of exchanges that are open, kept until it is known what becomes of them.

use limpid_core::time::Mono;
use limpid_core::trace::{Codec, ExchangeId, Interest, Meta, Sink, TraceEvent};

use crate::lifecycle;
use crate::ring::ByteRing;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// How many exchanges may be open.
    pub(super) exchanges: usize,
    /// How many bytes the events of one may take.
    pub(super) bytes: usize,
}

impl Limits {
    pub(super) const DEFAULT: Self = Self { exchanges: 64, bytes: 16 * 1024 };
}

/// What is known of exchanges that are open.
#[derive(Debug)]
pub(super) struct Held {
    codec: Codec,
    open: Vec<Exchange>,
    /// Memory of exchanges that have ended, for those to come.
    spare: Vec<ByteRing>,
    limits: Limits,
}

/// An exchange that is open.
#[derive(Debug)]
pub(super) struct Exchange {
    id: ExchangeId,
    /// When its first event happened.
    pub(super) start: Mono,
    /// What it has told and the sink has not been told.
    events: ByteRing,
    /// Whether it is passed on as it goes.
    pub(super) passes: bool,
}

impl Held {
    pub(super) fn new(limits: Limits) -> Self {
        Self { codec: Codec::new(), open: Vec::new(), spare: Vec::new(), limits }
    }

    pub(super) const fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Where the exchange of this event is. If it is new and there are too many, the oldest is
    /// shown to `leaves` and forgotten.
    pub(super) fn find(&mut self, meta: &Meta, leaves: impl FnOnce(&Exchange, &Codec)) -> usize {
        if let Some(index) = self.open.iter().position(|open| open.id == meta.exchange) {
            return index;
        }
        if self.open.len() >= self.limits.exchanges.max(1) {
            leaves(&self.open[0], &self.codec);
            self.forget(0);
        }
        let new = || ByteRing::new(self.limits.bytes);
        let events = self.spare.pop().unwrap_or_else(new);
        self.open.push(Exchange { id: meta.exchange, start: meta.at, events, passes: false });
        self.open.len() - 1
    }

    pub(super) fn exchange(&mut self, index: usize) -> (&mut Exchange, &Codec) {
        (&mut self.open[index], &self.codec)
    }

    /// Whether another event has room.
    pub(super) fn has_room(&self, index: usize, event: &TraceEvent<'_>) -> bool {
        self.open[index].events.has_room(Codec::size(event))
    }

    /// Keeps an event, in the place of the oldest ones if need be, and returns how many are lost.
    pub(super) fn keep(&mut self, index: usize, meta: &Meta, event: &TraceEvent<'_>) -> u64 {
        let mut lost = 0;
        let events = &mut self.open[index].events;
        let room = events.room(Codec::size(event), |_| lost += 1);
        match room.and_then(|room| self.codec.encode(meta, event, room)) {
            Some(len) => events.keep(len, true),
            None => lost += 1,
        }
        lost
    }

    pub(super) fn forget(&mut self, index: usize) {
        let mut events = self.open.remove(index).events;
        events.clear();
        self.spare.push(events);
    }

    /// Every exchange, the oldest first.
    pub(super) fn drain(&mut self, mut leaves: impl FnMut(&Exchange, &Codec)) {
        for exchange in self.open.drain(..) {
            leaves(&exchange, &self.codec);
        }
    }
}

impl Exchange {
    /// Tells `sink` what was kept, and keeps it no longer.
    pub(super) fn deliver(&mut self, codec: &Codec, sink: &impl Sink) {
        self.show(codec, sink);
        self.events.clear();
    }

    /// How many events are kept.
    pub(super) fn count(&self) -> u64 {
        self.events.iter().count() as u64
    }

    /// Tells `sink` what was kept.
    pub(super) fn show(&self, codec: &Codec, sink: &impl Sink) {
        for (meta, event) in self.events.iter().filter_map(|record| codec.decode(record)) {
            sink.event(&meta, &event.borrow());
        }
    }
}

/// What a sink wants, and what is needed to know how its exchanges end.
pub(super) fn interest(sink: &impl Sink) -> Interest {
    match sink.interest() {
        wanted if wanted.is_empty() => wanted,
        wanted => wanted.with(lifecycle::ends()),
    }
}
