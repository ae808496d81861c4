//! Records of open exchanges that the ring keeps after their segment is overwritten.

use limpid_core::internal::{Record, Slot};
use limpid_core::trace::ExchangeId;

/// Records that have left the ring, in order.
#[derive(Debug)]
pub(super) struct Pinned {
    slots: Vec<Slot>,
    /// The most slots.
    most: usize,
}

impl Pinned {
    pub(super) fn new(most: usize) -> Self {
        Self { slots: Vec::with_capacity(most), most }
    }

    /// Keeps a record of an open exchange. To make room, it drops those of ended exchanges; if that is not
    /// enough, the older half.
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

    /// Returns every record, the oldest first.
    pub(super) fn records(&self) -> impl Iterator<Item = Record<'_>> {
        Record::all(&self.slots)
    }

    pub(super) fn clear(&mut self) {
        self.slots.clear();
    }

    /// Drops the records that do not satisfy `stays`, which takes a record and its place.
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
