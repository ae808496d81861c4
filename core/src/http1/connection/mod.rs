//! One HTTP/1.1 connection: its receiving half, its sending half, and the state of both sides.

mod incoming;
mod machine;
mod outgoing;

pub(crate) use incoming::Progress;
pub use machine::Connection;
