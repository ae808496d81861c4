//! The works of limpid.

pub mod blocking;
pub mod body;
pub mod duplex;
pub mod growth;
pub mod idle;
pub mod parse;
pub mod serving;
pub mod tasks;
pub mod trace;

use crate::subject::Subject;

pub use crate::subject::LIMPID;

/// Returns all works of limpid.
#[must_use]
pub fn subjects() -> Vec<Subject> {
    let works = [
        parse::SUBJECTS,
        growth::SUBJECTS,
        blocking::SUBJECTS,
        tasks::SUBJECTS,
        body::SUBJECTS,
        duplex::SUBJECTS,
        idle::SUBJECTS,
        serving::SUBJECTS,
        trace::SUBJECTS,
    ];
    works.concat()
}
