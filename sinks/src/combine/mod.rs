//! Sinks made of other sinks: several at once, a choice of events, or of exchanges.
//!
//! | | passes on |
//! |---|---|
//! | [`Tee`] | every event, to several sinks |
//! | [`Filter`] | the events that are wanted |
//! | [`Sampling`] | the exchanges that failed, those that were slow, and some of the others |
//! | [`Group`] | the events of an exchange together, when it ends |
//!
//! [`Sampling`] and [`Group`] keep the events of exchanges that are open. They tell exchanges apart
//! by their numbers, which no two exchanges of a process share, whatever their clients.

mod filter;
mod group;
mod pending;
mod sampling;
mod tee;

pub use filter::Filter;
pub use group::Group;
pub use sampling::Sampling;
pub use tee::Tee;
