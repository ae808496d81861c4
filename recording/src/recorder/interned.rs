//! Options that exchanges of one client share, which are recorded once.

use std::sync::Arc;

/// How many options are remembered. A program that makes a client for each request has one for each.
const MOST: usize = 16;

/// The values that were recorded last, by their addresses, which a clone keeps.
#[derive(Debug)]
pub(crate) struct Interned<T> {
    known: Vec<Arc<T>>,
    /// The number of values so far.
    count: u64,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self { known: Vec::new(), count: 0 }
    }
}

impl<T> Interned<T> {
    /// Forgets all values, because the next file does not have them.
    pub(crate) fn clear(&mut self) {
        self.known.clear();
        self.count = 0;
    }

    /// Returns the number of a value, and whether it is new. The number of a new value may have been that of another.
    pub(crate) fn number(&mut self, value: &Arc<T>) -> (usize, bool) {
        if let Some(number) = self.known.iter().position(|known| Arc::ptr_eq(known, value)) {
            return (number, false);
        }
        if self.known.len() < MOST {
            self.known.push(Arc::clone(value));
            return (self.known.len() - 1, true);
        }
        self.count += 1;
        let number = usize::try_from(self.count).unwrap_or_default() % MOST;
        if let Some(place) = self.known.get_mut(number) {
            *place = Arc::clone(value);
        }
        (number, true)
    }
}
