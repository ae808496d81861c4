//! Events that a sink has kept and can emit again.

use alloc::vec::Vec;
use core::fmt;

use super::catalog::OwnedTraceEvent;
use super::meta::Meta;

/// The events of one exchange that a sink has kept: the result of
/// [`Sink::events_of`](super::Sink::events_of).
///
/// The events contain their secrets; the sink that shows them hides these. [`Debug`](fmt::Debug) shows
/// only the number of events.
///
/// ```
/// use limpid_core::trace::{NoSink, Trace};
///
/// let trace = Trace::default();
/// trace.emit(&NoSink);
/// assert!(trace.is_empty());
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Trace(Vec<(Meta, OwnedTraceEvent)>);

impl Trace {
    /// Returns the events in the order in which they happened.
    #[must_use]
    pub fn events(&self) -> &[(Meta, OwnedTraceEvent)] {
        &self.0
    }

    /// Returns whether there are no events.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<(Meta, OwnedTraceEvent)>> for Trace {
    fn from(events: Vec<(Meta, OwnedTraceEvent)>) -> Self {
        Self(events)
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trace({} events)", self.0.len())
    }
}
