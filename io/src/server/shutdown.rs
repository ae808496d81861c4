//! The shutdown of a server.

use std::collections::HashMap;
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use limpid_core::time::Mono;

use crate::clock::Clock;

/// The state of a server's shutdown, and the wakers to call when it begins.
///
/// [`Handle`] has an example.
pub struct ShutdownSignal {
    clock: Clock,
    has_begun: AtomicBool,
    state: Mutex<ShutdownState>,
}

#[derive(Default)]
struct ShutdownState {
    /// When connections that are still open are cut off.
    end: Option<Mono>,
    wakers: HashMap<WakerId, Waker>,
    last: u64,
}

/// The identifier of a waker of a [`ShutdownSignal`].
///
/// [`Handle`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WakerId(u64);

/// The identity of the waker of the server's own loop.
const SERVER: WakerId = WakerId(0);

impl Default for ShutdownSignal {
    fn default() -> Self {
        Self { clock: Clock::start(), has_begun: AtomicBool::new(false), state: Mutex::default() }
    }
}

impl fmt::Debug for ShutdownSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShutdownSignal")
            .field("has_begun", &self.has_begun())
            .finish_non_exhaustive()
    }
}

impl ShutdownSignal {
    fn lock(&self) -> MutexGuard<'_, ShutdownState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether the shutdown has begun. If not, wakers that were [added](Self::register)
    /// before this call are woken when it begins.
    #[inline]
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::SeqCst)
    }

    /// Returns how long open requests may still take; `None` before the shutdown.
    #[must_use]
    pub fn grace(&self) -> Option<Duration> {
        if !self.has_begun() {
            return None;
        }
        self.lock().end.map(|end| end.since(self.clock.now()))
    }

    /// Adds a waker to call when the shutdown begins. The returned identity removes it.
    #[must_use = "without its identity, it cannot be removed"]
    pub fn register(&self, waker: Waker) -> WakerId {
        let mut state = self.lock();
        state.last += 1;
        let id = WakerId(state.last);
        state.wakers.insert(id, waker);
        id
    }

    fn set_waker(&self, id: WakerId, waker: Waker) {
        // The old waker is dropped after the lock is released: its drop may use the signal.
        let _replaced = self.lock().wakers.insert(id, waker);
    }

    /// Removes a waker.
    pub fn deregister(&self, id: WakerId) {
        let _removed = self.lock().wakers.remove(&id);
    }

    /// Begins the shutdown, and wakes all wakers.
    fn begin(&self, grace: Duration) {
        let mut state = self.lock();
        state.end = Some(self.clock.now() + grace);
        self.has_begun.store(true, Ordering::SeqCst);
        let wakers: Vec<Waker> = state.wakers.values().cloned().collect();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Waits in the server's own loop until the grace period has passed, which another call of
    /// [`Handle::shutdown`] may change. `sleep` waits for a time.
    pub async fn grace_passed<S: Future<Output = ()>>(&self, sleep: impl Fn(Duration) -> S) {
        loop {
            let end = self.lock().end;
            let left = end.map_or(Duration::ZERO, |end| end.since(self.clock.now()));
            if left.is_zero() {
                return;
            }
            let mut sleep = pin!(sleep(left));
            poll_fn(|cx| {
                self.set_waker(SERVER, cx.waker().clone());
                if self.lock().end != end {
                    return Poll::Ready(());
                }
                sleep.as_mut().poll(cx)
            })
            .await;
        }
    }

    /// Awaits `future` in the server's own loop; returns `None` if the shutdown begins first.
    pub async fn unless<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        poll_fn(|cx| {
            self.set_waker(SERVER, cx.waker().clone());
            if self.has_begun() {
                return Poll::Ready(None);
            }
            future.as_mut().poll(cx).map(Some)
        })
        .await
    }
}

/// A handle that shuts a server down, from any thread or task. It is cheap to clone.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use limpid_io::server::{Handle, ShutdownSignal};
///
/// let signal = Arc::new(ShutdownSignal::default());
/// let handle = Handle::new(Arc::clone(&signal));
/// handle.shutdown(Duration::from_secs(10));
/// assert!(signal.has_begun());
/// ```
#[derive(Clone, Debug)]
pub struct Handle {
    signal: Arc<ShutdownSignal>,
}

impl Handle {
    /// Creates a handle for the server with this signal.
    #[must_use]
    pub const fn new(signal: Arc<ShutdownSignal>) -> Self {
        Self { signal }
    }

    /// Returns the signal of the server.
    #[must_use]
    pub const fn signal(&self) -> &Arc<ShutdownSignal> {
        &self.signal
    }

    /// Shuts the server down: it accepts no more connections and closes idle ones. Requests that have
    /// begun are answered within `grace`; then their connections are cut off. The method does not
    /// wait; the server's `serve` returns at the end. Another call changes `grace`; zero cuts off what is open.
    pub fn shutdown(&self, grace: Duration) {
        self.signal.begin(grace);
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::atomic::AtomicU32;
    use std::task::{Context, Wake};

    use super::*;

    #[derive(Default)]
    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn shutdown_wakes_registered_wakers_only() {
        let signal = Arc::<ShutdownSignal>::default();
        let [stays, goes] = [Arc::<Count>::default(), Arc::default()];
        let ids = [&stays, &goes].map(|count| signal.register(Waker::from(Arc::clone(count))));
        signal.deregister(ids[1]);
        assert_eq!(signal.grace(), None);
        Handle::new(Arc::clone(&signal)).shutdown(Duration::from_secs(3600));
        assert!(signal.grace().is_some_and(|grace| grace > Duration::from_secs(3000)));
        assert_eq!([stays, goes].map(|count| count.0.load(Ordering::Relaxed)), [1, 0]);
    }

    #[test]
    fn shutdown_ends_the_wait_of_the_server() {
        let signal = Arc::<ShutdownSignal>::default();
        let cx = &mut Context::from_waker(Waker::noop());
        assert_eq!(pin!(signal.unless(ready(1))).poll(cx), Poll::Ready(Some(1)));
        let mut waits = pin!(signal.unless(pending::<()>()));
        assert!(waits.as_mut().poll(cx).is_pending());
        Handle::new(Arc::clone(&signal)).shutdown(Duration::MAX);
        assert_eq!(waits.poll(cx), Poll::Ready(None));
    }

    #[test]
    fn second_shutdown_ends_the_grace_period() {
        let signal = Arc::<ShutdownSignal>::default();
        let handle = Handle::new(Arc::clone(&signal));
        handle.shutdown(Duration::from_secs(3600));
        let cx = &mut Context::from_waker(Waker::noop());
        let mut waits = pin!(signal.grace_passed(|_| pending()));
        assert!(waits.as_mut().poll(cx).is_pending());
        handle.shutdown(Duration::ZERO);
        assert!(waits.poll(cx).is_ready());
    }
}
