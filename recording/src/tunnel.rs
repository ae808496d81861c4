//! Recording the inputs of connections that have left HTTP/1.1.

use std::sync::Arc;

use limpid_core::internal::{Mark, ReceivedPart, Stored};
use limpid_core::time::Mono;
use limpid_core::trace::ConnectionId;

use crate::format::FrameKind;
use crate::recorder::Recorder;
use crate::stream::Stream;

/// The recording of a connection that has left HTTP/1.1. The recording of an exchange or of a session returns it, after
/// that has recorded that the connection was taken.
///
/// [`ExchangeRecorder`](crate::ExchangeRecorder) has an example of a recording.
#[derive(Debug)]
pub struct TunnelRecorder {
    recorder: Arc<Recorder>,
    /// The number of the place of the bytes that are sent.
    place: u64,
    connection: ConnectionId,
    /// What the transport receives is encrypted.
    is_secure: bool,
    /// How many of the bytes that are sent are still kept.
    kept: usize,
    marks: Vec<Mark>,
}

impl TunnelRecorder {
    /// Starts the recording of this connection.
    pub(crate) fn new(recorder: Arc<Recorder>, connection: ConnectionId, is_secure: bool) -> Self {
        let place = recorder.place();
        recorder.own(place, connection);
        let kept = recorder.kept_of_body();
        Self { recorder, place, connection, is_secure, kept, marks: Vec::new() }
    }

    /// Records that the bytes so far are no heads.
    fn observe(&mut self) {
        if !self.recorder.keeps_all() {
            self.marks.push(Mark { part: ReceivedPart::Data, len: u64::MAX });
            self.recorder.classify(self.connection, &mut self.marks, ReceivedPart::Data);
        }
    }

    /// Records [`Switched::read`](limpid_core::transport::Switched::read) into a buffer of this length.
    pub fn read(&mut self, room: usize, now: Mono) {
        self.observe();
        self.call(FrameKind::TunnelRead, now, |to| room.store(to));
    }

    /// Records [`Switched::write`](limpid_core::transport::Switched::write) of these bytes, after that call has taken them.
    pub fn written(&mut self, data: &[u8], now: Mono) {
        let kept = self.kept.min(data.len());
        self.kept -= kept;
        self.recorder.body(self.place, data, kept);
        self.call(FrameKind::TunnelWritten, now, |to| (self.place, data.len()).store(to));
    }

    /// Records [`Switched::close`](limpid_core::transport::Switched::close).
    pub fn close(&self, now: Mono) {
        self.call(FrameKind::TunnelClosed, now, |_| {});
    }

    /// Records [`Switched::handle_received`](limpid_core::transport::Switched::handle_received) of these bytes.
    pub fn received(&mut self, bytes: &[u8], now: Mono) {
        let stream = Stream::received(self.connection);
        match self.is_secure {
            true if self.recorder.keeps_ciphertext() => self.recorder.tape(stream, bytes),
            true => {}
            false => {
                self.recorder.plaintext(Some(self.place), stream, bytes);
                self.observe();
            }
        }
        self.call(FrameKind::TunnelReceived, now, |to| bytes.len().store(to));
    }

    /// Records [`Switched::handle_sent`](limpid_core::transport::Switched::handle_sent).
    pub fn sent(&self, n: usize, now: Mono) {
        self.call(FrameKind::TunnelSent, now, |to| n.store(to));
    }

    /// Records [`Switched::handle_eof`](limpid_core::transport::Switched::handle_eof).
    pub fn eof(&mut self, now: Mono) {
        self.observe();
        self.call(FrameKind::TunnelEof, now, |_| {});
    }

    fn call(&self, kind: FrameKind, now: Mono, arguments: impl FnOnce(&mut Vec<u8>)) {
        self.recorder.record(|state| state.frames.timed(kind, self.connection.0, now, arguments));
    }
}

impl Drop for TunnelRecorder {
    fn drop(&mut self) {
        self.observe();
        self.recorder.release(self.place, self.connection);
    }
}
