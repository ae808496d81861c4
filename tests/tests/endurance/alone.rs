//! Exclusive access to the process, for tests that measure it.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Returns a guard that excludes other tests with one.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
