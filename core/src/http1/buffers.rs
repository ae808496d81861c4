//! The memory of a connection that it does not need while it is idle.

use alloc::vec::Vec;

use crate::fields::FieldSpan;

/// The buffers of one connection, detached while it is idle. All are empty, or belonged to a connection.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub(super) incoming: Vec<u8>,
    pub(super) outgoing: Vec<u8>,
    pub(super) spans: Vec<FieldSpan>,
}
