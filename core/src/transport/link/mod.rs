//! A connection with its layers, from the view of the transport.

mod bytes;
mod events;
mod machine;

pub use machine::Link;
pub(crate) use machine::LinkAddresses;
