//! Whatever goes wrong, the command says so in one line, with curl's exit code, and ends. Where a
//! request was under way, the lines that led to it follow, indented.

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
