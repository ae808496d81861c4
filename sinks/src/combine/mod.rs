//! Sinks that combine or filter other sinks.
//!
//! | | passes on |
//! |---|---|
//! | [`Tee`] | every event, to several sinks |
//! | [`Filter`] | selected events |
//! | [`Sampling`] | the exchanges that failed, those that were slow, and some of the others |
//! | [`Group`] | the events of an exchange together, when it ends |
//!
//! [`Sampling`] and [`Group`] keep the events of open exchanges. They identify exchanges by their numbers,
//! which are unique in a process.

mod filter;
mod group;
mod pending;
mod sampling;
mod tee;

pub use filter::Filter;
pub use group::Group;
pub use sampling::Sampling;
pub use tee::Tee;
