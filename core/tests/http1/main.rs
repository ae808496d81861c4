//! Examples of connections, as bytes and the resulting events.

#![cfg(test)]

mod client;
mod lenient;
mod limits;
mod reuse;
mod rules;
mod sending;
mod server;
mod side;
