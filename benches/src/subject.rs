//! What is measured.

use crate::job::Job;
use crate::measure::Outcome;

/// The peer of the subjects that are limpid's own.
pub const LIMPID: &str = "limpid";

/// One kind of work, as one library does it.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// The work. Subjects of the same work are compared.
    pub work: &'static str,
    /// Whose way of doing it this is.
    pub peer: &'static str,
    /// Does the work.
    pub run: fn(&Job) -> Outcome,
}
