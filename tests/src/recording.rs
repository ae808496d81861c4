//! A sink that keeps what it is told.

use std::sync::{Mutex, MutexGuard, PoisonError};

use limpid_core::trace::{Interest, Meta, OwnedTraceEvent, Sink, TraceEvent};

/// Keeps every event, in order.
#[derive(Debug, Default)]
pub struct Recording(Mutex<Vec<(Meta, OwnedTraceEvent)>>);

impl Recording {
    /// The events so far.
    #[must_use]
    pub fn events(&self) -> Vec<(Meta, OwnedTraceEvent)> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Meta, OwnedTraceEvent)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Recording {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        self.lock().push((*meta, event.into()));
    }
}
