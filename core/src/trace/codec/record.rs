//! An event in memory: first the metadata, which every event has, and then its fields.

use crate::values::Arc;
use alloc::string::String;

use super::failure::Numbered as _;
use super::slot::{self, Slot};
use crate::error::Phase;
use crate::time::Mono;
use crate::trace::links::{Links, SpanNumber};
use crate::trace::{EventKind, Meta};
use crate::values::{ConnectionId, ExchangeId};

/// Number of slots of the metadata.
pub(super) const HEAD: usize = 6;

/// The slot of the exchange. The first slot has the length of the record, the length of the tag at its end, the
/// phase and the kind of the event.
const EXCHANGE: usize = 4;

/// The bit of the first slot at which the length of the tag starts.
const TAG_LEN: u32 = 16;

/// Writes the metadata of an event. [`write_len`] adds the length when the event is written.
#[inline]
pub(super) fn write_head(meta: &Meta, [shape, at, seq, connection, exchange, step]: &[Slot; HEAD]) {
    shape.set(u64::from(meta.phase as u8) << 8 | u64::from(meta.kind as u8));
    at.set(meta.at.as_nanos());
    seq.set(meta.seq);
    connection.set(meta.connection.0);
    exchange.set(meta.exchange.0);
    let Links { span, parent } = meta.links;
    let [hop, attempt, span, parent] =
        [meta.hop, meta.attempt, span.get(), parent.get()].map(u64::from);
    step.set(hop | attempt << 16 | span << 32 | parent << 48);
}

/// Writes the tag of an event behind its fields, to the start of `behind`. Returns the slots that remain, or
/// `None` if there are too few.
#[cold]
#[inline(never)]
pub(super) fn write_tag<'s>(
    tag: &str,
    behind: &'s [Slot],
    [shape, ..]: &[Slot; HEAD],
) -> Option<&'s [Slot]> {
    let (first, rest) = behind.split_first()?;
    let rest = slot::write(tag.as_bytes(), first, rest)?;
    let len = u16::try_from(behind.len() - rest.len()).ok()?;
    shape.set(u64::from(len) << TAG_LEN | shape.get());
    Some(rest)
}

/// Writes how many slots the event takes.
#[inline]
pub(super) fn write_len(len: usize, [shape, ..]: &[Slot; HEAD]) {
    shape.set((len as u64) << 32 | shape.get());
}

/// An event that a [`Codec`](super::Codec) has written. Its metadata can be read without the codec.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    slots: &'a [Slot],
    head: &'a [Slot; HEAD],
}

impl<'a> Record<'a> {
    /// Returns the consecutive records of these slots.
    pub fn all(slots: &'a [Slot]) -> impl Iterator<Item = Self> {
        let mut rest = slots;
        core::iter::from_fn(move || {
            let len = usize::try_from(rest.first()?.get() >> 32).ok()?;
            let (record, after) = rest.split_at_checked(len)?;
            rest = after;
            Self::of(record)
        })
    }

    /// Returns the record in these slots, or `None` if there are too few for any record.
    #[inline]
    #[must_use]
    pub const fn of(slots: &'a [Slot]) -> Option<Self> {
        match slots.first_chunk() {
            Some(head) => Some(Self { slots, head }),
            None => None,
        }
    }

    /// Returns the slots of the record.
    #[inline]
    #[must_use]
    pub const fn slots(self) -> &'a [Slot] {
        self.slots
    }

    /// Returns the slots of the fields.
    pub(super) fn fields(self) -> &'a [Slot] {
        self.slots.get(HEAD..self.slots.len().saturating_sub(self.tag_len())).unwrap_or_default()
    }

    /// Returns the number of slots of the tag.
    fn tag_len(self) -> usize {
        let [_, _, low, high, ..] = self.head[0].get().to_le_bytes();
        u16::from_le_bytes([low, high]).into()
    }

    /// Returns the tag, if the event has one. `None` if the record is invalid.
    fn tag(self) -> Option<Option<Arc<str>>> {
        let len = self.tag_len();
        if len == 0 {
            return Some(None);
        }
        let start = self.slots.len().checked_sub(len).filter(|start| *start >= HEAD)?;
        let (first, rest) = self.slots.get(start..)?.split_first()?;
        let (tag, rest) = slot::read(first, rest)?;
        rest.is_empty().then_some(())?;
        Some(Some(String::from_utf8(tag).ok()?.into()))
    }

    /// Returns the metadata of the event, or `None` if the record is invalid.
    #[must_use]
    pub fn meta(self) -> Option<Meta> {
        let [shape, at, seq, connection, exchange, step] = self.head.each_ref().map(Slot::get);
        let [_, phase, ..] = shape.to_le_bytes();
        let bytes = step.to_le_bytes();
        let ([hop, attempt, span, parent], _) = bytes.as_chunks() else { return None };
        let number = |bytes| SpanNumber::from_u16(u16::from_le_bytes(bytes));
        Some(Meta {
            at: Mono::from_nanos(at),
            seq,
            connection: ConnectionId(connection),
            exchange: ExchangeId(exchange),
            hop: u16::from_le_bytes(*hop),
            attempt: u16::from_le_bytes(*attempt),
            links: Links { span: number(*span), parent: number(*parent) },
            phase: Phase::numbered(phase.into())?,
            kind: self.kind()?,
            tag: self.tag()?,
        })
    }

    /// Returns the kind of the event, or `None` if the record is invalid.
    #[inline]
    #[must_use]
    pub fn kind(self) -> Option<EventKind> {
        let [kind, ..] = self.head[0].get().to_le_bytes();
        EventKind::ALL.get(usize::from(kind)).copied()
    }

    /// Returns the exchange that the event belongs to.
    #[inline]
    #[must_use]
    pub fn exchange(self) -> ExchangeId {
        ExchangeId(self.head[EXCHANGE].get())
    }
}
