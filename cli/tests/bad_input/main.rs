//! Every failure of the command is one message with curl's exit code. If a request was in flight, its last
//! lines follow, indented.

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
mod slow;
mod tls;
