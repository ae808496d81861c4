//! The streams of a connection that a recording has.

use limpid_core::internal::Stored;
use limpid_core::trace::ConnectionId;

/// A stream of bytes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stream {
    pub(crate) connection: ConnectionId,
    /// 0: what the transport has received. Of the recorded layer `n`, counted from 0 and from the transport up:
    /// `2 * n + 1` is what it delivered, and `2 * n + 2` what it put out.
    pub(crate) number: u8,
}

impl Stream {
    /// The bytes that the transport of a connection has received.
    pub(crate) const fn received(connection: ConnectionId) -> Self {
        Self { connection, number: 0 }
    }

    /// The bytes that a recorded layer has delivered.
    pub(crate) const fn delivered(connection: ConnectionId, layer: u8) -> Self {
        Self { connection, number: layer.saturating_mul(2).saturating_add(1) }
    }

    /// The bytes that a recorded layer has put out.
    pub(crate) const fn out(connection: ConnectionId, layer: u8) -> Self {
        Self { connection, number: layer.saturating_mul(2).saturating_add(2) }
    }

    /// Stores the stream.
    pub(crate) fn store(self, to: &mut Vec<u8>) {
        self.connection.store(to);
        self.number.store(to);
    }
}
