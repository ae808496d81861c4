//! Plain values that all other modules may use. They do not depend on errors, events or connections.

mod buffer;
mod buffer_sizes;
mod coding;
mod id;
mod pace;
mod reason;
mod role;
mod state;
pub mod time;
mod timers;
mod timings;
mod traceparent;
mod version;
mod with;

#[cfg(target_has_atomic = "ptr")]
pub(crate) use alloc::sync::Arc;

pub(crate) use buffer::Buffer;
pub(crate) use buffer_sizes::BufferSizes;
pub use coding::Coding;
pub use id::{ConnectionId, ExchangeId, SpanId, StreamId};
pub(crate) use pace::Pace;
#[cfg(not(target_has_atomic = "ptr"))]
pub(crate) use portable_atomic_util::Arc;
pub use reason::{NotReusable, Retirement};
pub use role::Role;
pub use state::State;
pub(crate) use timers::Timers;
pub use timings::{Sizes, Timings};
pub use traceparent::{InvalidTraceparent, Traceparent};
pub use version::Version;
pub(crate) use with::with;
