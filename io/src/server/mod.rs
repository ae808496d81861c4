//! The parts of servers that all drivers share.

mod backoff;
mod builder;
mod input;
#[cfg(feature = "json")]
mod json;
mod places;
mod serving;
mod settings;
mod shutdown;

pub use backoff::Backoff;
pub use builder::{Bind, ServerBuilder};
#[cfg(feature = "json")]
pub use json::JsonError;
pub use limpid_core::server::Timeouts;
pub use places::{Occupant, PlaceGuard, Places};
pub use serving::{Departure, Serving, Stop};
pub use settings::ServerSettings;
pub use shutdown::{Handle, ShutdownSignal, WakerId};
