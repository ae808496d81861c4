//! Events of the bytes that a connection moves.

use crate::http1::Connection;
use crate::trace::{Cx, EventKind, Sink, TraceEvent};

/// The name of the layer of HTTP in events.
pub(super) const HTTP: &str = "http";

/// Emits the first `n` bytes of these slices, as bytes that were sent after the first `offset`.
pub(super) fn emit_slices<S: Sink>(
    slices: [&[u8]; 3],
    n: usize,
    layer: &'static str,
    mut offset: u64,
    cx: &mut Cx<'_, S>,
) {
    let mut left = n;
    for slice in slices {
        let bytes = &slice[..left.min(slice.len())];
        left -= bytes.len();
        if !bytes.is_empty() {
            cx.emit(EventKind::BytesSent, || TraceEvent::BytesSent { layer, offset, bytes });
            offset += bytes.len() as u64;
        }
    }
}

/// Emits the bytes of HTTP that layers have delivered, behind the first `before` of those that wait.
pub(super) fn emit_delivered<S: Sink>(http1: &Connection, before: usize, cx: &mut Cx<'_, S>) {
    let bytes = &http1.unread()[before..];
    if !bytes.is_empty() {
        let (layer, offset) = (HTTP, http1.received() - bytes.len() as u64);
        let event = || TraceEvent::BytesReceived { layer, offset, bytes };
        cx.emit(EventKind::BytesReceived, event);
    }
}
