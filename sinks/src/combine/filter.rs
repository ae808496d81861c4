//! A selection of events.

use std::fmt::{self, Debug, Formatter};

use limpid_core::trace::{ExchangeId, Interest, Meta, Sink, Trace, TraceEvent};

use crate::levels::Levels;

/// A sink that passes on the events that pass a filter: by kind, by level and logger, or by a function of their fields.
///
/// Events that are excluded by kind or level are not emitted at all, and cost nothing.
///
/// ```
/// use limpid_core::http1::Version;
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};
/// use limpid_sinks::{EventList, combine::Filter};
///
/// let recorder = EventList::new();
/// let errors = Filter::new(recorder.clone()).when(|_, event| {
///     matches!(event, TraceEvent::HttpRequest { status: 400.., .. })
/// });
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Mono::default(), &errors, &mut scope);
/// for (status, reason) in [(200, &b"OK"[..]), (404, b"Not Found")] {
///     let (method, url, version) = (&b"GET"[..], "http://h", Version::HTTP_11);
///     cx.emit(EventKind::HttpRequest, || TraceEvent::HttpRequest {
///         method, url, version, status, reason,
///     });
/// }
/// assert_eq!(recorder.events().len(), 1);
/// ```
pub struct Filter<S> {
    sink: S,
    allowed: Interest,
    predicate: Option<Box<Predicate>>,
}

type Predicate = dyn Fn(&Meta, &TraceEvent<'_>) -> bool + Send + Sync;

impl<S: Sink> Filter<S> {
    /// Returns a filter that passes on every event.
    #[must_use]
    pub fn new(sink: S) -> Self {
        Self { sink, allowed: Interest::ALL, predicate: None }
    }

    /// Passes on only these events; [`Interest::logger`] and [`Interest::matching`] return such sets.
    #[must_use]
    pub fn only(mut self, events: Interest) -> Self {
        self.allowed = both(self.allowed, events);
        self
    }

    /// Passes on only the events of these levels.
    #[must_use]
    pub fn levels(self, levels: &Levels) -> Self {
        self.only(levels.interest())
    }

    /// Passes on only events that satisfy `predicate`, which replaces the previous one.
    #[must_use]
    pub fn when(
        mut self,
        predicate: impl Fn(&Meta, &TraceEvent<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.predicate = Some(Box::new(predicate));
        self
    }

    /// Returns the inner sink.
    pub const fn sink(&self) -> &S {
        &self.sink
    }

    /// Returns the inner sink and drops the filter.
    pub fn into_sink(self) -> S {
        self.sink
    }
}

/// Returns the intersection of two sets.
fn both(a: Interest, b: Interest) -> Interest {
    a.without(Interest::ALL.without(b))
}

impl<S: Sink> Sink for Filter<S> {
    fn interest(&self) -> Interest {
        both(self.sink.interest(), self.allowed)
    }

    fn events_of(&self, exchange: ExchangeId) -> Trace {
        self.sink.events_of(exchange)
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let is_wanted = self.interest().contains(meta.kind);
        if is_wanted && self.predicate.as_ref().is_none_or(|passes| passes(meta, event)) {
            self.sink.event(meta, event);
        }
    }
}

impl<S: Debug> Debug for Filter<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter")
            .field("sink", &self.sink)
            .field("allowed", &self.allowed)
            .finish_non_exhaustive()
    }
}
