//! Sessions that are over, kept for their memory.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many are kept in any case.
const FEW: usize = 8;

/// The sessions of a client that are over. The next ones begin in their memory, the buffers of a
/// connection among it, and allocate nothing.
#[derive(Debug)]
pub(crate) struct Spares<S>(Mutex<Kept<S>>);

#[derive(Debug)]
struct Kept<S> {
    /// How many are in use.
    open: usize,
    spare: Vec<S>,
}

impl<S> Kept<S> {
    /// One that is not to be kept.
    fn surplus(&mut self) -> Option<S> {
        if self.spare.len() > self.open.max(FEW) { self.spare.pop() } else { None }
    }
}

impl<S> Default for Spares<S> {
    fn default() -> Self {
        Self(Mutex::new(Kept { open: 0, spare: Vec::new() }))
    }
}

impl<S> Spares<S> {
    /// One that is over and can be used again, if there is one. It is open from now on.
    pub(crate) fn take(&self) -> Option<S> {
        let mut kept = self.lock();
        let spare = kept.spare.pop()?;
        kept.open += 1;
        Some(spare)
    }

    /// A new one is open from now on.
    pub(crate) fn begin(&self) {
        self.lock().open += 1;
    }

    /// One is over. No more are kept than are open still: what many needed at once is there while
    /// about as many go on, and is given back as they end, without anybody looking at a clock.
    pub(crate) fn end(&self, spare: S) {
        let surplus = {
            let mut kept = self.lock();
            kept.open -= 1;
            kept.spare.push(spare);
            // Another was kept while one more was open.
            [kept.surplus(), kept.surplus()]
        };
        // Not while others wait.
        drop(surplus);
    }

    fn lock(&self) -> MutexGuard<'_, Kept<S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_kept_as_are_open_and_a_few_in_any_case() {
        let spares = Spares::default();
        let mut open: Vec<_> = (0..30).collect();
        open.iter().for_each(|_| spares.begin());
        for (left, kept) in [(24, 6), (15, 15), (12, 12), (8, 8), (0, 8)] {
            open.drain(left..).for_each(|spare| spares.end(spare));
            assert_eq!(spares.0.lock().unwrap().spare.len(), kept, "while {left} are open");
        }
        assert!(spares.take().is_some());
        assert_eq!(spares.0.lock().unwrap().spare.len(), FEW - 1);
    }
}
