//! What the tests across crates share.
//!
//! - [`server`] plays [`script`]s on loopback, over TLS with [`certificates`] made for the run.
//! - [`command`] runs the command, and kills it when it hangs.
//! - [`documented`] has the documented lines, and [`lines`] makes logs comparable.
//! - [`recording`] keeps trace events.
//! - [`conformance`] reads the conformance vectors.
//! - [`nginx`] starts a real server.

pub mod certificates;
pub mod command;
pub mod conformance;
pub mod directory;
pub mod documented;
pub mod lines;
pub mod nginx;
mod peer;
pub mod recording;
pub mod script;
pub mod server;

pub use peer::Request;
