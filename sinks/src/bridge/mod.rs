//! Events for programs that log through the crates `log` or `tracing`.
//!
//! Each event has the name of its logger as its target (such as `httpcore.connection`), its level, and the
//! message of the documented line. Control characters are escaped, since the bridge cannot detect a
//! terminal. Errors and critical events have the level `ERROR`, the highest of these crates.
//!
//! The logger or subscriber is asked once for each exchange which events it receives.

#[cfg(feature = "log")]
mod log;
mod safe;
#[cfg(feature = "tracing")]
mod tracing;

#[cfg(feature = "log")]
pub use self::log::LogBridge;
#[cfg(feature = "tracing")]
pub use self::tracing::TracingBridge;
