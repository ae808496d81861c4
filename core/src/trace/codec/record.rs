//! An event as it stands in memory: first the facts that every event carries, then its fields.

use super::failure::Numbered as _;
use super::slot::Slot;
use crate::error::Phase;
use crate::time::Mono;
use crate::trace::{EventKind, Meta};
use crate::values::{ConnectionId, ExchangeId, SpanId};

/// How many slots the facts take.
pub(super) const HEAD: usize = 6;

/// Where the exchange stands in them. The first says how long the record is, and what kind of event.
const EXCHANGE: usize = 4;

/// Writes the facts about an event. How many slots it takes is known when it is written.
#[inline]
pub(super) fn write_head(meta: &Meta, [shape, at, seq, connection, exchange, step]: &[Slot; HEAD]) {
    shape.set(u64::from(meta.phase as u8) << 8 | u64::from(meta.kind as u8));
    at.set(meta.at.as_nanos());
    seq.set(meta.seq);
    connection.set(meta.connection.0);
    exchange.set(meta.exchange.0);
    step.set(u64::from(meta.span.0) << 32 | u64::from(meta.attempt));
}

/// Writes how many slots the event takes that was written.
#[inline]
pub(super) fn write_len(len: usize, [shape, ..]: &[Slot; HEAD]) {
    shape.set((len as u64) << 32 | shape.get());
}

/// An event that a [`Codec`](super::Codec) has written. What every event carries can be read without
/// the codec.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    slots: &'a [Slot],
    head: &'a [Slot; HEAD],
}

impl<'a> Record<'a> {
    /// The records that stand in these slots one after the other.
    pub fn all(slots: &'a [Slot]) -> impl Iterator<Item = Self> {
        let mut rest = slots;
        core::iter::from_fn(move || {
            let len = usize::try_from(rest.first()?.get() >> 32).ok()?;
            let (record, after) = rest.split_at_checked(len)?;
            rest = after;
            Self::of(record)
        })
    }

    /// The record that these slots are. `None` if they are too few for any.
    #[inline]
    #[must_use]
    pub const fn of(slots: &'a [Slot]) -> Option<Self> {
        match slots.first_chunk() {
            Some(head) => Some(Self { slots, head }),
            None => None,
        }
    }

    /// The slots it stands in.
    #[inline]
    #[must_use]
    pub const fn slots(self) -> &'a [Slot] {
        self.slots
    }

    /// Those of its fields.
    pub(super) fn fields(self) -> &'a [Slot] {
        self.slots.get(HEAD..).unwrap_or_default()
    }

    /// The facts about the event.
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

    /// Which event it is.
    #[inline]
    #[must_use]
    pub fn kind(self) -> Option<EventKind> {
        let [kind, ..] = self.head[0].get().to_le_bytes();
        EventKind::ALL.get(usize::from(kind)).copied()
    }

    /// The exchange that the event belongs to.
    #[inline]
    #[must_use]
    pub fn exchange(self) -> ExchangeId {
        ExchangeId(self.head[EXCHANGE].get())
    }
}
