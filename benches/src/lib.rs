//! Measurements of limpid's costs.
//!
//! A [`Subject`] does one kind of work with one library: [`works`] has limpid's, and the workspace in
//! `benches/peers` those of other libraries. A subject runs in a separate process, does the work of its
//! [`Job`], and returns a [`Reading`].
//!
//! - [`callgrind`] counts the instructions of a subject, [`strace`] its system calls.
//! - [`gates`] compares such counts with the numbers in `gates.toml`.

pub mod callgrind;
pub mod drive;
mod failure;
pub mod gates;
pub mod job;
pub mod load;
pub mod machine;
pub mod measure;
pub mod messages;
pub mod program;
pub mod responder;
pub mod strace;
pub mod subject;
pub mod works;

pub use failure::Failure;
pub use job::{Budget, Job};
pub use measure::{Meter, Outcome, Reading};
pub use subject::Subject;
