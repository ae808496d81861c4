//! The context of a call of a machine: the time, the sink and the scope of events.

use crate::values::Arc;

use super::catalog::{EventKind, SpanKind, TraceEvent};
use super::interest::Interest;
use super::links::{Links, SpanNumber};
use super::meta::Meta;
use super::sink::Sink;
use super::value::Failure;
use crate::error::Phase;
use crate::time::Mono;
use crate::values::{ConnectionId, ExchangeId, StreamId};

/// The identifiers that a sequence of events shares, and the counters that order them.
///
/// [`Cx`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The data of the last event, most of which is that of the next.
    pub(crate) meta: Meta,
    /// The number of the last span.
    last: SpanNumber,
    /// The span in which points happen.
    within: Links,
    /// The span in which points of sending happen, if it is another.
    sending: Links,
}

impl Default for Scope {
    fn default() -> Self {
        Self::new(ConnectionId(0), ExchangeId(0), 0)
    }
}

impl Scope {
    /// Creates a scope for a connection that is used outside an exchange.
    #[must_use]
    pub fn connection(connection: ConnectionId) -> Self {
        Self::new(connection, ExchangeId(0), 0)
    }

    /// Creates a scope for an exchange.
    #[must_use]
    pub fn exchange(exchange: ExchangeId) -> Self {
        Self::new(ConnectionId(0), exchange, 1)
    }

    #[inline]
    fn new(connection: ConnectionId, exchange: ExchangeId, hop: u16) -> Self {
        let none = EventKind::ALL[0];
        Self {
            meta: Meta { connection, exchange, hop, ..Meta::new(none) },
            last: SpanNumber::NONE,
            within: Links::NONE,
            sending: Links::NONE,
        }
    }

    /// Makes it the scope of another exchange.
    pub(crate) fn restart(&mut self, exchange: ExchangeId) {
        let Self { meta, last, within, sending } = self;
        // The others are set for each event.
        let Meta { at: _, seq, connection, exchange: id, tag, hop, attempt, phase, .. } = meta;
        (*seq, *connection, *id, *hop, *attempt) = (0, ConnectionId(0), exchange, 1, 0);
        (*tag, *phase) = (None, Phase::Idle);
        (*last, *within, *sending) = (SpanNumber::NONE, Links::NONE, Links::NONE);
    }

    /// Sets the tag of the following events.
    #[cold]
    pub fn set_tag(&mut self, tag: &Arc<str>) {
        self.meta.tag = Some(Arc::clone(tag));
    }

    /// Makes this the span around those that start later, and the one in which points happen, until it
    /// ends. Then the span around it is that again.
    #[inline]
    pub const fn enter(&mut self, span: &Span) {
        self.within = span.links();
    }

    /// Makes this the span in which points of sending happen, until it ends.
    #[inline]
    pub(crate) const fn send_in(&mut self, span: &Span) {
        self.sending = span.links();
    }

    /// Returns the links of a point of this kind.
    #[inline]
    const fn links_of(&self, kind: EventKind) -> Links {
        let is_sent = matches!(kind, EventKind::RequestSent | EventKind::BytesSent);
        if is_sent && self.sending.span.get() != 0 { self.sending } else { self.within }
    }

    /// Leaves a span that ends.
    #[inline]
    const fn leave(&mut self, span: &Span) {
        if self.within.span.get() == span.number.get() {
            self.within = span.around;
        }
        if self.sending.span.get() == span.number.get() {
            self.sending = Links::NONE;
        }
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
    number: SpanNumber,
    around: Links,
    kind: SpanKind,
}

impl Span {
    /// Creates a span that emits no events and has no number.
    #[inline]
    pub(crate) const fn unheard(kind: SpanKind) -> Self {
        Self { number: SpanNumber::NONE, around: Links::NONE, kind }
    }

    /// Returns the kind of the span.
    #[inline]
    #[must_use]
    pub const fn kind(&self) -> SpanKind {
        self.kind
    }

    /// Returns whether it emits events.
    #[inline]
    const fn is_heard(&self) -> bool {
        self.number.get() != 0
    }

    /// Returns the links of the events that happen in it.
    #[inline]
    const fn links(&self) -> Links {
        Links { span: self.number, parent: self.around.span }
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

    /// Returns whether the sink receives any event.
    #[inline]
    pub(crate) fn has_interest(&self) -> bool {
        S::enabled() && !self.interest.is_empty()
    }

    /// Returns whether the sink receives one of these kinds of events.
    #[inline]
    pub(crate) fn wants_any(&self, kinds: Interest) -> bool {
        S::enabled() && self.interest.contains_any(kinds)
    }

    /// Emits an event. `event` is called only if the sink receives events of this kind.
    #[inline]
    pub fn emit<'e>(&mut self, kind: EventKind, event: impl FnOnce() -> TraceEvent<'e>) {
        if self.wants(kind) {
            self.emit_in(self.scope.links_of(kind), kind, Some(event()));
        }
    }

    /// Starts a span, and emits the event with its arguments.
    #[inline]
    pub fn start<'e>(&mut self, kind: SpanKind, event: impl FnOnce() -> TraceEvent<'e>) -> Span {
        self.try_start(kind, || Some(event()))
    }

    /// Starts a span, and [enters](Scope::enter) it.
    #[inline]
    pub fn enter<'e>(&mut self, kind: SpanKind, event: impl FnOnce() -> TraceEvent<'e>) -> Span {
        let span = self.start(kind, event);
        if span.is_heard() {
            self.scope.enter(&span);
        }
        span
    }

    /// Starts a span, and emits the event that `event` returns, if any.
    #[inline]
    pub(crate) fn try_start<'e>(
        &mut self,
        kind: SpanKind,
        event: impl FnOnce() -> Option<TraceEvent<'e>>,
    ) -> Span {
        if self.has_interest() { self.start_heard(kind, event) } else { Span::unheard(kind) }
    }

    /// Starts a span as [`try_start`](Self::try_start) does, if the sink is known to receive any event.
    #[inline]
    pub(crate) fn start_heard<'e>(
        &mut self,
        kind: SpanKind,
        event: impl FnOnce() -> Option<TraceEvent<'e>>,
    ) -> Span {
        let scope = &mut *self.scope;
        scope.last = scope.last.next();
        let number = scope.last.of(scope.meta.exchange);
        let span = Span { number, around: scope.within, kind };
        if self.wants(kind.started()) {
            self.emit_in(span.links(), kind.started(), event());
        }
        span
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
        if span.is_heard() {
            self.scope.leave(&span);
            if self.wants(kind) {
                self.emit_in(span.links(), kind, event());
            }
        }
    }

    /// Emits an event, unless it is `None`.
    #[inline]
    fn emit_in(&mut self, links: Links, kind: EventKind, event: Option<TraceEvent<'_>>) {
        debug_assert_eq!(
            event.as_ref().map(TraceEvent::kind),
            Some(kind),
            "the kind that was checked is the kind of the event"
        );
        let Some(event) = event else { return };
        let meta = &mut self.scope.meta;
        (meta.at, meta.links, meta.kind) = (self.now, links, kind);
        self.sink.event(meta, &event);
        meta.seq += 1;
    }
}
