//! A test kit for programs that use limpid, and for limpid itself.
//!
//! - [`server`] plays [`script`]s on loopback: exactly these bytes, at these times, with this end.
//! - [`sim`] is a network without sockets, with faults and simulated time.

mod message;
mod peer;
mod relay;
pub mod script;
pub mod server;
pub mod sim;
mod stream;
mod wire;

pub use message::Message;
