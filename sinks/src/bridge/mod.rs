//! Events for programs that log through the crates `log` or `tracing`.
//!
//! Each event has the name of its logger as its target (`httpcore.connection`, say), its level, and
//! as its message that of the documented line. Control characters are escaped, for nobody here knows
//! whether the output is a terminal. Errors and critical events have the level `ERROR`; that is the
//! highest these crates know.
//!
//! Which events are told is asked of the logger or subscriber, once for each exchange.

#[cfg(feature = "log")]
mod log;
mod safe;
#[cfg(feature = "tracing")]
mod tracing;

#[cfg(feature = "log")]
pub use self::log::LogBridge;
#[cfg(feature = "tracing")]
pub use self::tracing::TracingBridge;
