//! A piece of the ring's memory, which one thread writes.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use limpid_core::internal::{Record, Slot};
use limpid_core::trace::ExchangeId;

/// Records one after the other. One thread at a time appends to it, and needs no lock for that;
/// others may read meanwhile what is complete.
///
/// The exchanges of records that are marked are noted, so that the records need not be looked at
/// before all are written over.
#[derive(Debug)]
// What one thread counts up stands in no cache line of another's.
#[repr(align(128))]
pub(super) struct Segment {
    slots: Box<[Slot]>,
    /// Where the records start that are not forgotten.
    start: AtomicUsize,
    /// Where the next record goes: all before it are complete.
    end: AtomicUsize,
    marks: Box<[Slot]>,
    /// How many marks there are, those included that had no room.
    marked: AtomicUsize,
    /// The newest mark.
    newest: AtomicU64,
}

impl Segment {
    /// One of so many slots, some of which are for marks.
    pub(super) fn new(slots: usize) -> Self {
        let marks = slots / 32;
        Self {
            slots: Slot::memory(slots - marks),
            start: AtomicUsize::new(0),
            end: AtomicUsize::new(0),
            marks: Slot::memory(marks),
            marked: AtomicUsize::new(0),
            newest: AtomicU64::new(0),
        }
    }

    /// The room that is left.
    #[inline]
    fn room(&self) -> &[Slot] {
        &self.slots[self.end.load(Ordering::Relaxed)..]
    }

    /// Whether a quarter of it is free, so that it is of use to another thread.
    pub(super) fn is_worth_resuming(&self) -> bool {
        4 * self.room().len() >= self.slots.len()
    }

    /// Appends what `write` writes, which returns how many slots that took, unless it finds too
    /// little room.
    #[inline]
    pub(super) fn append(&self, write: impl Fn(&[Slot]) -> Option<usize>) -> bool {
        let Some(len) = write(self.room()) else { return false };
        let end = self.end.load(Ordering::Relaxed);
        self.end.store(end + len, Ordering::Release);
        true
    }

    /// Notes that a record of this exchange is marked, or is going to be.
    #[inline]
    pub(super) fn mark(&self, ExchangeId(exchange): ExchangeId) {
        if exchange == self.newest.load(Ordering::Relaxed) {
            return;
        }
        let marked = self.marked.load(Ordering::Relaxed);
        if let Some(slot) = self.marks.get(marked) {
            slot.set(exchange);
        }
        self.marked.store(marked + 1, Ordering::Relaxed);
        self.newest.store(exchange, Ordering::Relaxed);
    }

    /// Whether one of the exchanges of marked records is such, or may be. For when nobody writes.
    pub(super) fn has_marked(&self, is_such: impl Fn(ExchangeId) -> bool) -> bool {
        self.marks
            .get(..self.marked.load(Ordering::Relaxed))
            .is_none_or(|marks| marks.iter().any(|mark| is_such(ExchangeId(mark.get()))))
    }

    /// The records that are complete, the oldest first.
    pub(super) fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let (start, end) = (self.start.load(Ordering::Relaxed), self.end.load(Ordering::Acquire));
        Record::all(self.slots.get(start..end).unwrap_or_default())
    }

    /// Forgets the records so far. The thread that appends may go on.
    pub(super) fn clear(&self) {
        self.start.store(self.end.load(Ordering::Acquire), Ordering::Relaxed);
    }

    /// Starts from the beginning. For when nobody writes.
    pub(super) fn reset(&self) {
        self.start.store(0, Ordering::Relaxed);
        self.end.store(0, Ordering::Relaxed);
        self.marked.store(0, Ordering::Relaxed);
        self.newest.store(0, Ordering::Relaxed);
    }
}
