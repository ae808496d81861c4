//! One HTTP/1.1 connection: two halves and the table that holds them together.

mod incoming;
mod machine;
mod outgoing;

pub(crate) use incoming::Progress;
pub use machine::Connection;
