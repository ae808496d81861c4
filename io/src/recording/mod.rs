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
/// `ClientBuilder::recorder` sets it.
pub type SharedRecorder = Option<Arc<Recorder>>;
