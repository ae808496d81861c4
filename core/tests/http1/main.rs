//! The connection by example: bytes in, events out.

#![cfg(test)]

mod client;
mod lenient;
mod limits;
mod reuse;
mod rules;
mod sending;
mod server;
mod side;
