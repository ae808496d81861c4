//! What the servers of drivers share.

mod builder;
mod serving;
mod settings;

pub use builder::{Bind, ServerBuilder};
pub use limpid_core::server::Timeouts;
pub use serving::{Serving, Stop};
pub use settings::ServerSettings;
