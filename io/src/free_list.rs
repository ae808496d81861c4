//! Memory that is kept to be used again.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many items are kept in any case.
const FEW: usize = 8;

/// A bounded free list: items that are over, kept for their memory. It keeps as many as are in use,
/// and a few in any case: what many needed at once is there while about as many go on, and is freed
/// as they end, without a look at a clock.
#[derive(Debug)]
pub(crate) struct FreeList<T>(Mutex<State<T>>);

#[derive(Debug)]
struct State<T> {
    in_use: usize,
    free: Vec<T>,
}

impl<T> State<T> {
    /// Removes an item that is not to be kept.
    fn surplus(&mut self) -> Option<T> {
        if self.free.len() > self.in_use.max(FEW) { self.free.pop() } else { None }
    }
}

impl<T> Default for FreeList<T> {
    fn default() -> Self {
        Self(Mutex::new(State { in_use: 0, free: Vec::new() }))
    }
}

impl<T> FreeList<T> {
    /// Returns a free item, which is in use from now on.
    pub(crate) fn take(&self) -> Option<T> {
        let mut state = self.lock();
        let item = state.free.pop()?;
        state.in_use += 1;
        Some(item)
    }

    /// Counts an item that was newly made as in use.
    pub(crate) fn add(&self) {
        self.lock().in_use += 1;
    }

    /// Gives back an item that was in use.
    pub(crate) fn put(&self, item: T) {
        let surplus = {
            let mut state = self.lock();
            state.in_use -= 1;
            state.free.push(item);
            // Another was kept while one more was in use.
            [state.surplus(), state.surplus()]
        };
        // Dropped without the lock, which others may wait for.
        drop(surplus);
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
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
