//! The open exchanges.

use std::sync::atomic::{AtomicU64, Ordering};

use limpid_core::trace::ExchangeId;

/// The open exchanges: the newest of those whose numbers share a slot.
#[derive(Debug)]
pub(super) struct Open {
    slots: Box<[AtomicU64]>,
}

impl Open {
    /// Returns an empty set. `slots` is a power of two.
    pub(super) fn new(slots: usize) -> Self {
        Self { slots: (0..slots).map(|_| AtomicU64::new(0)).collect() }
    }

    #[inline]
    fn slot(&self, id: u64) -> Option<&AtomicU64> {
        // Consecutive exchanges belong to several threads, so their slots should be far apart.
        let spread = id.wrapping_mul(0x9e37_79b9_7f4a_7c15).swap_bytes();
        let index = usize::try_from(spread & (self.slots.len() as u64 - 1)).unwrap_or(usize::MAX);
        self.slots.get(index)
    }

    /// Notes that the exchange is open, or that it has ended and so has the one it replaced.
    #[inline]
    pub(super) fn note(&self, ExchangeId(id): ExchangeId, is_open: bool) {
        if let Some(slot) = self.slot(id) {
            slot.store(if is_open { id } else { 0 }, Ordering::Relaxed);
        }
    }

    /// Returns whether the exchange is open.
    pub(super) fn has(&self, ExchangeId(id): ExchangeId) -> bool {
        id != 0 && self.slot(id).is_some_and(|slot| slot.load(Ordering::Relaxed) == id)
    }

    pub(super) fn clear(&self) {
        self.slots.iter().for_each(|slot| slot.store(0, Ordering::Relaxed));
    }
}
