//! Allocation of the ring's memory to threads.

use std::sync::Arc;

use limpid_core::internal::{Record, Slot};
use limpid_core::trace::{EventKind, ExchangeId};

use super::kind_policy::KindPolicy;
use super::open::Open;
use super::pinned::Pinned;
use super::segment::Segment;
use super::thread_segment::{SegmentLease, ThreadSegment};

/// A record to be written.
pub(super) struct Entry<W> {
    /// The exchange that it marks as having kept events.
    pub(super) mark: Option<ExchangeId>,
    /// Writes the record, and returns the number of its slots.
    pub(super) write: W,
}

impl<W: Fn(&[Slot]) -> Option<usize>> Entry<W> {
    /// Appends the record to a segment, unless it does not fit.
    fn append_to(&self, segment: &Segment) -> bool {
        let has_room = segment.append(&self.write);
        if let Some(exchange) = self.mark.filter(|_| has_room) {
            segment.mark(exchange);
        }
        has_room
    }
}

/// The state that the recording threads share, behind a lock, except for the segments. A thread locks it
/// for its first event and when its segment is full.
#[derive(Debug)]
pub(super) struct SegmentAllocator {
    /// The leases of used segments, in the order in which threads took them.
    taken: Vec<SegmentLease>,
    /// The next segment, which is empty.
    spare: SegmentLease,
    /// The segment of threads without their own.
    common: ThreadSegment,
    pub(super) pinned: Pinned,
    /// The number of events that were too large.
    pub(super) lost: u64,
}

impl SegmentAllocator {
    /// Returns an allocator of this many segments, which must be at least one, with room for this many
    /// slots of pinned records.
    pub(super) fn new(segments: usize, pinned: usize) -> Self {
        let lease = |segment| SegmentLease { segment, token: Arc::default() };
        let taken = (1..segments).map(lease).collect();
        let pinned = Pinned::new(pinned);
        Self { taken, spare: lease(0), common: None, pinned, lost: 0 }
    }

    /// Appends an entry for a thread, to its own segment if possible. Overwritten records are pinned if
    /// `retention` has them.
    pub(super) fn append(
        &mut self,
        segments: &[Segment],
        own: Option<&mut ThreadSegment>,
        entry: &Entry<impl Fn(&[Slot]) -> Option<usize>>,
        retention: Retention<'_>,
    ) {
        if let Some(own) = own.filter(|own| own.is_some() || self.has_free_segments()) {
            return self.append_at(segments, own, entry, retention);
        }
        let mut common = self.common.take();
        self.append_at(segments, &mut common, entry, retention);
        self.common = common;
    }

    fn append_at(
        &mut self,
        segments: &[Segment],
        own: &mut ThreadSegment,
        entry: &Entry<impl Fn(&[Slot]) -> Option<usize>>,
        retention: Retention<'_>,
    ) {
        let lease = match own {
            Some(lease) if entry.append_to(&segments[lease.segment]) => return,
            Some(_) => None,
            None => self.resume(segments, entry),
        };
        if lease.is_none() && !entry.append_to(&segments[self.spare.segment]) {
            self.lost += 1;
            return;
        }
        // Another thread may have taken the segment meanwhile.
        *own = None;
        *own = lease.or_else(|| self.next(segments, retention)).map(|lease| {
            let token = Arc::clone(&lease.token);
            let segment = lease.segment;
            self.taken.push(lease);
            SegmentLease { segment, token }
        });
    }

    /// Continues in the newest free segment that has enough room.
    fn resume(
        &mut self,
        segments: &[Segment],
        entry: &Entry<impl Fn(&[Slot]) -> Option<usize>>,
    ) -> Option<SegmentLease> {
        let index = self.taken.iter_mut().rposition(|lease| {
            let segment = &segments[lease.segment];
            is_free(lease) && segment.is_worth_resuming() && entry.append_to(segment)
        })?;
        Some(self.taken.remove(index))
    }

    /// Takes the spare segment. The oldest free segment, of which there is always one, becomes the spare
    /// one.
    fn next(&mut self, segments: &[Segment], retention: Retention<'_>) -> Option<SegmentLease> {
        self.give_up_old_common();
        let index = self.taken.iter_mut().position(is_free)?;
        let oldest = self.taken.remove(index);
        let segment = &segments[oldest.segment];
        if segment.has_marked(|exchange| retention.open.has(exchange)) {
            for record in segment.records().filter(|record| retention.keep(*record)) {
                self.pinned.keep(record, |exchange| retention.open.has(exchange));
            }
        }
        segment.reset();
        Some(std::mem::replace(&mut self.spare, oldest))
    }

    /// Makes the common segment free if it is older than those that are: a thread that has its own segment by
    /// now may have started in it, and its oldest records are overwritten first.
    fn give_up_old_common(&mut self) {
        let Some(common) = &self.common else { return };
        let number = common.segment;
        let is_older = |lease: &mut SegmentLease| lease.segment == number || is_free(lease);
        let oldest = self.taken.iter_mut().position(is_older);
        if oldest.is_some_and(|index| self.taken[index].segment == number) {
            self.common = None;
        }
    }

    /// Returns whether one more thread may have its own segment: half of the segments stay free, so that
    /// one can always be overwritten.
    fn has_free_segments(&mut self) -> bool {
        let half = self.taken.len() / 2;
        self.taken.iter_mut().map(is_free).filter(|is_free| *is_free).count() > half
    }

    /// Returns every record: the pinned ones, then those of each thread in order.
    pub(super) fn records<'s>(
        &'s self,
        segments: &'s [Segment],
    ) -> impl Iterator<Item = Record<'s>> {
        let taken = self.taken.iter().flat_map(|lease| segments[lease.segment].records());
        self.pinned.records().chain(taken)
    }

    /// Removes every record.
    pub(super) fn clear(&mut self, segments: &[Segment]) {
        segments.iter().for_each(Segment::clear);
        self.pinned.clear();
    }
}

/// What is pinned when a segment is overwritten.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retention<'r> {
    pub(super) kinds: &'r [KindPolicy; EventKind::ALL.len()],
    pub(super) open: &'r Open,
}

impl Retention<'_> {
    fn keep(self, record: Record<'_>) -> bool {
        self.open.has(record.exchange())
            && record.kind().is_some_and(|kind| self.kinds[kind as usize].is_kept())
    }
}

/// Returns whether no thread writes the segment and all its records are visible.
fn is_free(lease: &mut SegmentLease) -> bool {
    Arc::get_mut(&mut lease.token).is_some()
}
