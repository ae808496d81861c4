//! The golden scenarios: what a client is told to do, what servers do to it, and the lines that
//! httpx and httpcore were recorded to write then. `tests/data/golden` has them.
//!
//! - A [`Scenario`] is read from the data, with the lines that are expected.
//! - [`play`] starts its servers, tells the client what to do, and makes the lines comparable.
//! - [`Arguments`] are how the client is told: by a command line, even in this process.
//! - [`diff`] shows what is not as it was recorded.

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
