//! Which segments a thread writes.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// A segment that somebody writes. Nobody else takes it over while there is a claim to it.
#[derive(Debug)]
pub(super) struct Claim {
    /// Which of the segments.
    pub(super) segment: usize,
    /// The ring has the other one.
    pub(super) token: Arc<()>,
}

/// Where a claim is kept, or may be.
pub(super) type Seat = Option<Claim>;

/// How many rings a thread can have seats of.
const RINGS: usize = 4;

/// The seats of a thread, each with the number of its ring.
struct Seats([(u64, Seat); RINGS]);

thread_local! {
    static SEATS: RefCell<Seats> = const { RefCell::new(Seats([const { (0, None) }; RINGS])) };

    /// The seat that was used last: the number of the ring, and the segment. No ring has the number 0.
    static LAST: Cell<(u64, usize)> = const { Cell::new((0, 0)) };
}

/// The segment of a ring that this thread writes, if it was the ring that it recorded in last.
#[inline]
pub(super) fn last(ring: u64) -> Option<usize> {
    let (of, segment) = LAST.get();
    (of == ring).then_some(segment)
}

/// Shows `then` the seat that this thread has of a ring, or may take. There is none when the thread
/// is about to end, or records in too many rings.
pub(super) fn with(ring: u64, mut then: impl FnMut(Option<&mut Seat>)) {
    let seated = SEATS.try_with(|seats| {
        let seats = &mut *seats.borrow_mut();
        let mut seat = seats.of(ring);
        then(seat.as_deref_mut());
        LAST.set(seat.and_then(|seat| seat.as_ref()).map_or((0, 0), |seat| (ring, seat.segment)));
    });
    if seated.is_err() {
        then(None);
    }
}

impl Seats {
    fn of(&mut self, ring: u64) -> Option<&mut Seat> {
        let Self(seats) = self;
        let index = seats.iter().position(|(of, _)| *of == ring).or_else(|| {
            // When only this thread has the token, the ring is gone.
            seats.iter_mut().position(|(_, seat)| {
                seat.take_if(|claim| Arc::get_mut(&mut claim.token).is_some());
                seat.is_none()
            })
        })?;
        let (of, seat) = seats.get_mut(index)?;
        *of = ring;
        Some(seat)
    }
}

impl Drop for Seats {
    /// The thread ends: its segments are nobody's from now on.
    fn drop(&mut self) {
        LAST.set((0, 0));
    }
}
