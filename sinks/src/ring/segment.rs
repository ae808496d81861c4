//! A piece of the ring's memory, which one thread writes.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use limpid_core::trace::{ExchangeId, Record, Slot};

/// A record that is to be.
pub(super) struct Entry<W> {
    /// With which exchange it is marked, if it is.
    pub(super) mark: Option<ExchangeId>,
    /// Writes it, and returns how many slots that took.
    pub(super) write: W,
}

/// Records one after the other. One thread at a time appends to it, and needs no lock for that;
/// others may read meanwhile what is complete.
///
/// The exchanges of records that are marked are noted from the end of the memory on, backwards, so that
/// the records need not be looked at before all are written over.
#[derive(Debug)]
// What one thread counts up stands in no cache line of another's.
#[repr(align(128))]
pub(super) struct Segment {
    slots: Box<[Slot]>,
    /// Where the records start that are not forgotten.
    start: AtomicUsize,
    /// Where the next record goes: all before it are complete.
    end: AtomicUsize,
    /// Where the room for records ends: behind it is room for one more mark, and then the marks.
    limit: AtomicUsize,
    /// The newest mark.
    newest: AtomicU64,
}

impl Segment {
    pub(super) fn new(slots: usize) -> Self {
        let (start, end) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let limit = AtomicUsize::new(slots.saturating_sub(1));
        let newest = AtomicU64::new(0);
        Self { slots: Slot::memory(slots), start, end, limit, newest }
    }

    /// The room that is left.
    #[inline]
    fn room(&self) -> Option<&[Slot]> {
        let (end, limit) = (self.end.load(Ordering::Relaxed), self.limit.load(Ordering::Relaxed));
        self.slots.get(end..limit)
    }

    /// Whether an entry has room. It is not there yet.
    pub(super) fn has_room(&self, entry: &Entry<impl Fn(&[Slot]) -> Option<usize>>) -> bool {
        self.room().and_then(&entry.write).is_some()
    }

    /// Whether a quarter of it is free, so that it is of use to another thread.
    pub(super) fn is_worth_resuming(&self) -> bool {
        self.room().is_some_and(|room| 4 * room.len() >= self.slots.len())
    }

    /// Appends an entry, unless there is too little room.
    #[inline]
    pub(super) fn append(&self, entry: &Entry<impl Fn(&[Slot]) -> Option<usize>>) -> bool {
        let Some(len) = self.room().and_then(&entry.write) else { return false };
        let end = self.end.load(Ordering::Relaxed);
        self.end.store(end + len, Ordering::Release);
        if let Some(exchange) = entry.mark
            && exchange.0 != self.newest.load(Ordering::Relaxed)
        {
            self.mark(exchange);
        }
        true
    }

    /// Notes the exchange of a marked record, of which there is none so far or not the newest.
    fn mark(&self, exchange: ExchangeId) {
        let limit = self.limit.load(Ordering::Relaxed);
        if let Some(slot) = self.slots.get(limit) {
            slot.set(exchange.0);
        }
        self.newest.store(exchange.0, Ordering::Relaxed);
        self.limit.store(limit.saturating_sub(1), Ordering::Relaxed);
    }

    /// Whether one of the exchanges of marked records is such. For when nobody writes.
    pub(super) fn has_marked(&self, is_such: impl Fn(ExchangeId) -> bool) -> bool {
        let marks = self.slots.get(self.limit.load(Ordering::Relaxed) + 1..).unwrap_or_default();
        marks.iter().any(|mark| is_such(ExchangeId(mark.get())))
    }

    /// The records that are complete, the oldest first.
    pub(super) fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let (start, end) = (self.start.load(Ordering::Relaxed), self.end.load(Ordering::Acquire));
        Record::all(self.slots.get(start..end).unwrap_or_default())
    }

    /// Forgets the records so far. The thread that appends may go on.
    pub(super) fn forget(&self) {
        self.start.store(self.end.load(Ordering::Acquire), Ordering::Relaxed);
    }

    /// Starts from the beginning. For when nobody writes.
    pub(super) fn reset(&self) {
        self.start.store(0, Ordering::Relaxed);
        self.end.store(0, Ordering::Relaxed);
        self.limit.store(self.slots.len().saturating_sub(1), Ordering::Relaxed);
        self.newest.store(0, Ordering::Relaxed);
    }
}
