//! limpid's client against its server over a network with faults. A run follows from its seed, and can be
//! repeated.
//!
//! - A [`Plan`] contains requests, sizes, timeouts and faults.
//! - [`run`] plays it, and returns its problems; [`run_recorded`] and [`run_redacted`] also record it, and replay the
//!   recording.
//! - [`runs`] plays many.
//! - The [ledger](crate::ledger) checks that every span ends.

mod pattern;
mod plan;
mod play;
mod problem;
mod requests;
mod runs;
mod serving;
mod tls;

pub use plan::Plan;
pub use play::{run, run_recorded, run_redacted};
pub use problem::Problem;
pub use runs::runs;
