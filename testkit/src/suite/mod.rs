//! The conformance suite for drivers of a client: scenarios whose servers misbehave, time out, redirect and close, each with
//! the lines that httpx and httpcore were recorded to write. A driver whose events make the same lines calls the machine at
//! the right moments.
//!
//! A driver implements [`Driver`], and [`check`] plays every scenario over it. What a driver has not is left out and listed
//! in the [`Report`]:
//!
//! ```no_run
//! use std::io;
//!
//! use limpid_test::sim::Net;
//! use limpid_test::suite::{self, Ability, Driver, Host, Plan};
//!
//! struct Mine;
//!
//! impl Driver for Mine {
//!     fn lacks(&self) -> &[Ability] {
//!         &[Ability::UnixSockets, Ability::Proxies]
//!     }
//!
//!     fn play(&self, plan: Plan, _host: &Host) -> io::Result<bool> {
//!         for request in plan.requests {
//!             // Send it, with `plan.settings`, and read the response as `request.read` says. The sink of the settings
//!             // receives a failure.
//!         }
//!         Ok(false)
//!     }
//! }
//!
//! let report = suite::check(&Mine)?;
//! assert!(report.is_passed(), "{report}");
//! # Ok::<(), io::Error>(())
//! ```
//!
//! The parts can be used on their own: [`scenarios`] returns the scenarios, [`play`] plays one, and
//! [`cancel_at_every_poll`] cancels its requests at each point. [`at_once`] does something with several of them at the same
//! time.

mod ability;
mod arguments;
pub mod certificates;
mod check;
mod command_line;
mod comparable;
mod diff;
pub mod directory;
mod driver;
mod host;
mod intended;
pub mod ledger;
pub mod lines;
mod pieces;
mod plan;
mod run;
mod scenario;
mod servers;
mod stage;
mod wrong;

pub use ability::Ability;
pub use arguments::Arguments;
pub use check::{Failure, Report, check, check_cancellation};
pub use command_line::command_line;
pub use comparable::{asynchronous, comparable};
pub use diff::diff;
pub use driver::Driver;
pub use host::Host;
pub use intended::Intended;
pub use pieces::Pieces;
pub use plan::{Plan, PlannedBody, PlannedRequest, Reading};
pub use run::{Played, at_once, cancel_at_every_poll, play};
pub use scenario::{Printed, Scenario, scenarios};
pub use stage::Stage;
