//! Reports of parsed bytes.

use limpid_core::http1::Event;
use limpid_core::internal::transcript::{Outcome, Setup};
use limpid_core::trace::TraceEvent;

/// Returns the word of the batch protocol for an outcome.
pub(super) const fn verdict(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Complete | Outcome::Switched(_) => "accept",
        Outcome::Incomplete => "incomplete",
        Outcome::Rejected(_) | Outcome::Surplus { .. } => "reject",
    }
}

/// A format of reports.
pub(super) trait Report {
    /// Adds a trace event of the parser.
    fn trace(&mut self, event: &TraceEvent<'_>);
    /// Adds a part of a message.
    fn event(&mut self, event: Event<'_>);
    /// Returns the report after all bytes were read.
    fn end(self, setup: &Setup<'_>, bytes: &[u8], outcome: &Outcome) -> String;
}
