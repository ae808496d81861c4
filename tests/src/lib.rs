//! Helpers that tests of several crates share.
//!
//! - [`simulation`] plays runs of client and server in a [simulated network](limpid_test::sim), each from its seed.
//! - [`certificates`] are made for the run.
//! - [`tls`] has the requirements for every implementation of TLS.
//! - [`recorded`] compares the events of runs with those of their recordings.
//! - [`coded`] returns responses in content codings.
//! - [`command`] runs a command, and kills it after a time limit.
//! - [`golden`] plays the golden scenarios of the [conformance suite](limpid_test::suite) over the drivers.
//! - [`json_lines`] are validated against their schema.
//! - The [`ledger`] checks that every span that starts ends.
//! - [`documented`] has the documented lines, and [`lines`] normalises logs.
//! - [`conformance`] reads the conformance vectors.
//! - [`real`] starts servers and proxies of other projects.

pub mod coded;
pub mod command;
pub mod conformance;
pub mod documented;
pub mod golden;
pub mod json_lines;
pub mod real;
pub mod recorded;
pub mod simulation;
pub mod tls;
mod tls_tests;

pub use limpid_test::suite::{certificates, directory, ledger, lines};
pub use limpid_test::{Message as Request, script, server, sim};

/// Compiles the example of the page.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// Compiles and runs the examples of the page.
#[cfg(doctest)]
#[doc = include_str!("../../docs/GUIDE.md")]
pub struct Guide;

/// Compiles the examples of the page.
#[cfg(doctest)]
#[doc = include_str!("../../docs/FROM_OTHERS.md")]
pub struct FromOthers;
