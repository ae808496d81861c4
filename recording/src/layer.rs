//! Recording what a layer does.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use limpid_core::internal::Stored;
use limpid_core::trace::ConnectionId;
use limpid_core::transport::{Layer, LayerError, LayerFacts, LayerState};

use crate::facts::Facts;
use crate::format::FrameKind;
use crate::recorder::Recorder;
use crate::stream::Stream;

/// The number of recorded layers of a connection, which they share.
pub(crate) type LayerCount = Arc<AtomicU8>;

/// A layer that records how the layer within answers.
pub(crate) struct RecordedLayer {
    inner: Box<dyn Layer>,
    recorder: Arc<Recorder>,
    connection: ConnectionId,
    /// The number of the layer among the recorded ones of the connection, from the transport up.
    number: u8,
    /// The number of them now.
    count: LayerCount,
    /// Whether what it puts out is recorded.
    keeps_ciphertext: bool,
    /// The number of bytes in what it put out before.
    out: usize,
    /// The lengths of the pieces that it delivered last.
    delivered: Vec<usize>,
    is_open: bool,
    /// The properties that were recorded last.
    facts: Facts,
}

impl fmt::Debug for RecordedLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl RecordedLayer {
    /// Wraps a layer of this connection.
    pub(crate) fn new(
        inner: Box<dyn Layer>,
        recorder: Arc<Recorder>,
        connection: ConnectionId,
        count: LayerCount,
    ) -> Self {
        Self {
            keeps_ciphertext: recorder.keeps_ciphertext(),
            inner,
            recorder,
            connection,
            number: count.fetch_add(1, Ordering::Relaxed),
            count,
            out: 0,
            delivered: Vec::new(),
            is_open: false,
            facts: Facts::default(),
        }
    }

    /// Returns the properties of the layer if they have changed, which they do before it is open and when it fails.
    fn new_facts(&mut self, result: &Result<LayerState, LayerError>) -> Option<Facts> {
        let was_open = self.is_open;
        self.is_open = !matches!(result, Ok(LayerState::Opening));
        if was_open && result.is_ok() {
            return None;
        }
        let facts = Facts::from(self.inner.facts());
        if facts == self.facts {
            return None;
        }
        self.facts = facts.clone();
        Some(facts)
    }

    /// Records an operation, with what `result` appends.
    fn record(&mut self, kind: FrameKind, result: impl FnOnce(&mut Vec<u8>)) {
        let out = self.inner.out();
        // What was put out before is in front.
        let new = out.get(self.out..).unwrap_or_default();
        if self.keeps_ciphertext {
            self.recorder.tape(Stream::out(self.connection, self.number), new);
        }
        let (new, buffered) = (new.len(), self.inner.buffered());
        self.out = out.len();
        self.recorder.record(|state| {
            state.frames.frame(kind, |to| {
                self.connection.store(to);
                self.number.store(to);
                (new, buffered).store(to);
                result(to);
            });
        });
    }
}

impl Layer for RecordedLayer {
    fn space(&mut self, min: usize) -> &mut [u8] {
        self.inner.space(min)
    }

    fn filled(&mut self, n: usize) {
        self.inner.filled(n);
        self.record(FrameKind::LayerFilled, |_| {});
    }

    fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError> {
        let Self {
            inner, recorder, connection, number, count, keeps_ciphertext, delivered, ..
        } = self;
        let is_top = *number + 1 == count.load(Ordering::Relaxed);
        let stream = Stream::delivered(*connection, *number);
        delivered.clear();
        let result = inner.advance(&mut |bytes| {
            delivered.push(bytes.len());
            if is_top {
                recorder.plaintext(None, stream, bytes);
            } else if *keeps_ciphertext {
                recorder.tape(stream, bytes);
            }
            deliver(bytes);
        });
        let facts = self.new_facts(&result);
        let delivered = std::mem::take(&mut self.delivered);
        self.record(FrameKind::LayerAdvanced, |to| {
            is_top.store(to);
            delivered.store(to);
            match &result {
                Ok(state) => {
                    true.store(to);
                    state.store(to);
                }
                Err(error) => {
                    false.store(to);
                    error.store(to);
                }
            }
            facts.store(to);
        });
        self.delivered = delivered;
        result
    }

    fn buffered(&self) -> usize {
        self.inner.buffered()
    }

    fn write(&mut self, data: &[u8]) -> Result<(), LayerError> {
        let result = self.inner.write(data);
        self.record(FrameKind::LayerWritten, |to| {
            result.is_ok().store(to);
            if let Err(error) = &result {
                error.store(to);
            }
        });
        result
    }

    fn close(&mut self) {
        self.inner.close();
        self.record(FrameKind::LayerClosed, |_| {});
    }

    fn out(&self) -> &[u8] {
        self.inner.out()
    }

    fn sent(&mut self, n: usize) {
        self.inner.sent(n);
        self.out = self.out.saturating_sub(n);
    }

    fn free_buffers(&mut self) {
        self.inner.free_buffers();
    }

    fn facts(&self) -> LayerFacts<'_> {
        self.inner.facts()
    }

    fn peer_certificates(&self) -> Vec<std::borrow::Cow<'_, [u8]>> {
        self.inner.peer_certificates()
    }
}
