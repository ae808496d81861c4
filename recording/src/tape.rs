//! Recording the bytes of streams and of bodies.

use limpid_core::internal::{Mark, ReceivedPart, Stored};
use limpid_core::trace::ConnectionId;

use crate::format::FrameKind;
use crate::recorder::{Recorder, keeps_all, kept_of_body, tape};
use crate::stream::Stream;

/// The number of bytes of a frame of a body.
const PIECE: usize = 32 * 1024;

impl Recorder {
    /// Records the next bytes of a stream as they are.
    #[inline]
    pub(crate) fn tape(&self, stream: Stream, bytes: &[u8]) {
        self.record(|state| tape(&mut state.frames, stream, bytes));
    }

    /// Records what HTTP receives next on a connection, as far as that is known and may be recorded. The rest is kept until
    /// [`classify`](Self::classify). `owner` is the place of the machine that has the connection.
    pub(crate) fn plaintext(&self, owner: Option<u64>, stream: Stream, bytes: &[u8]) {
        match self.keeps_all() {
            true => self.tape(stream, bytes),
            false => self.record(|state| state.add_plaintext(owner, stream, bytes)),
        }
    }

    /// Records what HTTP has received on a connection, by the marks of the bytes. `rest` is what the bytes behind are a part
    /// of.
    pub(crate) fn classify(
        &self,
        connection: ConnectionId,
        marks: &mut Vec<Mark>,
        rest: ReceivedPart,
    ) {
        self.record(|state| state.classify(connection, marks, rest));
        marks.clear();
    }

    /// Records that the machine of this place has the connection now.
    pub(crate) fn own(&self, owner: u64, connection: ConnectionId) {
        if !self.keeps_all() {
            self.record(|state| state.plaintext.own(owner, connection));
        }
    }

    /// Records what is left of a connection that the machine of this place has had.
    pub(crate) fn release(&self, owner: u64, connection: ConnectionId) {
        if !self.keeps_all() {
            self.record(|state| state.release(owner, connection));
        }
    }

    /// Records the next bytes of a body of the machine of this place, or only how many there are.
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

    /// Returns how many bytes of a body are kept.
    pub(crate) fn kept_of_body(&self) -> usize {
        usize::try_from(kept_of_body(&self.options())).unwrap_or(usize::MAX)
    }

    /// Returns whether everything is recorded as it is.
    pub(crate) fn keeps_all(&self) -> bool {
        keeps_all(&self.options())
    }

    /// Returns whether bytes that a layer encrypts are recorded too.
    pub(crate) const fn keeps_ciphertext(&self) -> bool {
        self.options().capture.shows_bytes()
    }
}
