//! The command beside curl.

#![cfg(test)]

#[path = "../common/mod.rs"]
mod common;
mod outputs;
mod server;
