//! What every event carries.

use super::catalog::EventKind;
use crate::error::Phase;
use crate::time::Mono;
use crate::values::{ConnectionId, ExchangeId, SpanId};

/// The facts about an event that do not depend on its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meta {
    /// When it happened, on the driver's clock.
    pub at: Mono,
    /// Its place among the events told of this scope, from 0, without gaps: a jump in a reader's
    /// sequence tells how many were lost on the way.
    pub seq: u64,
    /// The connection it happened on.
    pub connection: ConnectionId,
    /// The exchange it belongs to.
    pub exchange: ExchangeId,
    /// Which attempt at connecting this is, from 1; 0 before the first.
    pub attempt: u32,
    /// The operation it starts, ends or happens in.
    pub span: SpanId,
    /// What the exchange was doing.
    pub phase: Phase,
    /// Which event it is.
    pub kind: EventKind,
}

impl Meta {
    /// Describes an event of this kind that belongs to no exchange and no connection, at the start of
    /// the clock.
    #[must_use]
    pub const fn new(kind: EventKind) -> Self {
        Self {
            at: Mono::from_nanos(0),
            seq: 0,
            connection: ConnectionId(0),
            exchange: ExchangeId(0),
            attempt: 0,
            span: SpanId(0),
            phase: Phase::Idle,
            kind,
        }
    }
}
