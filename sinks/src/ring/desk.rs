//! Who writes which part of the ring's memory, and what leaves it.

use std::sync::Arc;

use limpid_core::internal::{Record, Slot};
use limpid_core::trace::{EventKind, ExchangeId};

use super::open::Open;
use super::pinned::Pinned;
use super::seat::{Claim, Seat};
use super::segment::Segment;
use super::treatment::Treatment;

/// A record that is to be.
pub(super) struct Entry<W> {
    /// With which exchange it is marked, if it is.
    pub(super) mark: Option<ExchangeId>,
    /// Writes it, and returns how many slots that took.
    pub(super) write: W,
}

impl<W: Fn(&[Slot]) -> Option<usize>> Entry<W> {
    /// Appends it to a segment, unless that has too little room.
    fn append_to(&self, segment: &Segment) -> bool {
        let has_room = segment.append(&self.write);
        if let Some(exchange) = self.mark.filter(|_| has_room) {
            segment.mark(exchange);
        }
        has_room
    }
}

/// What the threads that record in a ring share, behind a lock, but for its segments. A thread comes
/// here for its first event, and when its segment is full.
#[derive(Debug)]
pub(super) struct Desk {
    /// The segments that are written or were, by when a thread last took them.
    taken: Vec<Claim>,
    /// The next one: it is empty.
    spare: Claim,
    /// Where those threads record that have no seat.
    common: Seat,
    pub(super) pinned: Pinned,
    /// How many events were too large.
    pub(super) lost: u64,
}

impl Desk {
    /// Shares out so many segments, which are one at least, and has memory for so many slots of what
    /// is pinned.
    pub(super) fn new(segments: usize, pinned: usize) -> Self {
        let claim = |segment| Claim { segment, token: Arc::default() };
        let taken = (1..segments).map(claim).collect();
        let pinned = Pinned::new(pinned);
        Self { taken, spare: claim(0), common: None, pinned, lost: 0 }
    }

    /// Appends an entry for a thread, to a segment of its own if there is one to be had. Records that
    /// leave for it are pinned if `pins` has them.
    pub(super) fn append(
        &mut self,
        segments: &[Segment],
        seat: Option<&mut Seat>,
        entry: &Entry<impl Fn(&[Slot]) -> Option<usize>>,
        pins: Pins<'_>,
    ) {
        let seat = seat.filter(|seat| seat.is_some() || self.has_seats());
        let mut common = self.common.take();
        self.append_at(segments, seat.unwrap_or(&mut common), entry, pins);
        self.common = common;
    }

    fn append_at(
        &mut self,
        segments: &[Segment],
        seat: &mut Seat,
        entry: &Entry<impl Fn(&[Slot]) -> Option<usize>>,
        pins: Pins<'_>,
    ) {
        let claim = match seat {
            Some(claim) if entry.append_to(&segments[claim.segment]) => return,
            Some(_) => None,
            None => self.resume(segments, entry),
        };
        if claim.is_none() && !entry.append_to(&segments[self.spare.segment]) {
            self.lost += 1;
            return;
        }
        // Another thread may have it now.
        *seat = None;
        *seat = claim.or_else(|| self.next(segments, pins)).map(|claim| {
            let token = Arc::clone(&claim.token);
            let segment = claim.segment;
            self.taken.push(claim);
            Claim { segment, token }
        });
    }

    /// Goes on in the newest segment that is nobody's and has much room.
    fn resume(
        &mut self,
        segments: &[Segment],
        entry: &Entry<impl Fn(&[Slot]) -> Option<usize>>,
    ) -> Option<Claim> {
        let index = self.taken.iter_mut().rposition(|claim| {
            let segment = &segments[claim.segment];
            is_free(claim) && segment.is_worth_resuming() && entry.append_to(segment)
        })?;
        Some(self.taken.remove(index))
    }

    /// Takes the spare segment. The oldest that is nobody's, of which there is always one, is the
    /// next spare one.
    fn next(&mut self, segments: &[Segment], pins: Pins<'_>) -> Option<Claim> {
        let index = self.taken.iter_mut().position(is_free)?;
        let oldest = self.taken.remove(index);
        let segment = &segments[oldest.segment];
        if segment.has_marked(|exchange| pins.open.has(exchange)) {
            for record in segment.records().filter(|record| pins.keep(*record)) {
                self.pinned.keep(record, |exchange| pins.open.has(exchange));
            }
        }
        segment.reset();
        Some(std::mem::replace(&mut self.spare, oldest))
    }

    /// Whether one more thread may have a segment of its own: half of them are nobody's, so that
    /// there is always one that can be written anew.
    fn has_seats(&mut self) -> bool {
        let half = self.taken.len() / 2;
        self.taken.iter_mut().map(is_free).filter(|is_free| *is_free).count() > half
    }

    /// Every record: those that are pinned, and then those of each thread in order.
    pub(super) fn records<'s>(
        &'s self,
        segments: &'s [Segment],
    ) -> impl Iterator<Item = Record<'s>> {
        let taken = self.taken.iter().flat_map(|claim| segments[claim.segment].records());
        self.pinned.records().chain(taken)
    }

    /// Forgets every record.
    pub(super) fn clear(&mut self, segments: &[Segment]) {
        segments.iter().for_each(Segment::forget);
        self.pinned.clear();
    }
}

/// What is pinned when its turn is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pins<'r> {
    pub(super) kinds: &'r [Treatment; EventKind::ALL.len()],
    pub(super) open: &'r Open,
}

impl Pins<'_> {
    fn keep(self, record: Record<'_>) -> bool {
        self.open.has(record.exchange())
            && record.kind().is_some_and(|kind| self.kinds[kind as usize].is_kept())
    }
}

/// Whether nobody writes the segment any more, and all that was written can be seen.
fn is_free(claim: &mut Claim) -> bool {
    Arc::get_mut(&mut claim.token).is_some()
}
