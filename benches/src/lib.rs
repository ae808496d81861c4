//! What limpid costs, and how that is found out.
//!
//! A [`Subject`] does one kind of work, the way one library does it: [`works`] has limpid's, and the
//! workspace in `benches/peers` those of others. A subject runs in a process of its own, does its
//! work as often as a [`Job`] says, and tells a [`Reading`].
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
