//! `read_from` and `write_to` over a transport whose every result a test has chosen.

#![cfg(test)]

mod client;
mod lease;
mod server;
mod transport;
