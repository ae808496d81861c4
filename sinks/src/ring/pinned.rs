//! What the ring keeps of exchanges that are open, longer than its turn.

use limpid_core::trace::{Codec, EventKind, ExchangeId, Interest};

use crate::lifecycle;

/// Which exchanges are open: the newest of those whose numbers share a slot.
#[derive(Debug)]
pub(super) struct Open {
    slots: Box<[u64]>,
}

/// What an event of some kind means for its exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Treatment {
    /// It is recorded.
    pub(super) is_wanted: bool,
    /// It is kept while its exchange is open.
    pub(super) is_kept: bool,
    /// Its exchange ends with it.
    ends: bool,
}

/// What the events of each kind mean, of which those in `wanted` are recorded.
pub(super) fn treatments(wanted: Interest) -> [Treatment; EventKind::ALL.len()] {
    let (kept, ends) = (kept(), lifecycle::ends());
    let mut treatments = [Treatment::default(); EventKind::ALL.len()];
    for (treatment, kind) in treatments.iter_mut().zip(EventKind::ALL) {
        *treatment = Treatment {
            is_wanted: wanted.contains(*kind),
            is_kept: kept.contains(*kind),
            ends: ends.contains(*kind),
        };
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

    /// Takes note of an event. Only those that are kept, and the last, make a difference.
    #[inline]
    pub(super) fn note(&mut self, ExchangeId(id): ExchangeId, treatment: Treatment) {
        if treatment.is_kept || treatment.ends {
            let slot = self.slot(id);
            self.slots[slot] = if treatment.ends { 0 } else { id };
        }
    }

    /// Whether the exchange of this record is open.
    #[inline]
    pub(super) fn has(&self, record: &[u8]) -> bool {
        Codec::decode_exchange(record)
            .is_some_and(|ExchangeId(id)| id != 0 && self.slots[self.slot(id)] == id)
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
#[derive(Debug)]
pub(super) struct Pinned {
    bytes: Vec<u8>,
    size: usize,
}

impl Pinned {
    pub(super) fn new(size: usize) -> Self {
        Self { bytes: Vec::with_capacity(size), size }
    }

    /// Keeps a record of an exchange that is open. For room, those of exchanges that have ended leave; if that is not enough,
    /// the older half does.
    #[cold]
    pub(super) fn keep(&mut self, record: &[u8], open: &Open) {
        let is_open = |record: &[u8]| open.has(record);
        if space(record) > self.size {
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

    /// Becomes a copy of another of the same size.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.bytes.clear();
        self.bytes.extend_from_slice(&other.bytes);
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

/// How many bytes stand before each record: its length.
const HEADER: usize = 4;

/// The records that stand in `bytes` one after the other.
fn records(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (len, after) = rest.split_first_chunk()?;
        let len = usize::try_from(u32::from_le_bytes(*len)).ok()?;
        let (record, after) = after.split_at_checked(len)?;
        rest = after;
        Some(record)
    })
}

/// A record with its header at the end of `bytes`.
fn append(bytes: &mut Vec<u8>, record: &[u8]) {
    if let Ok(len) = u32::try_from(record.len()) {
        bytes.extend_from_slice(&len.to_le_bytes());
        bytes.extend_from_slice(record);
    }
}

/// How many bytes a record takes, its header included.
const fn space(record: &[u8]) -> usize {
    HEADER + record.len()
}
