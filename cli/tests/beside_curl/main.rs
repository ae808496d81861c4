//! The command beside curl.

#![cfg(test)]

#[path = "../common/mod.rs"]
mod common;
mod line;
mod outputs;
mod requests;
mod server;
