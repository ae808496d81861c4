//! The recorder of a client, with the feature `recording`.

#[cfg(not(feature = "recording"))]
mod absent;

use std::sync::Arc;

#[cfg(feature = "recording")]
pub use limpid_recording::Recorder;
#[cfg(feature = "recording")]
pub(crate) use limpid_recording::{ExchangeRecorder, SessionRecorder, TunnelRecorder};

#[cfg(not(feature = "recording"))]
pub use absent::Recorder;
#[cfg(not(feature = "recording"))]
pub(crate) use absent::{ExchangeRecorder, SessionRecorder, TunnelRecorder};

/// The recorder of a client, if it has one. Without the feature `recording`, no client has one.
///
/// The method `recorder` of a builder sets it. The [crate](crate) has an example of a client.
pub type SharedRecorder = Option<Arc<Recorder>>;
