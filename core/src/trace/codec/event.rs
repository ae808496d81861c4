//! The codec for whole events.

use super::cursor::{MOST, Reader};
use super::record::{self, Record};
use super::slot::Slot;
use super::words::Words;
use crate::trace::catalog::{OwnedTraceEvent, TraceEvent};
use crate::trace::meta::Meta;

/// A codec that writes events as records and reads them back, for sinks that keep events.
///
/// Writing copies numbers and bytes without formatting them, and does not allocate. Records are valid only
/// in the memory of one process. They are not a file format: their layout changes with the catalogue, and
/// a reason or another fixed text is a number that only the codec which wrote it can read.
///
/// ```
/// use limpid_core::internal::{Codec, Record, Slot};
/// use limpid_core::trace::TraceEvent;
/// # use limpid_core::trace::{EventKind, ExchangeId, Meta};
/// # let mut meta = Meta::new(EventKind::LimitHit);
/// # meta.exchange = ExchangeId(1);
///
/// let codec = Codec::new();
/// let memory = Slot::memory(128);
/// let event = TraceEvent::LimitHit { limit: "head", most: 65_536 };
/// let len = codec.encode(&meta, &event, &memory).unwrap();
///
/// let record = Record::all(&memory[..len]).next().unwrap();
/// assert_eq!(record.exchange(), ExchangeId(1));
/// let (meta_again, event_again) = codec.decode(record).unwrap();
/// assert_eq!((meta_again, event_again.borrow()), (meta, event));
/// ```
#[derive(Debug)]
pub struct Codec {
    pub(super) words: Words,
}

impl Codec {
    /// Number of bytes that the codec itself takes.
    pub const MEMORY: usize = Words::MEMORY;

    /// Number of slots that must be free to write an event: the maximum that an event without long text
    /// takes.
    pub const LEAST: usize = record::HEAD + MOST;

    /// Creates a codec. It allocates all memory that the codec needs.
    #[must_use]
    pub fn new() -> Self {
        Self { words: Words::new() }
    }

    /// Writes an event to the start of `out`, and returns how many slots it takes. Returns `None` if `out` is
    /// too short for the event or shorter than [`LEAST`](Self::LEAST); `out` may contain a part of the event
    /// then.
    #[expect(clippy::inline_always, reason = "a call costs as much as a small event")]
    #[inline(always)]
    pub fn encode(&self, meta: &Meta, event: &TraceEvent<'_>, out: &[Slot]) -> Option<usize> {
        // For most events this is the only check.
        let room = out.first_chunk::<{ Self::LEAST }>()?;
        let (head, placed) = room.split_first_chunk()?;
        let (placed, fields) = (placed.first_chunk()?, out.get(record::HEAD..)?);
        record::write_head(meta, head);
        let behind = event.encode(&self.words, placed, fields)?;
        let behind = match &meta.tag {
            None => behind,
            Some(tag) => record::write_tag(tag, behind, head)?,
        };
        let len = out.len() - behind.len();
        record::write_len(len, head);
        Some(len)
    }

    /// Reads an event back. Returns `None` for a record that this codec has not written.
    #[must_use]
    pub fn decode(&self, record: Record<'_>) -> Option<(Meta, OwnedTraceEvent)> {
        let meta = record.meta()?;
        let mut reader = Reader::new(record.fields(), meta.kind.slots(), &self.words)?;
        let event = OwnedTraceEvent::decode(meta.kind, &mut reader)?;
        reader.is_at_end().then_some((meta, event))
    }
}

impl Default for Codec {
    fn default() -> Self {
        Self::new()
    }
}
