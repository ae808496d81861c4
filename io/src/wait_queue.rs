//! The queue of waiters for a connection.

use std::collections::VecDeque;
use std::task::Waker;

/// The identifier of an entry of a [`WaitQueue`]. Later entries have higher numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WaiterId(u64);

/// A first-in, first-out queue of waiters with their wakers.
#[derive(Debug, Default)]
pub(crate) struct WaitQueue {
    waiting: VecDeque<(WaiterId, Waker)>,
    last: u64,
}

impl WaitQueue {
    /// Returns whether this waiter is first; without one, whether the queue is empty.
    pub(crate) fn is_first(&self, waiter: Option<WaiterId>) -> bool {
        self.first().is_none_or(|(first, _)| Some(*first) == waiter)
    }

    /// Enters the queue at its end, or updates the waker of `waiter` if it is in the queue.
    pub(crate) fn wait(&mut self, waiter: &mut Option<WaiterId>, waker: &Waker) {
        match waiter.and_then(|waiter| self.position(waiter)) {
            Some(index) => self.waiting[index].1.clone_from(waker),
            None => {
                self.last += 1;
                self.waiting.push_back((*waiter.insert(WaiterId(self.last)), waker.clone()));
            }
        }
    }

    /// Removes a waiter.
    pub(crate) fn remove(&mut self, waiter: WaiterId) {
        if let Some(index) = self.position(waiter) {
            self.waiting.remove(index);
        }
    }

    /// Returns the number of waiters.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Returns the waker of the first waiter.
    pub(crate) fn first_waker(&self) -> Option<Waker> {
        self.first().map(|(_, waker)| waker.clone())
    }

    fn first(&self) -> Option<&(WaiterId, Waker)> {
        self.waiting.front()
    }

    fn position(&self, waiter: WaiterId) -> Option<usize> {
        self.waiting.binary_search_by_key(&waiter, |(waiter, _)| *waiter).ok()
    }
}
