//! Events in a list, for assertions in tests.

use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use limpid_core::trace::{EventKind, Interest, Meta, OwnedTraceEvent, Sink, TraceEvent};

use crate::levels::Levels;
use crate::python::Messages;

/// A sink that keeps every event, for tests. Clones share the events.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};
/// use limpid_sinks::EventList;
///
/// let events = EventList::new();
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Mono::default(), &events, &mut scope);
/// cx.emit(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
///
/// events.assert_event(EventKind::CloseStarted);
/// events.assert_no_event(EventKind::CloseFailed);
/// assert_eq!(events.snapshot(), "DEBUG httpcore.connection - close.started\n");
/// ```
#[derive(Clone, Debug, Default)]
pub struct EventList(Arc<Mutex<Vec<(Meta, OwnedTraceEvent)>>>);

impl EventList {
    /// Returns an empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the events so far, in order.
    #[must_use]
    pub fn events(&self) -> Vec<(Meta, OwnedTraceEvent)> {
        self.lock().clone()
    }

    /// Returns the kinds of the events so far.
    #[must_use]
    pub fn kinds(&self) -> Vec<EventKind> {
        self.lock().iter().map(|(meta, _)| meta.kind).collect()
    }

    /// Removes the events so far.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Returns the first event of a kind.
    ///
    /// # Panics
    /// Panics if there is no such event.
    #[track_caller]
    #[expect(clippy::must_use_candidate, reason = "an assertion is of use by itself")]
    pub fn assert_event(&self, kind: EventKind) -> OwnedTraceEvent {
        let first = self.lock().iter().find(|(meta, _)| meta.kind == kind).cloned();
        match first {
            Some((_, event)) => event,
            #[expect(clippy::panic, reason = "it is what an assertion does")]
            None => panic!("there is no {kind:?}, only\n{}", self.all()),
        }
    }

    /// Asserts that no event is of this kind.
    ///
    /// # Panics
    /// Panics if there is such an event.
    #[track_caller]
    pub fn assert_no_event(&self, kind: EventKind) {
        let is_there = self.kinds().contains(&kind);
        assert!(!is_there, "there is {kind:?}, among\n{}", self.all());
    }

    /// Returns the documented lines of the events so far, without times and without the addresses of
    /// objects, which differ between runs.
    #[must_use]
    pub fn snapshot(&self) -> String {
        self.snapshot_of(&Levels::documented())
    }

    /// Returns the lines of the events of these levels.
    #[must_use]
    pub fn snapshot_of(&self, levels: &Levels) -> String {
        let interest = levels.interest();
        let mut lines = String::new();
        for (meta, event) in &*self.lock() {
            if interest.contains(meta.kind) {
                let metadata = meta.kind.metadata();
                let message = Messages::default().of(&event.borrow()).to_string();
                let (level, name) = (metadata.level, metadata.logger.name());
                let _ = writeln!(lines, "{level} {name} - {}", without_addresses(&message));
            }
        }
        lines
    }

    /// Returns all events as text, for failed assertions.
    fn all(&self) -> String {
        self.snapshot_of(&Levels::everything())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Meta, OwnedTraceEvent)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns a message without addresses such as ` at 0x7f0000001000`.
fn without_addresses(message: &str) -> String {
    let mut parts = message.split(" object at 0x");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push_str(" object");
        shown.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    shown
}

impl Sink for EventList {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        self.lock().push((meta.clone(), event.into()));
    }
}
