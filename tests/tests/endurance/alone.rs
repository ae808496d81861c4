//! Tests that look at the whole process, and so have it for themselves.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Until this is dropped, no other test that asks for it runs.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
