//! The golden scenarios: arguments of a client, scripts of servers, and the recorded lines of httpx and
//! httpcore, from `tests/data/golden`.
//!
//! - A [`Scenario`] is read from the data, with the expected lines.
//! - [`play`] starts its servers, runs the client, and normalises the lines.
//! - [`Arguments`] are the command line of the client, also in this process.
//! - [`diff`] shows the differences from the recording.

mod arguments;
mod command_line;
mod diff;
mod driver;
mod drivers;
mod host;
mod intended;
mod pieces;
mod recorded;
mod run;
mod scenario;
mod servers;
mod stage;
mod wrong;

pub use arguments::Arguments;
pub use diff::diff;
pub use driver::Driver;
pub use intended::Intended;
pub use recorded::{asynchronous, comparable};
pub use run::{Played, cancel_at_every_poll, play};
pub use scenario::{Printed, Scenario, scenarios};
