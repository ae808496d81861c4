//! Events as records: written at the moment of the fact, read when somebody asks.

mod cursor;
mod failure;
mod record;
mod slot;
mod values;

use alloc::boxed::Box;
use std::sync::OnceLock;

use super::catalog::{MOST, OwnedTraceEvent, TraceEvent};
use super::meta::Meta;
pub(super) use cursor::{Reader, Writer};
pub use record::Record;
pub use slot::Slot;

/// Turns events into records and back, for sinks that keep them.
///
/// Numbers and bytes are copied as they are and nothing is formatted, so that writing costs little;
/// it allocates nothing. The form is for the memory of one process. It is no file format: it changes
/// with the catalogue, and a reason or another fixed word is a number that only the codec which
/// wrote it can read.
///
/// ```
/// use limpid_core::trace::{Codec, Record, Slot, TraceEvent};
/// # use limpid_core::time::Mono;
/// # use limpid_core::trace::{EventKind, ExchangeId, ConnectionId, Meta, SpanId};
/// # use limpid_core::error::Phase;
/// # let meta = Meta {
/// #     at: Mono::from_nanos(7), seq: 0, connection: ConnectionId(1), exchange: ExchangeId(1),
/// #     attempt: 1, span: SpanId(0), phase: Phase::Idle, kind: EventKind::LimitHit,
/// # };
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
    /// What the number of a word stands for: a table that is open to the next free place.
    words: Box<[OnceLock<&'static str>; Self::WORDS]>,
}

impl Codec {
    /// How many bytes the codec itself takes.
    pub const MEMORY: usize = Self::WORDS * size_of::<OnceLock<&str>>();

    /// How many slots must be free, so that any event can be written that has no long text: the
    /// most that such an event takes.
    pub const LEAST: usize = record::HEAD + MOST;

    /// How many different words it can tell apart. The catalogue has about half as many.
    const WORDS: usize = 256;

    /// What a word becomes when there are too many: the word with the number 0.
    const UNKNOWN: &'static str = "...";

    /// A codec, and all the memory that it will ever need.
    #[must_use]
    pub fn new() -> Self {
        let mut words = Box::new([const { OnceLock::new() }; Self::WORDS]);
        words[0] = OnceLock::from(Self::UNKNOWN);
        Self { words }
    }

    /// Writes an event to the start of `out`, and returns how many slots that took. `None` if it
    /// has too little room, or less than [`LEAST`](Self::LEAST); then there may be a part of the
    /// event.
    #[expect(clippy::inline_always, reason = "a call costs as much as a small event")]
    #[inline(always)]
    pub fn encode(&self, meta: &Meta, event: &TraceEvent<'_>, out: &[Slot]) -> Option<usize> {
        // This is all that has to be asked for most events.
        let room = out.first_chunk::<{ Self::LEAST }>()?;
        let (head, placed) = room.split_first_chunk()?;
        let (placed, fields) = (placed.first_chunk()?, out.get(record::HEAD..)?);
        record::write_head(meta, head);
        let behind = event.encode(self, placed, fields)?;
        let len = out.len() - behind.len();
        record::write_len(len, head);
        Some(len)
    }

    /// Reads an event back. `None` for a record that this codec has not written.
    #[must_use]
    pub fn decode(&self, record: Record<'_>) -> Option<(Meta, OwnedTraceEvent)> {
        let meta = record.meta()?;
        let mut reader = Reader::new(record.fields(), meta.kind.slots(), self)?;
        let event = OwnedTraceEvent::decode(meta.kind, &mut reader)?;
        reader.is_at_end().then_some((meta, event))
    }

    /// The number of a word. A word is known by where it stands in memory, which is fast; one that
    /// stands there twice has two numbers.
    fn number(&self, word: &'static str) -> u8 {
        let first = first_place(word);
        match self.words[usize::from(first)].get() {
            Some(known) if core::ptr::eq(*known, word) => first,
            _ => self.next_number(first, word),
        }
    }

    /// The number of a word that is new, or has a place behind another's.
    #[cold]
    fn next_number(&self, first: u8, word: &'static str) -> u8 {
        // The number wraps around to those before the first.
        (0..=u8::MAX)
            .map(|step| first.wrapping_add(step))
            .find(|number| {
                core::ptr::eq(*self.words[usize::from(*number)].get_or_init(|| word), word)
            })
            .unwrap_or(0)
    }
}

/// The place of a word that is tried first: its address, mixed well.
#[inline]
fn first_place(word: &'static str) -> u8 {
    // Fibonacci hashing.
    let mixed = (word.as_ptr().addr() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed.to_be_bytes()[0]
}

impl Default for Codec {
    fn default() -> Self {
        Self::new()
    }
}

/// A value that can be written.
pub(super) trait Encode {
    /// Writes it. `None` if there is too little room.
    fn encode(&self, codec: &Codec, to: &mut Writer<'_>) -> Option<()>;
}

/// A value that can be read.
pub(super) trait Decode: Sized {
    /// The most slots that it takes, without what is behind them.
    const SLOTS: usize;

    fn decode(from: &mut Reader<'_>) -> Option<Self>;
}

/// The greatest of these.
pub(super) const fn most<const N: usize>(numbers: [usize; N]) -> usize {
    let (mut most, mut index) = (0, 0);
    while index < N {
        if numbers[index] > most {
            most = numbers[index];
        }
        index += 1;
    }
    most
}

/// A text of the program's own: its number is written.
pub(super) struct Word(pub(super) &'static str);

/// How a field of an event is written.
macro_rules! written {
    (Word $x:expr) => {
        crate::trace::codec::Word(*$x)
    };
    ($kind:ident $x:expr) => {
        *$x
    };
}

pub(super) use written;

#[cfg(test)]
mod tests;
