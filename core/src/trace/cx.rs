//! The context of a call of a machine: the time, the sink and the scope of events.

use super::catalog::{EventKind, SpanKind, TraceEvent};
use super::interest::Interest;
use super::meta::Meta;
use super::sink::Sink;
use super::value::Failure;
use crate::error::Phase;
use crate::time::Mono;
use crate::values::{ConnectionId, ExchangeId, SpanId, StreamId};

/// The identifiers that a sequence of events shares, and the counters that order them.
///
/// [`Cx`] has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The connection on which the events happen.
    pub connection: ConnectionId,
    /// The exchange to which the events belong.
    pub exchange: ExchangeId,
    /// The number of the attempt to connect.
    pub attempt: u32,
    /// The current phase.
    pub phase: Phase,
    seq: u64,
    spans: u32,
}

impl Scope {
    /// Creates a scope for a connection that is used outside an exchange.
    #[must_use]
    pub fn connection(connection: ConnectionId) -> Self {
        Self { connection, ..Self::default() }
    }

    /// Creates a scope for an exchange.
    #[must_use]
    pub fn exchange(exchange: ExchangeId) -> Self {
        Self { exchange, ..Self::default() }
    }
}

/// A span that has started and must end once, complete or failed.
///
/// It implements neither `Copy` nor `Clone`, so that it cannot end twice.
///
/// [`Cx`] has an example.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a span that started must end: complete or failed"]
pub struct Span {
    id: SpanId,
    kind: SpanKind,
}

impl Span {
    /// Creates a span that emits no events and has no number.
    #[inline]
    pub(crate) const fn unheard(kind: SpanKind) -> Self {
        Self { id: SpanId(0), kind }
    }

    /// Returns the kind of the span.
    #[inline]
    #[must_use]
    pub const fn kind(&self) -> SpanKind {
        self.kind
    }
}

/// The context of a call of a machine: the time, the sink and the scope of its events.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, NoSink, Scope, SpanKind, TraceEvent};
///
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Mono::from_nanos(0), &NoSink, &mut scope);
/// let span = cx.start(SpanKind::Close, || TraceEvent::CloseStarted {});
/// cx.emit(EventKind::BytesSent, || TraceEvent::BytesSent { layer: "http", offset: 0, bytes: b"bye" });
/// cx.complete(span, || TraceEvent::CloseComplete {});
/// ```
#[derive(Debug)]
pub struct Cx<'a, S: Sink> {
    /// The time of this call, which the driver reads from its clock.
    pub now: Mono,
    /// The scope of the events.
    pub scope: &'a mut Scope,
    sink: &'a S,
    interest: Interest,
}

impl<'a, S: Sink> Cx<'a, S> {
    /// Creates a context with the current interest of the sink.
    #[inline]
    pub fn new(now: Mono, sink: &'a S, scope: &'a mut Scope) -> Self {
        Self::with_interest(now, sink, sink.interest(), scope)
    }

    /// Creates a context with an interest that was read from the sink before.
    #[inline]
    pub const fn with_interest(
        now: Mono,
        sink: &'a S,
        interest: Interest,
        scope: &'a mut Scope,
    ) -> Self {
        Self { now, scope, sink, interest }
    }

    /// Returns whether the sink receives events of this kind. This takes two instructions for a dynamic sink
    /// and none for [`NoSink`](super::NoSink).
    #[inline]
    #[must_use]
    pub fn wants(&self, kind: EventKind) -> bool {
        S::enabled() && self.interest.contains(kind)
    }

    /// Emits an event. `event` is called only if the sink receives events of this kind.
    #[inline]
    pub fn emit<'e>(&mut self, kind: EventKind, event: impl FnOnce() -> TraceEvent<'e>) {
        self.emit_in(SpanId(0), kind, || Some(event()));
    }

    /// Starts a span, and emits the event with its arguments.
    #[inline]
    pub fn start<'e>(&mut self, kind: SpanKind, event: impl FnOnce() -> TraceEvent<'e>) -> Span {
        self.try_start(kind, || Some(event()))
    }

    /// Starts a span, and emits the event that `event` returns, if any.
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

    /// Ends a span as complete, and emits the event with its result.
    #[inline]
    pub fn complete<'e>(&mut self, span: Span, event: impl FnOnce() -> TraceEvent<'e>) {
        let kind = span.kind.complete();
        self.end(span, kind, || Some(event()));
    }

    /// Ends a span as complete; its result is `stream` or empty.
    #[inline]
    pub(crate) fn complete_with(&mut self, span: Span, stream: StreamId) {
        let kind = span.kind;
        self.end(span, kind.complete(), || kind.complete_with(stream));
    }

    /// Ends a span as failed, and emits the event with `failure`. For a span whose event has further fields,
    /// such as an exchange, call [`fail_with`](Self::fail_with).
    #[inline]
    pub fn fail(&mut self, span: Span, failure: Failure<'_>) {
        let kind = span.kind;
        self.end(span, kind.failed(), || kind.failed_with(failure));
    }

    /// Ends a span as failed, and emits the event that `event` returns.
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
                "the kind that was checked is the kind of the event"
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
