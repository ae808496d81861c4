//! The segments of a thread.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// A lease of a segment to a writer. No other thread takes the segment over during the lease.
#[derive(Debug)]
pub(super) struct SegmentLease {
    /// The index of the segment.
    pub(super) segment: usize,
    /// The ring has the other copy.
    pub(super) token: Arc<()>,
}

/// The place of a thread's lease.
pub(super) type ThreadSegment = Option<SegmentLease>;

/// The most rings whose segments a thread can hold at the same time.
const RINGS: usize = 4;

/// The segments of a thread, each with the number of its ring.
struct ThreadSegments([(u64, ThreadSegment); RINGS]);

thread_local! {
    static SEGMENTS: RefCell<ThreadSegments> = const { RefCell::new(ThreadSegments([const { (0, None) }; RINGS])) };

    /// The segment that was used last: the number of the ring, and the segment. No ring has the number 0.
    static LAST: Cell<(u64, usize)> = const { Cell::new((0, 0)) };
}

/// Returns the segment of a ring that this thread writes, if the thread recorded in that ring last.
#[inline]
pub(super) fn last(ring: u64) -> Option<usize> {
    let (of, segment) = LAST.get();
    (of == ring).then_some(segment)
}

/// Passes the place of this thread's lease of a ring to `then`; `None` if the thread is about to end or
/// records in too many rings.
pub(super) fn with(ring: u64, mut then: impl FnMut(Option<&mut ThreadSegment>)) {
    let seated = SEGMENTS.try_with(|segments_of_thread| {
        let segments_of_thread = &mut *segments_of_thread.borrow_mut();
        let mut own = segments_of_thread.of(ring);
        then(own.as_deref_mut());
        LAST.set(own.and_then(|own| own.as_ref()).map_or((0, 0), |own| (ring, own.segment)));
    });
    if seated.is_err() {
        then(None);
    }
}

impl ThreadSegments {
    fn of(&mut self, ring: u64) -> Option<&mut ThreadSegment> {
        let Self(segments_of_thread) = self;
        let index = segments_of_thread.iter().position(|(of, _)| *of == ring).or_else(|| {
            // If only this thread has the token, the ring was dropped.
            segments_of_thread.iter_mut().position(|(_, own)| {
                own.take_if(|lease| Arc::get_mut(&mut lease.token).is_some());
                own.is_none()
            })
        })?;
        let (of, own) = segments_of_thread.get_mut(index)?;
        *of = ring;
        Some(own)
    }
}

impl Drop for ThreadSegments {
    /// Frees the segments of the ending thread.
    fn drop(&mut self) {
        LAST.set((0, 0));
    }
}
