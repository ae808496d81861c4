//! A free list, for the memory of requests.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many items are kept at least.
const FEW: usize = 8;

/// A bounded free list of items whose memory is reused. It keeps as many as are in use, and at least
/// a few: what a burst needed stays while about as many are in use, and is freed as they end, without
/// a timer.
#[derive(Debug)]
pub(crate) struct FreeList<T>(Mutex<FreeListState<T>>);

#[derive(Debug)]
struct FreeListState<T> {
    in_use: usize,
    free: Vec<T>,
}

impl<T> FreeListState<T> {
    /// Removes an item above the limit.
    fn surplus(&mut self) -> Option<T> {
        if self.free.len() > self.in_use.max(FEW) { self.free.pop() } else { None }
    }
}

impl<T> Default for FreeList<T> {
    fn default() -> Self {
        Self(Mutex::new(FreeListState { in_use: 0, free: Vec::new() }))
    }
}

impl<T> FreeList<T> {
    /// Takes a free item, which is then in use.
    pub(crate) fn take(&self) -> Option<T> {
        let mut state = self.lock();
        let item = state.free.pop()?;
        state.in_use += 1;
        Some(item)
    }

    /// Counts a new item as in use.
    pub(crate) fn add(&self) {
        self.lock().in_use += 1;
    }

    /// Returns an item that was in use.
    pub(crate) fn put(&self, item: T) {
        let surplus = {
            let mut state = self.lock();
            state.in_use -= 1;
            state.free.push(item);
            // With one item less in use, the limit for the others is lower, too.
            [state.surplus(), state.surplus()]
        };
        // Dropped after the lock is released, so that other threads need not wait.
        drop(surplus);
    }

    fn lock(&self) -> MutexGuard<'_, FreeListState<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_list_keeps_as_many_as_are_in_use_and_a_few() {
        let list = FreeList::default();
        let mut in_use: Vec<_> = (0..30).collect();
        in_use.iter().for_each(|_| list.add());
        for (left, kept) in [(24, 6), (15, 15), (12, 12), (8, 8), (0, 8)] {
            in_use.drain(left..).for_each(|item| list.put(item));
            assert_eq!(list.0.lock().unwrap().free.len(), kept, "while {left} are in use");
        }
        assert!(list.take().is_some());
        assert_eq!(list.0.lock().unwrap().free.len(), FEW - 1);
    }
}
