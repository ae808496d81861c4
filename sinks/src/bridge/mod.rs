//! Events for programs that log through the crates `log` or `tracing`.
//!
//! A record of `log` has the name of the event's logger as its target (such as `httpcore.connection`), its level, the
//! message of the documented line, and its fields as key-values. In `tracing`, operations are spans and facts are
//! events. Control characters are escaped, since the bridge cannot detect a terminal. Errors and critical events
//! have the level `ERROR`, the highest of these crates.
//!
//! The logger or subscriber is asked once for each exchange which events it receives.

mod columns;
#[cfg(feature = "log")]
mod log;
#[cfg(feature = "tracing")]
mod tracing;

#[cfg(feature = "log")]
pub use self::log::LogBridge;
#[cfg(feature = "tracing")]
pub use self::tracing::{Operations, TracingBridge};
