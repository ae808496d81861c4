//! Subjects of measurements.

use crate::job::Job;
use crate::measure::Outcome;

/// The peer of limpid's subjects.
pub const LIMPID: &str = "limpid";

/// One kind of work, done by one library.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// The work. Subjects of the same work are compared.
    pub work: &'static str,
    /// The library.
    pub peer: &'static str,
    /// Does the work.
    pub run: fn(&Job) -> Outcome,
}
