//! A sink that keeps every trace event.

use std::cell::RefCell;

use limpid_core::trace::{Interest, Meta, OwnedTraceEvent, Sink, TraceEvent};

/// The events since the last [`take`](Self::take).
#[derive(Debug, Default)]
pub(crate) struct Notes(RefCell<Vec<OwnedTraceEvent>>);

impl Notes {
    pub(crate) fn take(&self) -> Vec<OwnedTraceEvent> {
        self.0.take()
    }
}

impl Sink for Notes {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, _: &Meta, event: &TraceEvent<'_>) {
        self.0.borrow_mut().push(event.into());
    }
}
