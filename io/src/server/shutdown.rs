//! How a server and its connections learn that they are to end.

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

/// Whether a server shuts down, until when, and what is woken when that begins.
pub struct ShutdownSignal {
    clock: Clock,
    has_begun: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When connections that are still open are cut.
    end: Option<Mono>,
    wakers: HashMap<WakerId, Waker>,
    last: u64,
}

/// Identifies what a [`ShutdownSignal`] wakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WakerId(u64);

/// The server's own loop, among what is woken.
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
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether the server shuts down. A waker that was [added](Self::register) before
    /// this returned false is woken when it does.
    #[inline]
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::SeqCst)
    }

    /// Returns how long open requests may still take; `None` if the server does not shut down.
    #[must_use]
    pub fn grace(&self) -> Option<Duration> {
        if !self.has_begun() {
            return None;
        }
        self.lock().end.map(|end| end.since(self.clock.now()))
    }

    /// Adds what is woken when the shutdown begins. It is removed by its identity.
    #[must_use = "without its identity, it cannot be removed"]
    pub fn register(&self, waker: Waker) -> WakerId {
        let mut state = self.lock();
        state.last += 1;
        let id = WakerId(state.last);
        state.wakers.insert(id, waker);
        id
    }

    fn set_waker(&self, id: WakerId, waker: Waker) {
        // The waker that this one replaces is dropped without the lock, which its drop may want.
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

    /// Waits for `future` as the server's own loop; returns `None` if the shutdown begins before.
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

/// Shuts a server down, from any thread or task. It is cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    signal: Arc<ShutdownSignal>,
}

impl Handle {
    /// Returns a handle of the server that looks at this signal.
    #[must_use]
    pub const fn new(signal: Arc<ShutdownSignal>) -> Self {
        Self { signal }
    }

    /// Shuts the server down: it accepts no more connections and closes those that are idle. Requests
    /// that have begun are answered, for which they have `grace`; then their connections are cut. It
    /// does not wait for that: the server's `serve` does.
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
    fn shutdown_wakes_what_is_registered_and_nothing_else() {
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
    fn shutdown_ends_what_the_server_waits_for() {
        let signal = Arc::<ShutdownSignal>::default();
        let cx = &mut Context::from_waker(Waker::noop());
        assert_eq!(pin!(signal.unless(ready(1))).poll(cx), Poll::Ready(Some(1)));
        let mut waits = pin!(signal.unless(pending::<()>()));
        assert!(waits.as_mut().poll(cx).is_pending());
        Handle::new(Arc::clone(&signal)).shutdown(Duration::MAX);
        assert_eq!(waits.poll(cx), Poll::Ready(None));
    }
}
