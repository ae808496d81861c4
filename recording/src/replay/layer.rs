//! Layers that repeat what recorded ones did.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use limpid_core::internal::Reader;
use limpid_core::transport::{Layer, LayerError, LayerFacts, LayerState};

use super::content::Call;
use super::streams::Tape;
use crate::facts::Facts;
use crate::format::FrameKind;

/// The maximum number of bytes that an operation may deliver or put out.
const MOST: usize = 1 << 20;

/// A layer that repeats recorded operations, whatever it receives.
pub(super) struct ReplayedLayer {
    /// The bytes of the recording.
    bytes: Arc<Vec<u8>>,
    operations: VecDeque<Call>,
    delivered: Tape,
    /// What was put out; `None` if that was not recorded.
    recorded_out: Option<Tape>,
    /// The room for bytes from below, which are ignored.
    room: Vec<u8>,
    out: VecBuffer,
    buffered: usize,
    facts: Facts,
    /// Set when an operation is called that was not recorded: the recording ends here, or it is of another version.
    has_ended: Arc<AtomicBool>,
}

/// Bytes that are removed from the front.
#[derive(Debug, Default)]
struct VecBuffer {
    bytes: Vec<u8>,
    start: usize,
}

impl VecBuffer {
    fn unread(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    fn consume(&mut self, n: usize) {
        self.start += n;
        if self.start >= self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
        }
    }

    /// Appends this many zeros, and returns them.
    fn grow(&mut self, n: usize) -> &mut [u8] {
        let len = self.bytes.len();
        self.bytes.resize(len + n, 0);
        self.bytes.get_mut(len..).unwrap_or_default()
    }
}

impl fmt::Debug for ReplayedLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayedLayer")
            .field("operations", &self.operations.len())
            .finish_non_exhaustive()
    }
}

impl ReplayedLayer {
    pub(super) fn new(
        bytes: Arc<Vec<u8>>,
        operations: VecDeque<Call>,
        delivered: Tape,
        recorded_out: Option<Tape>,
        has_ended: Arc<AtomicBool>,
    ) -> Self {
        Self {
            bytes,
            operations,
            delivered,
            recorded_out,
            room: Vec::new(),
            out: VecBuffer::default(),
            buffered: 0,
            facts: Facts::default(),
            has_ended,
        }
    }

    /// Repeats the next operation, if it is of this kind: calls `repeat` with what is special about the kind. Returns
    /// `None`, and notes that the recording has ended, if it cannot be repeated.
    fn next<T>(
        &mut self,
        kind: FrameKind,
        repeat: impl FnOnce(&mut Self, &mut Reader<'_>) -> Option<T>,
    ) -> Option<T> {
        let repeated = self.repeat(kind, repeat);
        if repeated.is_none() {
            self.has_ended.store(true, Ordering::Relaxed);
        }
        repeated
    }

    fn repeat<T>(
        &mut self,
        kind: FrameKind,
        repeat: impl FnOnce(&mut Self, &mut Reader<'_>) -> Option<T>,
    ) -> Option<T> {
        let operation = self.operations.pop_front().filter(|operation| operation.kind == kind)?;
        let bytes = Arc::clone(&self.bytes);
        let mut reader = Reader::new(bytes.get(operation.payload)?);
        let (new, buffered) = (reader.read::<usize>()?, reader.read()?);
        if new > MOST {
            return None;
        }
        self.buffered = buffered;
        let result = repeat(self, &mut reader)?;
        let out = self.out.grow(new);
        if let Some(tape) = &mut self.recorded_out {
            tape.read(&bytes, out)?;
        }
        reader.is_at_end().then_some(result)
    }

    /// Delivers recorded bytes, and returns the recorded result.
    fn deliver(
        &mut self,
        deliver: &mut dyn FnMut(&[u8]),
        from: &mut Reader<'_>,
    ) -> Option<Result<LayerState, LayerError>> {
        let is_top: bool = from.read()?;
        let is_recorded = is_top || self.recorded_out.is_some();
        for len in from.read::<Vec<usize>>()? {
            if len > MOST {
                return None;
            }
            let mut piece = vec![0; len];
            if is_recorded {
                self.delivered.read(&self.bytes, &mut piece)?;
            }
            deliver(&piece);
        }
        let result = if from.read()? { Ok(from.read()?) } else { Err(from.read()?) };
        if let Some(facts) = from.read()? {
            self.facts = facts;
        }
        Some(result)
    }
}

impl Layer for ReplayedLayer {
    fn space(&mut self, min: usize) -> &mut [u8] {
        if self.room.len() < min {
            self.room.resize(min, 0);
        }
        &mut self.room
    }

    fn filled(&mut self, _: usize) {
        let _ = self.next(FrameKind::LayerFilled, |_, _| Some(()));
    }

    fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError> {
        let repeat = |layer: &mut Self, from: &mut Reader<'_>| layer.deliver(deliver, from);
        self.next(FrameKind::LayerAdvanced, repeat).unwrap_or(Ok(LayerState::Opening))
    }

    fn buffered(&self) -> usize {
        self.buffered
    }

    fn write(&mut self, _: &[u8]) -> Result<(), LayerError> {
        let repeat = |_: &mut Self, from: &mut Reader<'_>| {
            Some(if from.read()? { Ok(()) } else { Err(from.read()?) })
        };
        self.next(FrameKind::LayerWritten, repeat).unwrap_or(Ok(()))
    }

    fn close(&mut self) {
        let _ = self.next(FrameKind::LayerClosed, |_, _| Some(()));
    }

    fn out(&self) -> &[u8] {
        self.out.unread()
    }

    fn sent(&mut self, n: usize) {
        self.out.consume(n);
    }

    fn facts(&self) -> LayerFacts<'_> {
        self.facts.borrow()
    }
}
