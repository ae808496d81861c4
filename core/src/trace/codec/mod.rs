//! Events as bytes: written at the moment of the fact, read when somebody asks.

mod failure;
mod values;

use alloc::boxed::Box;

use super::catalog::{EventKind, OwnedTraceEvent, TraceEvent};
use super::meta::{ConnectionId, ExchangeId, Meta, SpanId};
use crate::error::Phase;
use crate::time::Mono;

/// Turns events into bytes and back, for sinks that keep them.
///
/// Numbers and bytes are copied as they are and nothing is formatted, so that writing costs little;
/// it allocates nothing. The form is for the memory of one process. It is no file format: it changes
/// with the catalogue, and a reason or another fixed word is a number that only the codec which
/// wrote it can read.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Codec, Cx, Interest, Meta, Scope, Sink, TraceEvent};
/// # use limpid_core::trace::{EventKind, ExchangeId, ConnectionId, SpanId};
/// # use limpid_core::error::Phase;
/// # let meta = Meta {
/// #     at: Mono::from_nanos(7), seq: 0, connection: ConnectionId(1), exchange: ExchangeId(1),
/// #     attempt: 1, span: SpanId(0), phase: Phase::Idle, kind: EventKind::LimitHit,
/// # };
///
/// let mut codec = Codec::new();
/// let event = TraceEvent::LimitHit { limit: "head", most: 65_536 };
/// let mut bytes = [0; 1024];
/// let len = codec.encode(&meta, &event, &mut bytes).unwrap();
/// assert_eq!(len, Codec::size(&event));
/// let (meta_again, event_again) = codec.decode(&bytes[..len]).unwrap();
/// assert_eq!((meta_again, event_again.borrow()), (meta, event));
/// ```
#[derive(Clone, Debug)]
pub struct Codec {
    /// What the number of a word stands for: a table that is open to the next free place.
    words: Box<[Option<&'static str>; Self::WORDS]>,
}

impl Codec {
    /// How many bytes the codec itself takes.
    pub const MEMORY: usize = Self::WORDS * size_of::<&str>();

    /// How many different words it can tell apart: as many as a byte can number. The catalogue has
    /// about half as many.
    const WORDS: usize = 256;

    /// What a word becomes when there are too many: the word with the number 0.
    const UNKNOWN: &'static str = "...";

    /// A codec, and all the memory that it will ever need.
    #[must_use]
    pub fn new() -> Self {
        let mut words = [None; Self::WORDS];
        words[0] = Some(Self::UNKNOWN);
        Self { words: Box::new(words) }
    }

    /// How many bytes an event takes, its [`Meta`] included.
    #[inline]
    #[must_use]
    pub fn size(event: &TraceEvent<'_>) -> usize {
        let mut measure = Measure(META);
        event.encode(&mut measure);
        measure.0
    }

    /// Writes an event to the start of `out`, and returns how many bytes that took. `None` if it
    /// has less room than the [`size`](Self::size) of the event.
    #[inline]
    pub fn encode(&mut self, meta: &Meta, event: &TraceEvent<'_>, out: &mut [u8]) -> Option<usize> {
        let room = out.len();
        let (head, out) = out.split_first_chunk_mut()?;
        write_meta(meta, head);
        let mut writer = Writer { out, is_short: false, codec: self };
        event.encode(&mut writer);
        (!writer.is_short).then(|| room - writer.out.len())
    }

    /// Reads an event back. `None` for bytes that this codec has not written.
    #[must_use]
    pub fn decode(&self, bytes: &[u8]) -> Option<(Meta, OwnedTraceEvent)> {
        let (head, rest) = bytes.split_first_chunk()?;
        let meta = read_meta(head)?;
        let mut reader = Reader { bytes: rest, codec: Some(self) };
        let event = OwnedTraceEvent::decode(meta.kind, &mut reader)?;
        reader.bytes.is_empty().then_some((meta, event))
    }

    /// The facts about an event alone, which come first.
    #[must_use]
    pub fn decode_meta(bytes: &[u8]) -> Option<Meta> {
        read_meta(bytes.first_chunk()?)
    }

    /// The exchange that an event belongs to.
    #[inline]
    #[must_use]
    pub fn decode_exchange(bytes: &[u8]) -> Option<ExchangeId> {
        let id = bytes.get(EXCHANGE..)?.first_chunk()?;
        Some(ExchangeId(u64::from_le_bytes(*id)))
    }

    /// The number of a word. A word is known by where it stands in memory, which is fast; one that
    /// stands there twice has two numbers.
    #[inline]
    fn number(&mut self, word: &'static str) -> u8 {
        let first = first_place(word);
        match self.words[usize::from(first)] {
            Some(known) if core::ptr::eq(known, word) => first,
            _ => self.next_number(first, word),
        }
    }

    /// The number of a word that is new, or has a place behind another's.
    #[cold]
    fn next_number(&mut self, first: u8, word: &'static str) -> u8 {
        // The number wraps around to those before the first.
        for number in (0..=u8::MAX).map(|step| first.wrapping_add(step)) {
            let place = &mut self.words[usize::from(number)];
            match *place {
                Some(known) if core::ptr::eq(known, word) => return number,
                Some(_) => {}
                None => {
                    *place = Some(word);
                    return number;
                }
            }
        }
        0
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

/// How many bytes the facts about an event take.
const META: usize = 42;

/// Where the exchange stands in them.
const EXCHANGE: usize = 24;

#[inline]
fn write_meta(meta: &Meta, out: &mut [u8; META]) {
    out[..8].copy_from_slice(&meta.at.as_nanos().to_le_bytes());
    out[8..16].copy_from_slice(&meta.seq.to_le_bytes());
    out[16..24].copy_from_slice(&meta.connection.0.to_le_bytes());
    out[EXCHANGE..32].copy_from_slice(&meta.exchange.0.to_le_bytes());
    out[32..36].copy_from_slice(&meta.attempt.to_le_bytes());
    out[36..40].copy_from_slice(&meta.span.0.to_le_bytes());
    out[40] = meta.phase as u8;
    out[41] = meta.kind as u8;
}

fn read_meta(bytes: &[u8; META]) -> Option<Meta> {
    // None of these is a word, so they are read without a codec.
    let mut reader = Reader { bytes, codec: None };
    Some(Meta {
        at: Mono::from_nanos(reader.read()?),
        seq: reader.read()?,
        connection: ConnectionId(reader.read()?),
        exchange: ExchangeId(reader.read()?),
        attempt: reader.read()?,
        span: SpanId(reader.read()?),
        phase: reader.read::<Phase>()?,
        kind: *EventKind::ALL.get(usize::from(reader.read::<u8>()?))?,
    })
}

/// Where the parts of an event go.
pub(super) trait Put {
    /// These bytes.
    fn put(&mut self, bytes: &[u8]);

    /// A word, as one byte.
    fn word(&mut self, word: &'static str);
}

/// Counts the bytes.
struct Measure(usize);

impl Put for Measure {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }

    #[inline]
    fn word(&mut self, _: &'static str) {
        self.0 += 1;
    }
}

/// Writes the bytes.
struct Writer<'a> {
    out: &'a mut [u8],
    /// Something had no room.
    is_short: bool,
    codec: &'a mut Codec,
}

impl Put for Writer<'_> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        match core::mem::take(&mut self.out).split_at_mut_checked(bytes.len()) {
            Some((slot, rest)) => {
                slot.copy_from_slice(bytes);
                self.out = rest;
            }
            None => self.is_short = true,
        }
    }

    #[inline]
    fn word(&mut self, word: &'static str) {
        let number = self.codec.number(word);
        self.put(&[number]);
    }
}

/// The bytes of an event that are still to be read.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    /// Who knows the words.
    codec: Option<&'a Codec>,
}

impl<'a> Reader<'a> {
    fn read<T: Decode>(&mut self) -> Option<T> {
        T::decode(self)
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(len)?;
        self.bytes = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(*taken)
    }
}

/// A value that can be written.
pub(super) trait Encode {
    fn encode(&self, out: &mut impl Put);
}

/// A value that can be read.
pub(super) trait Decode: Sized {
    fn decode(from: &mut Reader<'_>) -> Option<Self>;
}

/// A text of the program's own: it is written as a number.
pub(super) struct Word(pub(super) &'static str);

/// How a field of an event is written.
macro_rules! put {
    (Word $x:expr) => {
        crate::trace::codec::Word(*$x)
    };
    ($kind:ident $x:expr) => {
        *$x
    };
}

pub(super) use put;

#[cfg(test)]
mod tests;
