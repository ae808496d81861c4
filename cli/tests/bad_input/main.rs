//! Whatever goes wrong, the command says so in one line, with curl's exit code, and ends.

#![cfg(test)]

#[path = "../common/mod.rs"]
mod common;

mod arguments;
mod closing;
mod connecting;
mod failing;
mod files;
mod responses;
mod silence;
mod tls;
