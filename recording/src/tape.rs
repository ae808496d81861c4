//! The streams of a connection that a recording has.

use limpid_core::internal::Stored;
use limpid_core::trace::ConnectionId;

use crate::format::FrameKind;
use crate::recorder::Recorder;

/// The number of bytes of a frame of a stream.
const PIECE: usize = 32 * 1024;

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

impl Recorder {
    /// Records the next bytes of a stream.
    #[inline]
    pub(crate) fn tape(&self, stream: Stream, bytes: &[u8]) {
        for piece in bytes.chunks(PIECE) {
            self.record(|state| {
                state.frames.frame(FrameKind::Tape, |to| {
                    stream.store(to);
                    to.extend_from_slice(piece);
                });
            });
        }
    }

    /// Records the next bytes of a body of the request of this place, or only how many there are.
    pub(crate) fn body(&self, place: u64, bytes: &[u8], kept: usize) {
        let (kept, cut) = bytes.split_at(kept.min(bytes.len()));
        for piece in kept.chunks(PIECE) {
            self.record(|state| {
                state.frames.frame(FrameKind::Body, |to| {
                    place.store(to);
                    to.extend_from_slice(piece);
                });
            });
        }
        if !cut.is_empty() {
            self.record(|state| {
                state.frames.frame(FrameKind::BodyCut, |to| {
                    place.store(to);
                    cut.len().store(to);
                });
            });
        }
    }

    /// Returns whether bytes that a layer encrypts are recorded too.
    pub(crate) const fn keeps_ciphertext(&self) -> bool {
        self.options().capture.shows_bytes()
    }
}
