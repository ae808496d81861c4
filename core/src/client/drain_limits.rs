//! The limits on reading what the caller does not take.

use core::time::Duration;

/// How much of a response is read that the caller does not take, so that its connection can be reused:
/// the rest of a response that is dropped, and the body of a redirect that is followed. A connection
/// whose response exceeds a limit is closed.
///
/// ```
/// use limpid_core::client::{DrainLimits, Options};
///
/// let limits = DrainLimits::with(|limits| limits.bytes = 1024);
/// let options = Options::with(|options| options.drain = Some(limits));
/// # drop(options);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DrainLimits {
    /// The number of bytes of the body. 64 KiB by default.
    pub bytes: u64,
    /// How long to wait for them in total. 50 milliseconds by default.
    pub time: Duration,
}

crate::values::with!(DrainLimits);

crate::stored::stored_struct! { DrainLimits { bytes time } }

impl Default for DrainLimits {
    fn default() -> Self {
        Self { bytes: 64 * 1024, time: Duration::from_millis(50) }
    }
}
