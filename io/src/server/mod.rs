//! The parts of servers that all drivers share.

mod builder;
mod serving;
mod settings;
mod shutdown;

pub use builder::{Bind, ServerBuilder};
pub use limpid_core::server::Timeouts;
pub use serving::{Departure, Serving, Stop};
pub use settings::ServerSettings;
pub use shutdown::{Handle, ShutdownSignal, WakerId};
