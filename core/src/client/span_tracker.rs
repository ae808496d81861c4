//! The trace spans of an exchange: each starts, and ends exactly once, complete or failed.

use alloc::string::{String, ToString};
use core::fmt::Write;
use core::net::SocketAddr;
use core::time::Duration;

use super::arguments::connecting;
use super::decision::Decision;
use super::plan::Plan;
use super::stopwatch::Stopwatch;
use crate::error::{Cause, Phase};
use crate::http1::ResponseHead;
use crate::trace::{
    At, ConnectionId, Cx, EventKind, ExchangeId, Failure, Interest, Scope, Sink, Span, SpanKind,
    StreamId, TraceEvent,
};
use crate::transport::{Link, LinkAddresses};

/// A slot for an open span. Spans of different slots may be open at once; when an exchange fails,
/// they end in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Slot {
    /// The wait for a connection of the pool.
    Acquire,
    /// The lookup of addresses, within opening a connection.
    Resolve,
    /// Opening a connection, the delay before a retry, and closing it.
    Connection,
    /// Sending a part of the request.
    Sending,
    /// Receiving a part of the response.
    Receiving,
    /// The exchange as a whole, which ends last.
    Exchange,
}

impl Slot {
    const COUNT: usize = Self::Exchange as usize + 1;

    /// Returns the slot of a span.
    const fn of(span: SpanKind) -> Self {
        match span {
            SpanKind::Exchange => Self::Exchange,
            SpanKind::Acquire => Self::Acquire,
            SpanKind::Resolve => Self::Resolve,
            SpanKind::SendRequestHeaders | SpanKind::SendRequestBody => Self::Sending,
            SpanKind::ReceiveResponseHeaders | SpanKind::ReceiveResponseBody => Self::Receiving,
            SpanKind::ConnectTcp
            | SpanKind::ConnectUnixSocket
            | SpanKind::StartTls
            | SpanKind::ProxyStartTls
            | SpanKind::SetupSocks5Connection
            | SpanKind::SocksConnectTcp
            | SpanKind::SocksStartTls
            | SpanKind::RetryConnectTcp
            | SpanKind::RetryConnectUnixSocket
            | SpanKind::RetryStartTls
            | SpanKind::ResponseClosed
            | SpanKind::Close => Self::Connection,
            // These do not use a slot: several dial attempts are open at once, and the others are a server's.
            SpanKind::Dial | SpanKind::Serve | SpanKind::AcceptTls | SpanKind::Answer => {
                Self::Connection
            }
        }
    }
}

/// The open spans of an exchange.
#[derive(Debug)]
pub(super) struct SpanTracker {
    scope: Scope,
    /// The sink's interest, queried when the exchange begins.
    interest: Interest,
    /// The open spans, by [`Slot`].
    open: [Option<Span>; Slot::COUNT],
    /// The number of TLS layers of the connection.
    tls_layers: u8,
}

impl SpanTracker {
    pub(super) const fn new(scope: Scope) -> Self {
        Self { scope, interest: Interest::NONE, open: [const { None }; Slot::COUNT], tls_layers: 0 }
    }

    /// Starts over with another exchange, when all spans have ended.
    pub(super) fn restart(&mut self, exchange: ExchangeId) {
        let Self { scope, interest, open, tls_layers } = self;
        scope.restart(exchange);
        (*interest, *open, *tls_layers) = (Interest::NONE, [const { None }; Slot::COUNT], 0);
    }

    /// Returns the exchange that events belong to.
    pub(super) const fn exchange(&self) -> ExchangeId {
        self.scope.meta.exchange
    }

    /// Sets the connection of the following events.
    pub(super) const fn on(&mut self, connection: ConnectionId) {
        self.scope.meta.connection = connection;
        self.tls_layers = 0;
    }

    /// Counts an attempt to connect, which the following events belong to.
    pub(super) const fn attempt(&mut self) {
        let attempt = &mut self.scope.meta.attempt;
        *attempt = attempt.saturating_add(1);
    }

    /// Counts a request, which the following events belong to.
    pub(super) const fn hop(&mut self) {
        let hop = &mut self.scope.meta.hop;
        *hop = hop.saturating_add(1);
    }

    /// Returns the open span of connecting, sending or receiving; of several, the first in this
    /// order.
    pub(super) fn current(&self) -> Option<SpanKind> {
        let slots = Slot::Connection as usize..=Slot::Receiving as usize;
        self.open[slots].iter().flatten().next().map(Span::kind)
    }

    pub(super) const fn enter(&mut self, phase: Phase) {
        self.scope.meta.phase = phase;
    }

    pub(super) const fn phase(&self) -> Phase {
        self.scope.meta.phase
    }

    /// Returns the context for emitting events.
    #[inline]
    pub(super) fn cx<'a, S: Sink>(&'a mut self, at: At<'a, S>) -> Cx<'a, S> {
        Cx::with_interest(at.now, at.sink, self.interest, &mut self.scope)
    }

    /// Returns whether the sink is interested in any event. If not, open spans are tracked
    /// nevertheless, because the handling of a failure depends on them, but no event is emitted.
    #[inline]
    fn has_interest<S: Sink>(&self, _: At<'_, S>) -> bool {
        S::enabled() && !self.interest.is_empty()
    }

    /// Returns the stream of the connection.
    const fn stream(&self) -> StreamId {
        StreamId { connection: self.scope.meta.connection.0, layer: self.tls_layers }
    }

    /// Queries the sink's interest, and starts the exchange.
    #[inline]
    pub(super) fn begin<S: Sink>(&mut self, plan: &Plan, at: At<'_, S>) {
        self.interest = at.sink.interest();
        if let Some(tag) = plan.request.tag() {
            self.scope.set_tag(tag);
        }
        self.start(SpanKind::Exchange, at, || TraceEvent::ExchangeStarted {
            method: plan.request.method(),
            url: plan.request.url().as_str(),
        });
    }

    /// Starts a span with its arguments.
    #[inline]
    pub(super) fn start<'e, S: Sink>(
        &mut self,
        kind: SpanKind,
        at: At<'_, S>,
        event: impl FnOnce() -> TraceEvent<'e>,
    ) {
        if self.has_interest(at) {
            self.emit_start(kind, at, event);
        } else {
            self.put(Span::unheard(kind));
        }
    }

    /// Starts a span, and emits its first event. It is not inlined, so that the steps stay small without
    /// a sink.
    #[inline(never)]
    fn emit_start<'e, S: Sink>(
        &mut self,
        kind: SpanKind,
        at: At<'_, S>,
        event: impl FnOnce() -> TraceEvent<'e>,
    ) {
        let slot = Slot::of(kind);
        let sends = slot == Slot::Sending;
        if (sends || slot == Slot::Receiving)
            && self.open[if sends { Slot::Receiving } else { Slot::Sending } as usize].is_some()
        {
            self.leave_other_direction();
        }
        let span = self.cx(at).start_heard(kind, || Some(event()));
        self.scope.enter(&span);
        if sends {
            self.enter_sending(&span);
        }
        self.put_in(slot, span);
    }

    /// Makes the exchange the span around the next one, which is of sending or receiving: these overlap, and
    /// neither is inside the other.
    #[cold]
    const fn leave_other_direction(&mut self) {
        if let Some(exchange) = &self.open[Slot::Exchange as usize] {
            self.scope.enter(exchange);
        }
    }

    /// Makes this the span of points of sending. Others happen in that of receiving, if it is open.
    const fn enter_sending(&mut self, span: &Span) {
        self.scope.send_in(span);
        if let Some(receiving) = &self.open[Slot::Receiving as usize] {
            self.scope.enter(receiving);
        }
    }

    /// Starts a span of opening a connection, or of the delay before a retry.
    #[inline(never)]
    pub(super) fn start_connecting<S: Sink>(&mut self, kind: SpanKind, plan: &Plan, at: At<'_, S>) {
        let (stream, mut text) = (self.stream(), String::new());
        if !self.has_interest(at) {
            return self.put(Span::unheard(kind));
        }
        let span = self.cx(at).try_start(kind, || connecting(kind, plan, stream, &mut text));
        self.scope.enter(&span);
        self.put(span);
    }

    /// Puts an open span into its slot.
    #[inline]
    fn put(&mut self, span: Span) {
        self.put_in(Slot::of(span.kind()), span);
    }

    #[inline]
    fn put_in(&mut self, slot: Slot, span: Span) {
        let slot = &mut self.open[slot as usize];
        debug_assert!(slot.is_none(), "{span:?} starts while {slot:?} is open");
        *slot = Some(span);
    }

    /// Takes the span of a slot, if its end is to be emitted.
    #[inline]
    fn take<S: Sink>(&mut self, slot: Slot, at: At<'_, S>) -> Option<Span> {
        self.open[slot as usize].take().filter(|_| self.has_interest(at))
    }

    /// Completes the span of a slot, which has no result or that of opening a connection.
    #[inline(always)]
    pub(super) fn complete<S: Sink>(&mut self, slot: Slot, at: At<'_, S>) {
        if let Some(span) = self.take(slot, at) {
            self.emit_complete(span, at);
        }
    }

    #[inline(never)]
    fn emit_complete<S: Sink>(&mut self, span: Span, at: At<'_, S>) {
        if let SpanKind::StartTls | SpanKind::ProxyStartTls | SpanKind::SocksStartTls = span.kind()
        {
            self.tls_layers += 1;
        }
        let stream = self.stream();
        self.cx(at).complete_with(span, stream);
    }

    /// Fails every open span except that of the exchange.
    pub(super) fn fail<S: Sink>(&mut self, failure: Failure<'_>, at: At<'_, S>) {
        for slot in 0..Slot::Exchange as usize {
            if let Some(span) = self.open[slot].take() {
                self.cx(at).fail(span, failure);
            }
        }
    }

    /// Fails the span of a slot.
    pub(super) fn fail_slot<S: Sink>(&mut self, slot: Slot, failure: Failure<'_>, at: At<'_, S>) {
        if let Some(span) = self.take(slot, at) {
            self.cx(at).fail(span, failure);
        }
    }

    /// Completes the exchange, or fails it.
    pub(super) fn finish<S: Sink>(
        &mut self,
        failure: Option<Failure<'_>>,
        clock: &Stopwatch,
        at: At<'_, S>,
    ) {
        let Some(span) = self.take(Slot::Exchange, at) else { return };
        let (sizes, timings) = (clock.sizes, &clock.timings());
        let sent = sizes.request_heads + sizes.request_body;
        let received = sizes.response_heads + sizes.response_body;
        let (request_body, response_body) = (sizes.request_body, sizes.response_body);
        let mut cx = self.cx(at);
        match failure {
            None => cx.complete(span, || TraceEvent::ExchangeComplete {
                sent,
                received,
                request_body,
                response_body,
                timings,
            }),
            Some(failure) => cx.fail_with(span, || TraceEvent::ExchangeFailed {
                failure,
                sent,
                received,
                request_body,
                response_body,
                timings,
            }),
        }
    }

    /// Completes the wait for a connection of the pool.
    #[inline]
    pub(super) fn acquired<S: Sink>(&mut self, reused: bool, link: &Link, at: At<'_, S>) {
        if let Some(span) = self.take(Slot::Acquire, at) {
            let (LinkAddresses { local, peer }, (opened, requests)) =
                (link.addresses(), link.history());
            let age = reused.then(|| at.now.since(opened));
            let requests = u64::from(requests);
            let event = || TraceEvent::AcquireComplete { reused, local, peer, age, requests };
            self.cx(at).complete(span, event);
        }
    }

    /// Emits the route of a connection that is opened.
    #[cold]
    pub(super) fn route<S: Sink>(&mut self, plan: &Plan, at: At<'_, S>) {
        let mut cx = self.cx(at);
        if !cx.wants(EventKind::RouteChosen) {
            return;
        }
        let proxy = plan.route.proxy();
        let (via, url) = (plan.route.via().name(), proxy.map(ToString::to_string));
        cx.emit(EventKind::RouteChosen, || TraceEvent::RouteChosen {
            via,
            proxy: url.as_deref(),
            why: plan.options.why_proxy(plan.request.url()),
            credentials: proxy.is_some_and(|proxy| proxy.credentials().is_some()),
        });
    }

    /// Emits the properties of a secured connection.
    pub(super) fn secured<S: Sink>(
        &mut self,
        link: &Link,
        plan: &Plan,
        accepted: bool,
        at: At<'_, S>,
    ) {
        link.emit_facts(plan.options.certificates, accepted, &mut self.cx(at));
    }

    /// Emits the addresses that were found.
    pub(super) fn resolved<S: Sink>(&mut self, addresses: &[SocketAddr], at: At<'_, S>) {
        let Some(span) = self.take(Slot::Resolve, at) else { return };
        let mut cx = self.cx(at);
        let mut found = String::new();
        if cx.wants(EventKind::ResolveComplete) {
            for address in addresses {
                let comma = if found.is_empty() { "" } else { ", " };
                // Writing to a string does not fail.
                let _ = write!(found, "{comma}{}", address.ip());
            }
        }
        let addresses = addresses.len() as u64;
        cx.complete(span, || TraceEvent::ResolveComplete { addresses, found: &found });
    }

    /// Emits that the head of the response was received.
    pub(super) fn head<S: Sink>(&mut self, head: ResponseHead<'_>, plan: &Plan, at: At<'_, S>) {
        let receiving = self.take(Slot::Receiving, at);
        if !self.has_interest(at) {
            return;
        }
        let mut cx = self.cx(at);
        if let Some(span) = receiving {
            cx.complete(span, || TraceEvent::ReceiveResponseHeadersComplete { head });
        }
        if plan.tunnelling {
            return;
        }
        cx.emit(EventKind::HttpRequest, || TraceEvent::HttpRequest {
            method: plan.request.method(),
            url: plan.request.url().as_str(),
            version: head.version,
            status: head.status,
            reason: head.reason,
        });
    }

    /// Emits whether opening a connection is retried.
    pub(super) fn retry_decided<S: Sink>(&mut self, why_not: Option<&'static str>, at: At<'_, S>) {
        self.cx(at).emit(EventKind::RetryDecided, || TraceEvent::RetryDecided {
            again: why_not.is_none(),
            why: why_not.unwrap_or("no connection was opened, so that nothing was sent"),
        });
    }

    /// Emits whether the request is resent.
    pub(super) fn resend_decided<S: Sink>(
        &mut self,
        again: bool,
        why: &'static str,
        at: At<'_, S>,
    ) {
        let event = || TraceEvent::ResendDecided { again, why };
        self.cx(at).emit(EventKind::ResendDecided, event);
    }

    /// Emits whether the request is retried after its `retries` retries, and after which delay.
    #[cold]
    pub(super) fn request_retry_decided<S: Sink>(
        &mut self,
        delay: Option<Duration>,
        retries: u32,
        why: &'static str,
        at: At<'_, S>,
    ) {
        let (again, retries) = (delay.is_some(), retries.into());
        let event = || TraceEvent::RequestRetryDecided { again, delay, retries, why };
        self.cx(at).emit(EventKind::RequestRetryDecided, event);
    }

    /// Emits whether a redirect is followed.
    pub(super) fn redirect_decided<S: Sink>(&mut self, decision: Decision<'_>, at: At<'_, S>) {
        let Decision { status, url, follow, why } = decision;
        self.cx(at).emit(EventKind::RedirectDecided, || TraceEvent::RedirectDecided {
            status,
            url,
            follow,
            why,
        });
    }

    /// Starts the span of an attempt to connect. Several may be open at once.
    pub(super) fn start_dial<S: Sink>(
        &mut self,
        address: SocketAddr,
        why: &'static str,
        at: At<'_, S>,
    ) -> Span {
        self.cx(at).start(SpanKind::Dial, || TraceEvent::DialStarted { address, why })
    }

    /// Completes the span of an attempt.
    pub(super) fn complete_dial<S: Sink>(
        &mut self,
        span: Option<Span>,
        local: Option<SocketAddr>,
        at: At<'_, S>,
    ) {
        let Some(span) = span else { return };
        self.cx(at).complete(span, || TraceEvent::DialComplete { local });
    }

    /// Fails the span of an attempt.
    pub(super) fn fail_dial<S: Sink>(&mut self, span: Option<Span>, cause: Cause, at: At<'_, S>) {
        let Some(span) = span else { return };
        let phase = self.phase();
        let failure = Failure { phase, cause: &cause, secure: false, excerpt: &[], body: (0, 0) };
        self.cx(at).fail(span, failure);
    }
}

#[cfg(test)]
mod tests;
