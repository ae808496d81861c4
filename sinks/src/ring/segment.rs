//! A piece of the ring's memory, which one thread writes.

use std::sync::atomic::{AtomicUsize, Ordering};

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
/// Some records are marked. Where they stand is noted from the end of the memory on, backwards, so that
/// the others need not be looked at before all are written over.
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
}

/// How many slots a mark takes: where the record is, and the number of its exchange.
const MARK: usize = 2;

impl Segment {
    pub(super) fn new(slots: usize) -> Self {
        let (start, end) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let limit = AtomicUsize::new(slots.saturating_sub(MARK));
        Self { slots: Slot::memory(slots), start, end, limit }
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
        if let Some(exchange) = entry.mark {
            self.mark(end, exchange);
        }
        true
    }

    #[inline]
    fn mark(&self, place: usize, exchange: ExchangeId) {
        let limit = self.limit.load(Ordering::Relaxed);
        if let Some([at, of]) = self.slots.get(limit..).and_then(<[Slot]>::first_chunk) {
            at.set(place as u64);
            of.set(exchange.0);
        }
        self.limit.store(limit.saturating_sub(MARK), Ordering::Relaxed);
    }

    /// The records that are marked with an exchange that is wanted, the oldest first. For when nobody
    /// writes.
    pub(super) fn marked(
        &self,
        is_wanted: impl Fn(ExchangeId) -> bool,
    ) -> impl Iterator<Item = Record<'_>> {
        let (start, limit) =
            (self.start.load(Ordering::Relaxed), self.limit.load(Ordering::Relaxed));
        let marks = self.slots.get(limit + MARK..).unwrap_or_default().as_chunks::<MARK>().0;
        let wanted = marks.iter().rev().filter(move |[_, of]| is_wanted(ExchangeId(of.get())));
        let places = wanted.filter_map(|[at, _]| usize::try_from(at.get()).ok());
        let places = places.filter(move |place| *place >= start);
        places.filter_map(|place| Record::all(self.slots.get(place..)?).next())
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
        self.limit.store(self.slots.len().saturating_sub(MARK), Ordering::Relaxed);
    }
}
