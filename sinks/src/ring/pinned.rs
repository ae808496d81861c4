//! What the ring keeps of exchanges that are open, longer than its turn.

use limpid_core::trace::{Codec, EventKind, ExchangeId, Interest};

use super::bytes::{append, records, space};
use crate::lifecycle;

/// Which exchanges are open: the newest of those whose numbers share a slot.
#[derive(Clone, Debug)]
pub(super) struct Open {
    slots: Box<[u64]>,
}

/// What an event of some kind means for its exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Treatment {
    /// It is kept while its exchange is open.
    pub(super) is_kept: bool,
    /// Its exchange ends with it.
    ends: bool,
}

/// What the events of each kind mean.
pub(super) fn treatments() -> [Treatment; EventKind::ALL.len()] {
    let (kept, ends) = (kept(), lifecycle::ends());
    let mut treatments = [Treatment::default(); EventKind::ALL.len()];
    for (treatment, kind) in treatments.iter_mut().zip(EventKind::ALL) {
        *treatment = Treatment { is_kept: kept.contains(*kind), ends: ends.contains(*kind) };
    }
    treatments
}

impl Open {
    /// `slots` is a power of two.
    pub(super) fn new(slots: usize) -> Self {
        Self { slots: vec![0; slots].into() }
    }

    #[inline]
    fn slot(&self, id: u64) -> usize {
        // The remainder is an index, so nothing of it is lost.
        usize::try_from(id & (self.slots.len() as u64 - 1)).unwrap_or(0)
    }

    /// Takes note of an event.
    #[inline]
    pub(super) fn note(&mut self, ExchangeId(id): ExchangeId, treatment: Treatment) {
        let slot = self.slot(id);
        self.slots[slot] = if treatment.ends { 0 } else { id };
    }

    pub(super) fn contains(&self, ExchangeId(id): ExchangeId) -> bool {
        id != 0 && self.slots[self.slot(id)] == id
    }

    pub(super) fn clear(&mut self) {
        self.slots.fill(0);
    }
}

/// The events that are kept while their exchange is open: what it asked for, what it was answered,
/// and what went wrong.
fn kept() -> Interest {
    const HEADS: [EventKind; 7] = [
        EventKind::ExchangeStarted,
        EventKind::ConnectTcpStarted,
        EventKind::ConnectUnixSocketStarted,
        EventKind::SendRequestHeadersStarted,
        EventKind::HttpRequest,
        EventKind::Refused,
        EventKind::DeadlinePassed,
    ];
    lifecycle::setbacks().with(Interest::matching(|event| {
        HEADS.contains(&event.kind) || event.fields.iter().any(|field| field.kind == "ResponseHead")
    }))
}

/// Records that have left the ring, in the order in which they did.
#[derive(Clone, Debug)]
pub(super) struct Pinned {
    bytes: Vec<u8>,
    size: usize,
}

impl Pinned {
    pub(super) fn new(size: usize) -> Self {
        Self { bytes: Vec::with_capacity(size), size }
    }

    /// Keeps a record. For room, those of exchanges that have ended leave; if that is not enough,
    /// the older half does.
    pub(super) fn keep(&mut self, record: &[u8], open: &Open) {
        let is_open = |record: &[u8]| {
            Codec::decode_meta(record).is_some_and(|meta| open.contains(meta.exchange))
        };
        if space(record) > self.size || !is_open(record) {
            return;
        }
        if self.bytes.len() + space(record) > self.size {
            self.retain(|record, _| is_open(record));
        }
        while self.bytes.len() + space(record) > self.size {
            let half = self.bytes.len() / 2;
            self.retain(|_, at| at > half);
        }
        append(&mut self.bytes, record);
    }

    /// Every record, the oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        records(&self.bytes)
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Drops the records that `stays` does not want, by what they are and where they stand.
    fn retain(&mut self, stays: impl Fn(&[u8], usize) -> bool) {
        let (mut from, mut to) = (0, 0);
        while from < self.bytes.len() {
            let Some(record) = records(&self.bytes[from..]).next() else { break };
            let (len, stays) = (space(record), stays(record, from));
            if stays {
                self.bytes.copy_within(from..from + len, to);
                to += len;
            }
            from += len;
        }
        self.bytes.truncate(to);
    }
}
