//! Events that were kept and can be told again.

use alloc::vec::Vec;
use core::fmt;

use super::catalog::OwnedTraceEvent;
use super::meta::Meta;

/// What a sink has kept of one exchange: the answer to [`Sink::events_of`](super::Sink::events_of).
///
/// The events have their secrets. The sink that shows them hides those; [`Debug`](fmt::Debug) shows
/// how many events there are and nothing of them.
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
    /// The events, in the order in which they happened.
    #[must_use]
    pub fn events(&self) -> &[(Meta, OwnedTraceEvent)] {
        &self.0
    }

    /// Whether nothing was kept.
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
