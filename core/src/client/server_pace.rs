//! The pace of a server during one transfer.

use crate::values::Pace;

/// The pace of a server, or of a proxy, during one transfer.
#[derive(Debug, Default)]
pub(super) struct ServerPace {
    pub(super) pace: Pace,
    /// How many bytes had passed the transport when they were counted last.
    pub(super) counted: u64,
}
