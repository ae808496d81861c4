//! Servers and proxies of other projects, started for a test with a separate configuration.
//!
//! Each is a program of the system's packages. A test that needs one is ignored by default, and `.ci/run`
//! runs it if the programs are installed.

mod daemon;
pub mod lighttpd;
pub mod microsocks;
pub mod nginx;
pub mod node;
pub mod openssl;
pub mod python;
mod site;
pub mod tinyproxy;

pub use daemon::Daemon;
pub use site::{BIG, INDEX, big};
