//! How a server and its connections are told to end.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

/// Whether a server ends, and by when.
#[derive(Debug, Default)]
pub(super) struct ShutdownSignal {
    has_begun: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    end: Option<Instant>,
    /// Who is to be woken when the server ends.
    wakers: HashMap<u64, Waker>,
    entered: u64,
}

/// The server itself, among those who are woken.
const SERVER: u64 = 0;

impl ShutdownSignal {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the server ends. Who said how to [`wake`](Self::set_waker) it before this said no is woken.
    pub(super) fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::SeqCst)
    }

    /// How long what is open may still take, if the server ends.
    pub(super) fn grace(&self) -> Option<Duration> {
        if !self.has_begun() {
            return None;
        }
        self.lock().end.map(|end| end.saturating_duration_since(Instant::now()))
    }

    /// As [`grace`](Self::grace); none where the server does not end.
    pub(super) fn left(&self) -> Duration {
        self.grace().unwrap_or_default()
    }

    /// The number of another connection.
    pub(super) fn register(&self) -> u64 {
        let mut state = self.lock();
        state.entered += 1;
        state.entered
    }

    /// From now on, this is how the connection of that number is woken.
    pub(super) fn set_waker(&self, number: u64, waker: Waker) {
        // What a waker takes along when it is dropped may want the lock.
        let _last = self.lock().wakers.insert(number, waker);
    }

    /// The connection of that number is gone.
    pub(super) fn deregister(&self, number: u64) {
        let _last = self.lock().wakers.remove(&number);
    }

    fn begin(&self, grace: Duration) {
        let now = Instant::now();
        let mut state = self.lock();
        state.end = Some(now.checked_add(grace).unwrap_or(now));
        self.has_begun.store(true, Ordering::SeqCst);
        let wakers: Vec<Waker> = state.wakers.values().cloned().collect();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// What comes of `future`, which the server itself waits for; `None` if it is told to end before.
    pub(super) async fn unless<F: Future>(&self, future: F) -> Option<F::Output> {
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

/// Ends a server, from wherever it is. It is cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    shutdown: Arc<ShutdownSignal>,
}

impl Handle {
    pub(super) const fn new(shutdown: Arc<ShutdownSignal>) -> Self {
        Self { shutdown }
    }

    /// Ends the server: it accepts no more connections and closes those that are idle. Requests that
    /// have begun are answered, for which they have `grace`; then their connections are cut. It does
    /// not wait for that: [`Server::serve`](super::Server::serve) does.
    pub fn shutdown(&self, grace: Duration) {
        self.shutdown.begin(grace);
    }
}
