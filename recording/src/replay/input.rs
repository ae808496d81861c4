//! What recorded calls need, of clients and of servers.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bytes::Bytes;
use limpid_core::internal::{Reader, Stored};
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, Sink};
use limpid_core::transport::CertificateReader;

use super::content::Recording;
use super::layer::ReplayedLayer;
use crate::stream::Stream;

/// The maximum number of bytes of one read, and those that are read before they are parsed.
pub(super) const MOST_READ: usize = 16 << 20;

/// The maximum number of bytes of a body that are handed in at once and were left out of the recording.
const MOST_BODY: usize = 256 << 20;

/// Why a call is not made.
pub(super) enum Lost {
    /// The payload is invalid.
    Invalid,
    /// What the call needs was not recorded.
    Missing,
}

/// Returns an argument of a call.
pub(super) fn read<T: Stored>(from: &mut Reader<'_>) -> Result<T, Lost> {
    from.read().ok_or(Lost::Invalid)
}

/// What a call needs besides its exchange.
pub(super) struct Context<'c> {
    pub(super) recording: &'c mut Recording,
    pub(super) sink: &'c dyn Sink,
    pub(super) certificates: Option<CertificateReader>,
    pub(super) now: Mono,
}

impl Context<'_> {
    /// Returns the next layer of a connection, and counts it.
    pub(super) fn layer(
        &mut self,
        connection: ConnectionId,
        layers: &mut u8,
        has_ended: &Arc<AtomicBool>,
    ) -> ReplayedLayer {
        let layer = *layers;
        *layers = layers.saturating_add(1);
        let recording = &mut *self.recording;
        let mut tape = |stream| recording.streams.remove(&stream).unwrap_or_default();
        let delivered = tape(Stream::delivered(connection, layer));
        let out = tape(Stream::out(connection, layer));
        ReplayedLayer::new(
            Arc::clone(&recording.bytes),
            recording.layers.remove(&(connection, layer)).unwrap_or_default(),
            delivered,
            recording.header.capture.shows_bytes().then_some(out),
            Arc::clone(has_ended),
        )
    }
}

/// Reads what the transport of a connection has received next.
pub(super) fn read_received(
    to: &mut [u8],
    connection: ConnectionId,
    is_secure: bool,
    context: &mut Context<'_>,
) -> Result<(), Lost> {
    let recording = &mut *context.recording;
    let is_encrypted = is_secure && !recording.header.capture.shows_bytes();
    if is_encrypted {
        // The layer ignores its input.
        return Ok(());
    }
    let tape = recording.streams.get_mut(&Stream::received(connection)).ok_or(Lost::Missing)?;
    tape.read(&recording.bytes, to).ok_or(Lost::Missing)
}

/// Returns the next piece of the body of the request, or of the responses, of a place.
pub(super) fn body(place: u64, n: usize, context: &mut Context<'_>) -> Result<Bytes, Lost> {
    let recording = &mut *context.recording;
    if n == 0 {
        return Ok(Bytes::new());
    }
    let tape = recording.bodies.get_mut(&place).ok_or(Lost::Missing)?;
    if n > MOST_BODY || !tape.has(n) {
        return Err(Lost::Missing);
    }
    let mut bytes = vec![0; n];
    tape.read(&recording.bytes, &mut bytes).ok_or(Lost::Missing)?;
    Ok(bytes.into())
}
