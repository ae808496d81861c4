//! Hands a value over between a connection's task, which receives requests, and the handler, which
//! owns the connection until it drops its exchange.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The slot that a value returns to.
#[derive(Debug)]
pub(super) struct Handoff<T> {
    state: Mutex<HandoffState<T>>,
}

#[derive(Debug)]
struct HandoffState<T> {
    value: Option<Box<T>>,
    /// Wakes the task that waits for the value.
    waker: Option<Waker>,
}

impl<T> Default for Handoff<T> {
    fn default() -> Self {
        Self { state: Mutex::new(HandoffState { value: None, waker: None }) }
    }
}

impl<T> Handoff<T> {
    fn lock(&self) -> MutexGuard<'_, HandoffState<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls `look` with the value, if it has returned.
    pub(super) fn peek<R>(&self, look: impl FnOnce(&T) -> R) -> Option<R> {
        self.lock().value.as_deref().map(look)
    }

    /// Takes the value, once it has returned.
    pub(super) fn poll_take(self: &Arc<Self>, cx: &mut Context<'_>) -> Poll<HandoffGuard<T>> {
        let mut state = self.lock();
        match state.value.take() {
            Some(value) => {
                Poll::Ready(HandoffGuard { value: Some(value), handoff: Arc::clone(self) })
            }
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// A guard of a value that was handed over. Dropping it returns the value to its slot, where it is
/// dropped if the slot's task has ended.
#[derive(Debug)]
pub(super) struct HandoffGuard<T> {
    value: Option<Box<T>>,
    handoff: Arc<Handoff<T>>,
}

impl<T> HandoffGuard<T> {
    /// Creates a guard for a value that returns to this slot.
    pub(super) fn new(value: T, handoff: &Arc<Handoff<T>>) -> Self {
        Self { value: Some(Box::new(value)), handoff: Arc::clone(handoff) }
    }
}

const THERE: &str = "a guard has its value until it is dropped";

impl<T> Deref for HandoffGuard<T> {
    type Target = T;

    #[inline]
    #[expect(clippy::expect_used, reason = "only dropping takes it away")]
    fn deref(&self) -> &T {
        self.value.as_deref().expect(THERE)
    }
}

impl<T> DerefMut for HandoffGuard<T> {
    #[inline]
    #[expect(clippy::expect_used, reason = "only dropping takes it away")]
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_deref_mut().expect(THERE)
    }
}

impl<T> Drop for HandoffGuard<T> {
    fn drop(&mut self) {
        let waker = {
            let mut state = self.handoff.lock();
            state.value = self.value.take();
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
