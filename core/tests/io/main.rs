//! `read_from` and `write_to` over a transport whose results the tests choose.

#![cfg(test)]

mod client;
mod lease;
mod server;
mod transport;
