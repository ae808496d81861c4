//! What the ring keeps of exchanges that are open, longer than its turn.

use limpid_core::internal::{Record, Slot};
use limpid_core::trace::ExchangeId;

/// Records that have left the ring, in the order in which they did.
#[derive(Debug)]
pub(super) struct Pinned {
    slots: Vec<Slot>,
    /// How many slots there may be.
    most: usize,
}

impl Pinned {
    pub(super) fn new(most: usize) -> Self {
        Self { slots: Vec::with_capacity(most), most }
    }

    /// Keeps a record of an exchange that is open. For room, those of exchanges that have ended
    /// leave; if that is not enough, the older half does.
    #[cold]
    pub(super) fn keep(&mut self, record: Record<'_>, is_open: impl Fn(ExchangeId) -> bool) {
        let slots = record.slots();
        if slots.len() > self.most {
            return;
        }
        if !self.has_room(slots) {
            self.retain(|record, _| is_open(record.exchange()));
        }
        while !self.has_room(slots) {
            let half = self.slots.len() / 2;
            self.retain(|_, at| at > half);
        }
        self.slots.extend_from_slice(slots);
    }

    const fn has_room(&self, slots: &[Slot]) -> bool {
        self.slots.len() + slots.len() <= self.most
    }

    /// Every record, the oldest first.
    pub(super) fn records(&self) -> impl Iterator<Item = Record<'_>> {
        Record::all(&self.slots)
    }

    pub(super) fn clear(&mut self) {
        self.slots.clear();
    }

    /// Drops the records that `stays` does not want, by what they are and where they stand.
    fn retain(&mut self, stays: impl Fn(Record<'_>, usize) -> bool) {
        let (mut from, mut to) = (0, 0);
        let look = |slots: &[Slot], at| {
            Record::all(slots).next().map(|record| (record.slots().len(), stays(record, at)))
        };
        while let Some((len, stays)) = look(&self.slots[from..], from) {
            if stays {
                (0..len).for_each(|offset| self.slots.swap(to + offset, from + offset));
                to += len;
            }
            from += len;
        }
        self.slots.truncate(to);
    }
}
