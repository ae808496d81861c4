//! The model of exchanges, as it is built from the events of real clients and servers.

#![cfg(test)]

mod client;
mod server;
