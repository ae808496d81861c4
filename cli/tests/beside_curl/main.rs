//! The command beside curl.

#![cfg(test)]

#[path = "../common/mod.rs"]
mod common;
#[cfg(unix)]
mod interrupts;
mod line;
mod outputs;
mod requests;
mod server;
