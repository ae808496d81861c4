//! Servers and proxies that others wrote, started for a test with a configuration of its own.
//!
//! Each is a program of the system's packages; a test that needs one is marked as ignored, and run
//! where the programs are known to be installed.

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
