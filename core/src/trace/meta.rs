//! The data that every event carries.

use super::catalog::EventKind;
use crate::error::Phase;
use crate::time::Mono;
use crate::values::{ConnectionId, ExchangeId, SpanId};

/// The data of an event that does not depend on its kind.
///
/// [`Sink`](super::Sink) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meta {
    /// When it happened, on the driver's clock.
    pub at: Mono,
    /// The sequence number of the event in its scope, from 0, without gaps. A gap in the sequence of a
    /// reader shows how many events were lost.
    pub seq: u64,
    /// The connection on which it happened.
    pub connection: ConnectionId,
    /// The exchange to which it belongs.
    pub exchange: ExchangeId,
    /// The number of the attempt to connect, from 1; 0 before the first.
    pub attempt: u32,
    /// The span that it starts or ends.
    pub span: SpanId,
    /// The phase of the exchange.
    pub phase: Phase,
    /// The kind of the event.
    pub kind: EventKind,
}

impl Meta {
    /// Creates the metadata of an event of this kind that belongs to no exchange and no connection, at
    /// time 0.
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
