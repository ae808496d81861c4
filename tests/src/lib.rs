//! Helpers that tests of several crates share.
//!
//! - [`sim`] is a network without sockets, with faults and simulated time.
//! - [`simulation`] plays runs of client and server in it, each from its seed.
//! - [`server`] plays [`script`]s on loopback, over TLS with [`certificates`] made for the run.
//! - [`tls`] has the requirements for every implementation of TLS.
//! - [`recorded`] compares the events of runs with those of their recordings.
//! - [`coded`] returns responses in content codings.
//! - [`command`] runs a command, and kills it after a time limit.
//! - [`golden`] plays the golden scenarios with the recorded lines of httpx.
//! - [`json_lines`] are validated against their schema.
//! - The [`ledger`] checks that every span that starts ends.
//! - [`documented`] has the documented lines, and [`lines`] normalises logs.
//! - [`conformance`] reads the conformance vectors.
//! - [`real`] starts servers and proxies of other projects.

pub mod certificates;
pub mod coded;
pub mod command;
pub mod conformance;
pub mod directory;
pub mod documented;
pub mod golden;
pub mod json_lines;
pub mod ledger;
pub mod lines;
mod peer;
pub mod real;
pub mod recorded;
mod relay;
pub mod script;
pub mod server;
pub mod sim;
pub mod simulation;
mod stream;
pub mod tls;
mod tls_tests;
mod wire;

pub use peer::Request;

/// Compiles the example of the page.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
