//! The events of a connection's bytes and layers.

use super::bytes::{HTTP, emit_slices};
use super::machine::Link;
use crate::error::TlsError;
use crate::trace::{Cx, EventKind, Sink, TraceEvent};
use crate::transport::secured::{self, CertificateReader};

impl Link {
    /// Emits the first `n` bytes in the buffer for the transport's bytes.
    #[inline(always)]
    pub(crate) fn emit_received<S: Sink>(&mut self, n: usize, cx: &mut Cx<'_, S>) {
        if cx.wants(EventKind::BytesReceived) {
            let (layer, (_, offset)) = self.place();
            let room = self.space(n);
            let bytes = &room[..n.min(room.len())];
            cx.emit(EventKind::BytesReceived, || TraceEvent::BytesReceived {
                layer,
                offset,
                bytes,
            });
        }
    }

    /// Emits received bytes that the driver owns.
    #[inline(always)]
    pub(crate) fn emit_owned<S: Sink>(&self, bytes: &[u8], cx: &mut Cx<'_, S>) {
        cx.emit(EventKind::BytesReceived, || {
            let (layer, (_, offset)) = self.place();
            TraceEvent::BytesReceived { layer, offset, bytes }
        });
    }

    /// Emits the first `n` bytes of the output.
    #[inline(always)]
    pub(crate) fn emit_sent<S: Sink>(&self, n: usize, cx: &mut Cx<'_, S>) {
        if cx.wants(EventKind::BytesSent) {
            let (layer, (offset, _)) = self.place();
            emit_slices(self.out(), n, layer, offset, cx);
        }
    }

    /// Returns the layer whose bytes the transport moves, and how many it has sent and received.
    fn place(&self) -> (&'static str, (u64, u64)) {
        match &self.layers {
            None => (HTTP, (self.http1.total_sent(), self.http1.received())),
            Some(layers) => ("transport", layers.moved),
        }
    }

    /// Returns how many bytes the transport has sent and received together. The first layer starts another
    /// count.
    pub(crate) fn passed(&self) -> u64 {
        let (_, (sent, received)) = self.place();
        sent + received
    }

    /// Emits the properties of the uppermost layer after its handshake, which accepted the peer's
    /// certificate or not.
    #[cold]
    pub(crate) fn emit_facts<S: Sink>(
        &self,
        reader: Option<CertificateReader>,
        accepted: bool,
        cx: &mut Cx<'_, S>,
    ) {
        if cx.wants(EventKind::TlsNegotiated) || cx.wants(EventKind::CertificateReceived) {
            secured::emit(&self.facts(), reader, accepted, cx);
        }
    }

    /// Handles data that have ended where [the closing message is missing](Self::lacks_close_notify):
    /// emits that, and fails if the message is required.
    #[cold]
    pub(crate) fn end_without_close_notify<S: Sink>(
        what: &'static str,
        required: bool,
        cx: &mut Cx<'_, S>,
    ) -> Result<(), TlsError> {
        cx.emit(EventKind::CloseNotifyMissing, || TraceEvent::CloseNotifyMissing {
            what,
            refused: required,
        });
        if required { Err(TlsError::CloseNotifyMissing) } else { Ok(()) }
    }
}
