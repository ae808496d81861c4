//! Several sinks at once.

use std::fmt::{self, Debug, Formatter};

use limpid_core::trace::{ExchangeId, Interest, Meta, Sink, Trace, TraceEvent};

/// A sink that passes each event to each of its sinks with an interest in it. Where the sinks are known at compile
/// time, a tuple of them does the same.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};
/// use limpid_sinks::{EventList, combine::Tee};
///
/// let (first, second) = (EventList::new(), EventList::new());
/// let tee = Tee::new().with(first.clone()).with(second.clone());
///
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Mono::default(), &tee, &mut scope);
/// cx.emit(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
/// first.assert_event(EventKind::CloseStarted);
/// second.assert_event(EventKind::CloseStarted);
/// ```
#[derive(Default)]
pub struct Tee(Vec<Box<dyn Sink + Send + Sync>>);

impl Tee {
    /// Returns a tee without sinks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a sink, which is called after the others.
    #[must_use]
    pub fn with(mut self, sink: impl Sink + Send + Sync + 'static) -> Self {
        self.0.push(Box::new(sink));
        self
    }
}

impl Sink for Tee {
    fn interest(&self) -> Interest {
        self.0.iter().fold(Interest::NONE, |all, sink| all.with(sink.interest()))
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        for sink in &self.0 {
            if sink.interest().contains(meta.kind) {
                sink.event(meta, event);
            }
        }
    }

    fn events_of(&self, exchange: ExchangeId) -> Trace {
        let mut traces = self.0.iter().map(|sink| sink.events_of(exchange));
        traces.find(|trace| !trace.is_empty()).unwrap_or_default()
    }
}

impl Debug for Tee {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tee").field("sinks", &self.0.len()).finish()
    }
}
