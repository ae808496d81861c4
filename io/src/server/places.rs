//! The places of a server's open connections. Their number is limited, and a connection that waits for a
//! request gives its place to a new one.

use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use limpid_core::time::Mono;

/// What a driver has of an open connection.
///
/// [`Places`] has an example.
pub trait Occupant {
    /// Wakes what waits for bytes of the connection, so that it checks
    /// [`must_leave`](PlaceGuard::must_leave) and the shutdown of the server.
    fn wake(&self);
}

impl Occupant for Waker {
    fn wake(&self) {
        self.wake_by_ref();
    }
}

/// The places of a server's open connections.
///
/// ```
/// use std::sync::Arc;
/// use std::task::Waker;
///
/// use limpid_core::time::Mono;
/// use limpid_io::server::Places;
///
/// let places = Arc::new(Places::new(1));
/// let guard = places.take(Waker::noop().clone());
/// guard.set_idle(Mono::default());
/// assert!(!guard.must_leave());
/// places.make_room();
/// assert!(guard.must_leave());
/// drop(guard);
/// assert_eq!(places.taken(), 0);
/// ```
pub struct Places<T> {
    most: usize,
    state: Mutex<PlacesState<T>>,
    /// A new connection waits for a place. The next one that becomes idle leaves.
    is_wanted: AtomicBool,
}

struct PlacesState<T> {
    taken: HashSet<ByAddress<T>>,
    /// Wakes the thread or task that waits for a change.
    waiter: Option<Waker>,
}

/// The time in [`Place::idle_since`] of a connection that is not idle.
const BUSY: u64 = u64::MAX;

/// The place of a connection.
#[derive(Debug)]
struct Place<T> {
    occupant: T,
    /// Since when the connection waits for a request, in nanoseconds on the server's clock.
    idle_since: AtomicU64,
    must_leave: AtomicBool,
}

impl<T> Place<T> {
    fn idle_since(&self) -> Option<u64> {
        Some(self.idle_since.load(Ordering::SeqCst)).filter(|since| *since != BUSY)
    }
}

impl<T> fmt::Debug for Places<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places")
            .field("most", &self.most)
            .field("taken", &self.taken())
            .finish_non_exhaustive()
    }
}

impl<T> Places<T> {
    /// Creates `most` places.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let state = PlacesState { taken: HashSet::new(), waiter: None };
        Self { most, state: Mutex::new(state), is_wanted: AtomicBool::new(false) }
    }

    fn lock(&self) -> MutexGuard<'_, PlacesState<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how many places are taken.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.lock().taken.len()
    }

    /// Takes a place, even beyond the limit: [`poll_room`](Self::poll_room) waits for one.
    pub fn take(self: &Arc<Self>, occupant: T) -> PlaceGuard<T> {
        let (idle_since, must_leave) = (AtomicU64::new(BUSY), AtomicBool::new(false));
        let place = Arc::new(Place { occupant, idle_since, must_leave });
        self.lock().taken.insert(ByAddress(Arc::clone(&place)));
        PlaceGuard { places: Arc::clone(self), place }
    }

    /// Returns whether all places are free. If not, the task is woken when one becomes free, or by
    /// [`wake_waiter`](Self::wake_waiter).
    pub fn poll_empty(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.taken.is_empty() {
            return Poll::Ready(());
        }
        state.waiter = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Calls `act` with each occupant.
    pub fn for_each(&self, mut act: impl FnMut(&T)) {
        self.lock().taken.iter().for_each(|place| act(&place.0.occupant));
    }

    /// Wakes the thread or task that waits for a change.
    pub fn wake_waiter(&self) {
        let waiter = self.lock().waiter.take();
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }
}

impl<T: Occupant> Places<T> {
    /// Returns whether there is a free place. If not, the connection that has been idle longest leaves,
    /// now or when one becomes idle, and the task is woken when there may be a place.
    pub fn poll_room(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        let is_full = state.taken.len() >= self.most;
        self.is_wanted.store(is_full, Ordering::SeqCst);
        if !is_full {
            return Poll::Ready(());
        }
        state.waiter = Some(cx.waker().clone());
        drop(state);
        self.make_room();
        Poll::Pending
    }

    /// Makes the connection leave that has been idle longest, unless one is already about to.
    pub fn make_room(&self) {
        let state = self.lock();
        let places = state.taken.iter().map(|place| &place.0);
        let idle = places.filter_map(|place| Some((place.idle_since()?, place)));
        let is_leaving = idle.clone().any(|(_, place)| place.must_leave.load(Ordering::SeqCst));
        let longest = idle.min_by_key(|(since, _)| *since).filter(|_| !is_leaving);
        let longest = longest.map(|(_, place)| Arc::clone(place));
        drop(state);
        if let Some(place) = longest {
            place.must_leave.store(true, Ordering::SeqCst);
            place.occupant.wake();
        }
    }

    /// Wakes what waits for the bytes of idle connections.
    pub fn wake_idle(&self) {
        let state = self.lock();
        let idle = state.taken.iter().filter(|place| place.0.idle_since().is_some());
        idle.for_each(|place| place.0.occupant.wake());
    }
}

/// A place in a set, which tells places apart by their addresses.
struct ByAddress<T>(Arc<Place<T>>);

impl<T> PartialEq for ByAddress<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Eq for ByAddress<T> {}

impl<T> Hash for ByAddress<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

/// A guard for the place of a connection. Dropping it frees the place.
///
/// [`Places`] has an example.
#[derive(Debug)]
pub struct PlaceGuard<T> {
    places: Arc<Places<T>>,
    place: Arc<Place<T>>,
}

impl<T> PlaceGuard<T> {
    /// Returns what the driver has of the connection.
    #[must_use]
    pub fn occupant(&self) -> &T {
        &self.place.occupant
    }

    /// Notes that the connection waits for a request from `now` on. Check
    /// [`must_leave`](Self::must_leave) afterwards.
    pub fn set_idle(&self, now: Mono) {
        self.place.idle_since.store(now.as_nanos().min(BUSY - 1), Ordering::SeqCst);
        if self.places.is_wanted.load(Ordering::SeqCst) {
            self.places.wake_waiter();
        }
    }

    /// Notes that the connection does not wait for a request any more.
    pub fn set_busy(&self) {
        self.place.idle_since.store(BUSY, Ordering::SeqCst);
    }

    /// Returns whether the connection is to be closed, once it is idle, to make room for another.
    #[must_use]
    pub fn must_leave(&self) -> bool {
        self.place.must_leave.load(Ordering::SeqCst)
    }
}

impl<T> Drop for PlaceGuard<T> {
    fn drop(&mut self) {
        let mut state = self.places.lock();
        state.taken.remove(&ByAddress(Arc::clone(&self.place)));
        let waiter = state.waiter.take();
        drop(state);
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Mono {
        Mono::from_nanos(nanos)
    }

    #[test]
    fn connection_idle_longest_leaves() {
        let places = Arc::new(Places::new(3));
        let guards = [(); 3].map(|()| places.take(Waker::noop().clone()));
        let leaving = || [0, 1, 2].map(|index: usize| guards[index].must_leave());
        let cx = Context::from_waker(Waker::noop());
        assert!(places.poll_room(&cx).is_pending());
        assert_eq!(leaving(), [false; 3], "all are busy");
        guards[1].set_idle(at(20));
        guards[2].set_idle(at(10));
        assert!(places.poll_room(&cx).is_pending());
        assert_eq!(leaving(), [false, false, true]);
        assert!(places.poll_room(&cx).is_pending());
        assert_eq!(leaving(), [false, false, true], "one is enough");
        guards[2].set_busy();
        assert!(places.poll_room(&cx).is_pending());
        assert_eq!(leaving(), [false, true, true], "a request has come just before");
        drop(guards);
        assert!(places.poll_room(&cx).is_ready());
        assert!(places.poll_empty(&cx).is_ready());
    }
}
