//! Connections without sockets.

mod network;
mod pipe;
#[cfg(feature = "tokio")]
mod task;
mod thread;

pub use network::Network;
pub use pipe::{End, pair};
