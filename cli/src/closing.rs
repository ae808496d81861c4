//! A sink that can be completed while others have it.

use std::sync::{Arc, PoisonError, RwLock};

use limpid_core::trace::{ExchangeId, Interest, Meta, Sink, Trace, TraceEvent};

/// Passes events to another sink until it is closed. Clients share it, and may have it when the process ends; closing it
/// completes what the other sink writes at its end.
pub(crate) struct Closing(RwLock<Option<Arc<dyn Sink + Send + Sync>>>);

impl Closing {
    pub(crate) fn new(sink: Arc<dyn Sink + Send + Sync>) -> Self {
        Self(RwLock::new(Some(sink)))
    }

    /// Drops the other sink.
    pub(crate) fn close(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn with<T>(&self, call: impl FnOnce(&dyn Sink) -> T) -> Option<T> {
        let sink = self.0.read().unwrap_or_else(PoisonError::into_inner);
        sink.as_deref().map(|sink| call(sink))
    }
}

impl Sink for Closing {
    fn interest(&self) -> Interest {
        self.with(|sink| sink.interest()).unwrap_or(Interest::NONE)
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        self.with(|sink| sink.event(meta, event));
    }

    fn events_of(&self, exchange: ExchangeId) -> Trace {
        self.with(|sink| sink.events_of(exchange)).unwrap_or_default()
    }
}
