//! What the tests across crates share.
//!
//! - [`sim`] is a network without sockets, with faults and its own time.
//! - [`simulation`] plays runs of client and server in it, each from its seed.
//! - [`server`] plays [`script`]s on loopback, over TLS with [`certificates`] made for the run.
//! - [`tls`] has what every implementation of TLS must do.
//! - [`coded`] makes responses in content codings.
//! - [`command`] runs the command, and kills it when it hangs.
//! - [`golden`] plays the golden scenarios, of which httpx's lines are known.
//! - The [`ledger`] checks that every span that starts ends.
//! - [`documented`] has the documented lines, and [`lines`] makes logs comparable.
//! - [`conformance`] reads the conformance vectors.
//! - [`real`] starts servers and proxies that others wrote.

pub mod certificates;
pub mod coded;
pub mod command;
pub mod conformance;
pub mod directory;
pub mod documented;
pub mod golden;
pub mod ledger;
pub mod lines;
mod peer;
pub mod real;
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

/// The page's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
