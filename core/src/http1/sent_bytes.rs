//! Events for the bytes of HTTP that a layer, such as TLS, is about to transform.

use super::out::Out;
use crate::trace::{Cx, EventKind, Sink, TraceEvent};

/// The name of the layer of HTTP in events.
pub(crate) const HTTP: &str = "http";

/// Emits the bytes in the queue after the first `emitted` of the connection, and returns the new number.
#[cold]
#[inline(never)]
pub(super) fn emit_queued<S: Sink>(out: &Out, emitted: u64, cx: &mut Cx<'_, S>) -> u64 {
    let mut offset = out.total();
    for slice in out.slices() {
        let known = usize::try_from(emitted.saturating_sub(offset)).unwrap_or(usize::MAX);
        let bytes = &slice[known.min(slice.len())..];
        offset += slice.len() as u64;
        if !bytes.is_empty() {
            let (layer, offset) = (HTTP, offset - bytes.len() as u64);
            cx.emit(EventKind::BytesSent, || TraceEvent::BytesSent { layer, offset, bytes });
        }
    }
    offset
}
