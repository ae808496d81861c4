//! The context in which a machine works: what time it is, who listens, and on whose behalf.

use super::catalog::{EventKind, TraceEvent};
use super::interest::Interest;
use super::meta::Meta;
use super::sink::Sink;
use crate::error::Phase;
use crate::time::Mono;
use crate::values::{ConnectionId, ExchangeId, SpanId};

/// The identities that a run of events shares, and the counters that order them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The connection events happen on.
    pub connection: ConnectionId,
    /// The exchange events belong to.
    pub exchange: ExchangeId,
    /// Which attempt at connecting this is.
    pub attempt: u32,
    /// What is being done.
    pub phase: Phase,
    seq: u64,
    spans: u32,
}

impl Scope {
    /// A scope for a connection used on its own, outside an exchange.
    #[must_use]
    pub fn connection(connection: ConnectionId) -> Self {
        Self { connection, ..Self::default() }
    }

    /// A scope for an exchange.
    #[must_use]
    pub fn exchange(exchange: ExchangeId) -> Self {
        Self { exchange, ..Self::default() }
    }
}

/// An operation that has been told as started and must be told as complete or failed.
///
/// It can be neither copied nor cloned, so that every operation ends once.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "an operation that started must end: complete or failed"]
pub struct Span {
    id: SpanId,
}

impl Span {
    /// An operation that nobody wanted to be told of.
    pub(crate) const UNHEARD: Self = Self { id: SpanId(0) };
}

/// What a machine is given with each call: the time, the listener and the scope of its events.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, NoSink, Scope};
///
/// let mut scope = Scope::default();
/// let cx = Cx::new(Mono::from_nanos(0), &NoSink, &mut scope);
/// # let _ = cx;
/// ```
#[derive(Debug)]
pub struct Cx<'a, S: Sink> {
    /// The driver's reading of its clock for this call.
    pub now: Mono,
    /// Who the events belong to.
    pub scope: &'a mut Scope,
    sink: &'a S,
    interest: Interest,
}

impl<'a, S: Sink> Cx<'a, S> {
    /// A context that asks the sink for its interest.
    #[inline]
    pub fn new(now: Mono, sink: &'a S, scope: &'a mut Scope) -> Self {
        Self::with_interest(now, sink, sink.interest(), scope)
    }

    /// A context with an interest that was asked for before.
    #[inline]
    pub const fn with_interest(
        now: Mono,
        sink: &'a S,
        interest: Interest,
        scope: &'a mut Scope,
    ) -> Self {
        Self { now, scope, sink, interest }
    }

    /// Whether anybody wants `kind`. Two instructions where a sink is dynamic, none for
    /// [`NoSink`](super::NoSink).
    #[inline]
    #[must_use]
    pub fn wants(&self, kind: EventKind) -> bool {
        S::enabled() && self.interest.contains(kind)
    }

    /// Tells an event, building it only if somebody wants it.
    #[inline]
    pub fn tell<'e>(&mut self, kind: EventKind, event: impl FnOnce() -> TraceEvent<'e>) {
        self.tell_in(SpanId(0), kind, event);
    }

    /// Tells that an operation starts.
    #[inline]
    pub fn start<'e>(&mut self, kind: EventKind, event: impl FnOnce() -> TraceEvent<'e>) -> Span {
        self.scope.spans = self.scope.spans.wrapping_add(1);
        let id = SpanId(self.scope.spans);
        self.tell_in(id, kind, event);
        Span { id }
    }

    /// Tells how an operation ended.
    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "a span that ended is gone")]
    pub fn end<'e>(&mut self, span: Span, kind: EventKind, event: impl FnOnce() -> TraceEvent<'e>) {
        let Span { id } = span;
        self.tell_in(id, kind, event);
    }

    #[inline]
    fn tell_in<'e>(
        &mut self,
        span: SpanId,
        kind: EventKind,
        event: impl FnOnce() -> TraceEvent<'e>,
    ) {
        if self.wants(kind) {
            let event = event();
            debug_assert_eq!(event.kind(), kind, "the bit that was checked is the event's own");
            let scope = &mut *self.scope;
            let meta = Meta {
                at: self.now,
                seq: scope.seq,
                connection: scope.connection,
                exchange: scope.exchange,
                attempt: scope.attempt,
                span,
                phase: scope.phase,
                kind,
            };
            scope.seq += 1;
            self.sink.event(&meta, &event);
        }
    }
}
