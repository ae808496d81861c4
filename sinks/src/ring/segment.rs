//! A part of the ring's memory that one thread writes.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use limpid_core::internal::{Record, Slot};
use limpid_core::trace::ExchangeId;

/// Records in order. One thread at a time appends, without a lock; others may read complete records
/// meanwhile.
///
/// The exchanges of marked records are noted, so that the records are not read before they are overwritten.
#[derive(Debug)]
// The counters of one thread share no cache line with another's.
#[repr(align(128))]
pub(super) struct Segment {
    slots: Box<[Slot]>,
    /// The start of the records that were not removed.
    start: AtomicUsize,
    /// The place of the next record: all before it are complete.
    end: AtomicUsize,
    marks: Box<[Slot]>,
    /// The number of marks, including those that did not fit.
    marked: AtomicUsize,
    /// The newest mark.
    newest: AtomicU64,
}

impl Segment {
    /// Returns a segment of this many slots, some of which are for marks.
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

    /// Returns the free slots.
    #[inline]
    pub(super) fn room(&self) -> &[Slot] {
        &self.slots[self.end.load(Ordering::Relaxed)..]
    }

    /// Returns whether a quarter of it is free, which is worth another thread's use.
    pub(super) fn is_worth_resuming(&self) -> bool {
        4 * self.room().len() >= self.slots.len()
    }

    /// Appends the record that `write` writes. `write` returns the number of its slots, or `None` if it
    /// does not fit.
    #[inline]
    pub(super) fn append(&self, write: impl Fn(&[Slot]) -> Option<usize>) -> bool {
        let Some(len) = write(self.room()) else { return false };
        self.grow(len);
        true
    }

    /// Adds this number of slots of [`room`](Self::room), to which a record was written.
    #[inline]
    pub(super) fn grow(&self, len: usize) {
        let end = self.end.load(Ordering::Relaxed);
        self.end.store(end + len, Ordering::Release);
    }

    /// Notes that a record of this exchange is marked or will be.
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

    /// Returns whether `is_such` may hold for one of the marked exchanges. The segment must have no writer.
    pub(super) fn has_marked(&self, is_such: impl Fn(ExchangeId) -> bool) -> bool {
        self.marks
            .get(..self.marked.load(Ordering::Relaxed))
            .is_none_or(|marks| marks.iter().any(|mark| is_such(ExchangeId(mark.get()))))
    }

    /// Returns the complete records, the oldest first.
    pub(super) fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let (start, end) = (self.start.load(Ordering::Relaxed), self.end.load(Ordering::Acquire));
        Record::all(self.slots.get(start..end).unwrap_or_default())
    }

    /// Removes the records so far. The thread that appends may continue.
    pub(super) fn clear(&self) {
        self.start.store(self.end.load(Ordering::Acquire), Ordering::Relaxed);
    }

    /// Empties the segment. It must have no writer.
    pub(super) fn reset(&self) {
        self.start.store(0, Ordering::Relaxed);
        self.end.store(0, Ordering::Relaxed);
        self.marked.store(0, Ordering::Relaxed);
        self.newest.store(0, Ordering::Relaxed);
    }
}
