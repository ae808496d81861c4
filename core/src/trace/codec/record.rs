//! An event in memory: first the metadata, which every event has, and then its fields.

use super::failure::Numbered as _;
use super::slot::Slot;
use crate::error::Phase;
use crate::time::Mono;
use crate::trace::{EventKind, Meta};
use crate::values::{ConnectionId, ExchangeId, SpanId};

/// Number of slots of the metadata.
pub(super) const HEAD: usize = 6;

/// The slot of the exchange. The first slot has the length of the record and the kind of the event.
const EXCHANGE: usize = 4;

/// Writes the metadata of an event. [`write_len`] adds the length when the event is written.
#[inline]
pub(super) fn write_head(meta: &Meta, [shape, at, seq, connection, exchange, step]: &[Slot; HEAD]) {
    shape.set(u64::from(meta.phase as u8) << 8 | u64::from(meta.kind as u8));
    at.set(meta.at.as_nanos());
    seq.set(meta.seq);
    connection.set(meta.connection.0);
    exchange.set(meta.exchange.0);
    step.set(u64::from(meta.span.0) << 32 | u64::from(meta.attempt));
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
        self.slots.get(HEAD..).unwrap_or_default()
    }

    /// Returns the metadata of the event, or `None` if the record is invalid.
    #[must_use]
    pub fn meta(self) -> Option<Meta> {
        let [shape, at, seq, connection, exchange, step] = self.head.each_ref().map(Slot::get);
        let [_, phase, ..] = shape.to_le_bytes();
        Some(Meta {
            at: Mono::from_nanos(at),
            seq,
            connection: ConnectionId(connection),
            exchange: ExchangeId(exchange),
            attempt: u32::try_from(step & u64::from(u32::MAX)).ok()?,
            span: SpanId(u32::try_from(step >> 32).ok()?),
            phase: Phase::numbered(phase.into())?,
            kind: self.kind()?,
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
