//! What is told of bytes that were read.

use limpid_core::http1::Event;
use limpid_core::internal::transcript::{Outcome, Setup};
use limpid_core::trace::TraceEvent;

/// The word that the batch protocol has for an outcome.
pub(super) const fn verdict(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Complete | Outcome::Switched(_) => "accept",
        Outcome::Incomplete => "incomplete",
        Outcome::Rejected(_) | Outcome::Surplus { .. } => "reject",
    }
}

/// A way to tell what was read.
pub(super) trait Report {
    /// The parser tells a fact.
    fn trace(&mut self, event: &TraceEvent<'_>);
    /// The connection tells a part of a message.
    fn event(&mut self, event: Event<'_>);
    /// All was read.
    fn end(self, setup: &Setup<'_>, bytes: &[u8], outcome: &Outcome) -> String;
}
