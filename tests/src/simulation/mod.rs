//! Our client against our server over a network in which everything goes wrong. A run follows from
//! its seed, and can be had again.
//!
//! - A [`Plan`] says what a run is about: requests, sizes, timeouts, and faults.
//! - [`run`] plays it, and says what is not as it must be.
//! - [`runs`] plays many.
//! - The [ledger](crate::ledger) checks that what starts ends.

mod pattern;
mod plan;
mod play;
mod problem;
mod requests;
mod runs;
mod serving;
mod tls;

pub use plan::Plan;
pub use play::run;
pub use problem::Problem;
pub use runs::runs;
