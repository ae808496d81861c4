//! The context in which a machine works: what time it is, who listens, and on whose behalf.

use super::catalog::{EventKind, SpanKind, TraceEvent};
use super::interest::Interest;
use super::meta::Meta;
use super::sink::Sink;
use super::value::Failure;
use crate::error::Phase;
use crate::time::Mono;
use crate::values::{ConnectionId, ExchangeId, SpanId, StreamId};

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

/// A span that has started, and has to end once: complete or failed.
///
/// It can be neither copied nor cloned, so that it ends only once.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a span that started must end: complete or failed"]
pub struct Span {
    id: SpanId,
    kind: SpanKind,
}

impl Span {
    /// A span of which no event is wanted: it has no number.
    #[inline]
    pub(crate) const fn unheard(kind: SpanKind) -> Self {
        Self { id: SpanId(0), kind }
    }

    /// The kind of the span.
    #[inline]
    #[must_use]
    pub const fn kind(&self) -> SpanKind {
        self.kind
    }
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
    pub fn emit<'e>(&mut self, kind: EventKind, event: impl FnOnce() -> TraceEvent<'e>) {
        self.emit_in(SpanId(0), kind, || Some(event()));
    }

    /// Tells that a span starts, with its arguments.
    #[inline]
    pub fn start<'e>(&mut self, kind: SpanKind, event: impl FnOnce() -> TraceEvent<'e>) -> Span {
        self.try_start(kind, || Some(event()))
    }

    /// Tells that a span starts, if there is an event for that.
    #[inline]
    pub(crate) fn try_start<'e>(
        &mut self,
        kind: SpanKind,
        event: impl FnOnce() -> Option<TraceEvent<'e>>,
    ) -> Span {
        self.scope.spans = self.scope.spans.wrapping_add(1);
        let id = SpanId(self.scope.spans);
        self.emit_in(id, kind.started(), event);
        Span { id, kind }
    }

    /// Tells that a span is complete, with its result.
    #[inline]
    pub fn complete<'e>(&mut self, span: Span, event: impl FnOnce() -> TraceEvent<'e>) {
        let kind = span.kind.complete();
        self.end(span, kind, || Some(event()));
    }

    /// Tells that a span is complete, which has `stream` or nothing for its result.
    #[inline]
    pub(crate) fn complete_with(&mut self, span: Span, stream: StreamId) {
        let kind = span.kind;
        self.end(span, kind.complete(), || kind.complete_with(stream));
    }

    /// Tells that a span failed, and why. A span that tells more than that when it fails, as an
    /// exchange does, ends by [`fail_with`](Self::fail_with).
    #[inline]
    pub fn fail(&mut self, span: Span, failure: Failure<'_>) {
        let kind = span.kind;
        self.end(span, kind.failed(), || kind.failed_with(failure));
    }

    /// Tells that a span failed, with all that the event tells of it.
    #[inline]
    pub fn fail_with<'e>(&mut self, span: Span, event: impl FnOnce() -> TraceEvent<'e>) {
        let kind = span.kind.failed();
        self.end(span, kind, || Some(event()));
    }

    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "a span that ended is gone")]
    fn end<'e>(
        &mut self,
        span: Span,
        kind: EventKind,
        event: impl FnOnce() -> Option<TraceEvent<'e>>,
    ) {
        self.emit_in(span.id, kind, event);
    }

    #[inline]
    fn emit_in<'e>(
        &mut self,
        span: SpanId,
        kind: EventKind,
        event: impl FnOnce() -> Option<TraceEvent<'e>>,
    ) {
        if self.wants(kind) {
            let event = event();
            debug_assert_eq!(
                event.as_ref().map(TraceEvent::kind),
                Some(kind),
                "the bit that was checked is the event's own"
            );
            let Some(event) = event else { return };
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
