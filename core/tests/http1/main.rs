//! The connection by example: bytes in, events out.

mod client;
mod lenient;
mod limits;
mod reuse;
mod rules;
mod sending;
mod server;
mod side;
