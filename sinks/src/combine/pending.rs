//! The events of open exchanges, kept until their outcome is known.

use std::collections::VecDeque;

use limpid_core::internal::{Codec, Record, Slot};
use limpid_core::time::Mono;
use limpid_core::trace::{ExchangeId, Interest, Meta, Sink, TraceEvent};

use crate::lifecycle;

/// The limits on what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// How many exchanges may be open.
    pub(super) exchanges: usize,
    /// How many bytes the events of one may take.
    pub(super) bytes: usize,
}

impl Limits {
    pub(super) const DEFAULT: Self = Self { exchanges: 64, bytes: 16 * 1024 };

    /// Returns how many slots the events of one exchange may take.
    const fn slots(self) -> usize {
        self.bytes / Slot::BYTES
    }
}

/// The open exchanges and their events.
#[derive(Debug)]
pub(super) struct PendingTraces {
    codec: Codec,
    open: Vec<PendingTrace>,
    /// A buffer for an event whose size is not yet known.
    scratch: Box<[Slot]>,
    /// Memory of ended exchanges, for reuse.
    spare: Vec<Records>,
    limits: Limits,
}

/// An exchange that is open.
#[derive(Debug)]
pub(super) struct PendingTrace {
    id: ExchangeId,
    /// The time of its first event.
    pub(super) start: Mono,
    /// The events that were not passed on yet.
    events: Records,
    /// Whether its events are passed on at once.
    pub(super) passes: bool,
}

impl PendingTraces {
    pub(super) fn new(limits: Limits) -> Self {
        let scratch = Slot::memory(limits.slots() + Codec::LEAST);
        Self { codec: Codec::new(), open: Vec::new(), scratch, spare: Vec::new(), limits }
    }

    pub(super) fn set_limits(&mut self, limits: Limits) {
        self.scratch = Slot::memory(limits.slots() + Codec::LEAST);
        self.limits = limits;
    }

    /// Returns the index of the exchange of this event. If the exchange is new and there are too many,
    /// passes the oldest to `leaves` and removes it.
    pub(super) fn find(
        &mut self,
        meta: &Meta,
        leaves: impl FnOnce(&mut PendingTrace, &Codec),
    ) -> usize {
        if let Some(index) = self.open.iter().position(|open| open.id == meta.exchange) {
            return index;
        }
        if self.open.len() >= self.limits.exchanges.max(1) {
            leaves(&mut self.open[0], &self.codec);
            self.remove(0);
        }
        let events = self.spare.pop().unwrap_or_default();
        self.open.push(PendingTrace { id: meta.exchange, start: meta.at, events, passes: false });
        self.open.len() - 1
    }

    pub(super) fn exchange(&mut self, index: usize) -> (&mut PendingTrace, &Codec) {
        (&mut self.open[index], &self.codec)
    }

    /// Keeps an event if there is room for it.
    pub(super) fn keep_if_room(
        &mut self,
        index: usize,
        meta: &Meta,
        event: &TraceEvent<'_>,
    ) -> bool {
        let events = &mut self.open[index].events;
        let len = self.codec.encode(meta, event, &self.scratch);
        let len = len.filter(|len| events.slots.len() + len <= self.limits.slots());
        if let Some(len) = len {
            events.append(&self.scratch[..len]);
        }
        len.is_some()
    }

    /// Keeps an event, if necessary instead of the oldest ones, and returns how many were dropped.
    pub(super) fn keep(&mut self, index: usize, meta: &Meta, event: &TraceEvent<'_>) -> u64 {
        let events = &mut self.open[index].events;
        let len = self.codec.encode(meta, event, &self.scratch);
        let Some(len) = len.filter(|len| *len <= self.limits.slots()) else { return 1 };
        let mut lost = 0;
        while events.slots.len() + len > self.limits.slots() && events.drop_oldest() {
            lost += 1;
        }
        events.append(&self.scratch[..len]);
        lost
    }

    pub(super) fn remove(&mut self, index: usize) {
        let mut events = self.open.remove(index).events;
        events.clear();
        self.spare.push(events);
    }

    /// Returns every exchange, the oldest first.
    pub(super) fn drain(&mut self, mut leaves: impl FnMut(&mut PendingTrace, &Codec)) {
        for mut exchange in self.open.drain(..) {
            leaves(&mut exchange, &self.codec);
        }
    }
}

impl PendingTrace {
    /// Passes the kept events to `sink` and removes them.
    pub(super) fn deliver(&mut self, codec: &Codec, sink: &impl Sink) {
        self.show(codec, sink);
        self.events.clear();
    }

    /// Returns how many events are kept.
    pub(super) fn count(&self) -> u64 {
        self.events.lengths.len() as u64
    }

    /// Passes the kept events to `sink`.
    pub(super) fn show(&mut self, codec: &Codec, sink: &impl Sink) {
        for (meta, event) in self.events.iter().filter_map(|record| codec.decode(record)) {
            sink.event(&meta, &event.borrow());
        }
    }
}

/// Records in order, of which the oldest is removed first.
#[derive(Debug, Default)]
struct Records {
    slots: VecDeque<Slot>,
    /// The number of slots of each record.
    lengths: VecDeque<usize>,
}

impl Records {
    fn append(&mut self, record: &[Slot]) {
        self.slots.extend(record.iter().cloned());
        self.lengths.push_back(record.len());
    }

    /// Removes the oldest record. Returns false if the queue is empty.
    fn drop_oldest(&mut self) -> bool {
        let oldest = self.lengths.pop_front();
        self.slots.drain(..oldest.unwrap_or_default());
        oldest.is_some()
    }

    fn iter(&mut self) -> impl Iterator<Item = Record<'_>> {
        Record::all(self.slots.make_contiguous())
    }

    fn clear(&mut self) {
        self.slots.clear();
        self.lengths.clear();
    }
}

/// Returns the interest of a sink, and the events by which exchanges end.
pub(super) fn interest(sink: &impl Sink) -> Interest {
    match sink.interest() {
        wanted if wanted.is_empty() => wanted,
        wanted => wanted.with(lifecycle::ends()),
    }
}
