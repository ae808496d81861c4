//! The trace spans of a served connection: each starts, and ends exactly once, complete or failed.

use alloc::format;
use core::net::SocketAddr;

use super::rejection::Rejection;
use crate::error::{Cause, Phase};
use crate::http1::RequestHead;
use crate::time::Waiting;
use crate::trace::{
    At, ConnectionId, Cx, EventKind, ExchangeId, Failure, Interest, Scope, Sink, Span, SpanKind,
    TraceEvent, Traceparent,
};
use crate::transport::{CertificateReader, Link};

/// Why a connection ended without a failure of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The client closed it between two requests.
    PeerClosed,
    /// No request arrived in time.
    Idle,
    /// It was idle, and the server needed room for another.
    Crowding,
    /// A request or a response announced that it is the last.
    Last(&'static str),
    /// A request was rejected.
    Refused,
    /// More of a request's body was left than is discarded.
    Unread,
    /// A response could not be completed.
    Cut,
    /// The connection has left HTTP/1.1.
    Switched,
    /// The server shuts down.
    Shutdown,
}

impl Ending {
    const fn description(self) -> &'static str {
        match self {
            Self::PeerClosed => "the client closed it",
            Self::Idle => "no other request came",
            Self::Crowding => "it was idle, and another needed its place",
            Self::Last(why) => why,
            Self::Refused => "a request was refused",
            Self::Unread => "the body of a request was not read",
            Self::Cut => "a response could not be completed",
            Self::Switched => "it has left HTTP/1.1",
            Self::Shutdown => "the server shuts down",
        }
    }
}

/// The open spans of a served connection.
#[derive(Debug)]
pub(super) struct SpanTracker {
    scope: Scope,
    /// The sink's interest, queried when the connection begins.
    interest: Interest,
    peer: Option<SocketAddr>,
    next: ExchangeId,
    requests: u64,
    connection: Option<Span>,
    tls: Option<Span>,
    request: Option<Span>,
}

impl SpanTracker {
    pub(super) fn new(connection: ConnectionId, peer: Option<SocketAddr>) -> Self {
        Self {
            scope: Scope::connection(connection),
            interest: Interest::NONE,
            peer,
            next: ExchangeId(1),
            requests: 0,
            connection: None,
            tls: None,
            request: None,
        }
    }

    pub(super) const fn number(&mut self, exchange: ExchangeId) {
        self.next = exchange;
    }

    /// Returns the number of the current request; 0 between requests.
    pub(super) const fn exchange(&self) -> ExchangeId {
        self.scope.meta.exchange
    }

    /// Returns how many requests were begun.
    pub(super) const fn requests(&self) -> u64 {
        self.requests
    }

    pub(super) const fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// Returns the context for emitting events.
    #[inline]
    pub(super) fn cx<'a, S: Sink>(&'a mut self, at: At<'a, S>) -> Cx<'a, S> {
        Cx::with_interest(at.now, at.sink, self.interest, &mut self.scope)
    }

    pub(super) const fn enter(&mut self, phase: Phase) {
        self.scope.meta.phase = phase;
    }

    /// Starts the span of a connection.
    pub(super) fn begin<S: Sink>(&mut self, secure: bool, at: At<'_, S>) {
        self.interest = at.sink.interest();
        let peer = self.peer;
        let event = || TraceEvent::ServeStarted { peer, secure };
        self.connection = Some(self.cx(at).enter(SpanKind::Serve, event));
    }

    /// Completes the span of the connection.
    pub(super) fn close<S: Sink>(&mut self, ending: Ending, at: At<'_, S>) {
        let (span, requests) = (self.connection.take(), self.requests);
        if let Some(span) = span {
            self.leave_exchange();
            let event = || TraceEvent::ServeComplete { why: ending.description(), requests };
            self.cx(at).complete(span, event);
        }
    }

    /// Starts the span of the TLS handshake.
    pub(super) fn begin_tls<S: Sink>(
        &mut self,
        timeout: Option<core::time::Duration>,
        at: At<'_, S>,
    ) {
        self.enter(Phase::Tls);
        let event = || TraceEvent::AcceptTlsStarted { timeout };
        self.tls = Some(self.cx(at).enter(SpanKind::AcceptTls, event));
    }

    /// Emits the properties of the secured connection.
    pub(super) fn secured<S: Sink>(
        &mut self,
        link: &Link,
        reader: Option<CertificateReader>,
        at: At<'_, S>,
    ) {
        link.emit_facts(reader, true, &mut self.cx(at));
    }

    /// Completes the span of the TLS handshake.
    pub(super) fn complete_tls<S: Sink>(&mut self, at: At<'_, S>) {
        if let Some(span) = self.tls.take() {
            self.cx(at).complete(span, || TraceEvent::AcceptTlsComplete {});
        }
    }

    /// Starts the span of a request, whose head was received.
    pub(super) fn request<'h, S: Sink>(
        &mut self,
        head: impl Fn() -> Option<RequestHead<'h>>,
        at: At<'_, S>,
    ) {
        self.requests += 1;
        (self.scope.meta.exchange, self.scope.meta.hop) = (self.next, 1);
        self.next = ExchangeId(self.next.0 + 1);
        self.enter(Phase::Answer);
        self.request = Some(if S::enabled() && !self.interest.is_empty() {
            self.emit_request(head, at)
        } else {
            Span::unheard(SpanKind::Answer)
        });
    }

    /// Starts the span of a request, and emits its head.
    #[inline(never)]
    fn emit_request<'h, S: Sink>(
        &mut self,
        head: impl Fn() -> Option<RequestHead<'h>>,
        at: At<'_, S>,
    ) -> Span {
        let head = || head().unwrap_or(RequestHead::NONE);
        let mut cx = self.cx(at);
        let span = cx.enter(SpanKind::Answer, || {
            let RequestHead { method, target, version, .. } = head();
            TraceEvent::AnswerStarted { method, target, version }
        });
        cx.emit(EventKind::RequestRead, || TraceEvent::RequestRead { head: head() });
        if cx.wants(EventKind::TraceContext)
            && let Some(sender) = head().traceparent()
        {
            emit_trace_context(sender, &mut cx);
        }
        span
    }

    /// Completes the span of the request.
    pub(super) fn answered<'h, S: Sink>(
        &mut self,
        head: impl FnOnce() -> Option<RequestHead<'h>>,
        status: u16,
        (received, sent): (u64, u64),
        at: At<'_, S>,
    ) {
        if let Some(span) = self.request.take() {
            self.cx(at).complete(span, || {
                let RequestHead { method, target, .. } = head().unwrap_or(RequestHead::NONE);
                TraceEvent::AnswerComplete { method, target, status, received, sent }
            });
        }
    }

    /// Returns whether a request is being answered.
    pub(super) const fn is_answering(&self) -> bool {
        self.request.is_some()
    }

    /// Ends the association of events with a request.
    pub(super) const fn between(&mut self) {
        self.leave_exchange();
        self.enter(Phase::RequestHead);
    }

    /// Makes the following events those of the connection.
    const fn leave_exchange(&mut self) {
        (self.scope.meta.exchange, self.scope.meta.hop) = (ExchangeId(0), 0);
    }

    /// Emits that the request is rejected.
    pub(super) fn refused<S: Sink>(&mut self, rejection: Rejection, at: At<'_, S>) {
        self.cx(at).emit(EventKind::RequestRefused, || TraceEvent::RequestRefused {
            status: rejection.status(),
            rule: rejection.name(),
            why: rejection.description(),
        });
    }

    /// Emits that the handler failed.
    pub(super) fn handler_failed<S: Sink>(
        &mut self,
        why: &'static str,
        error: Option<&str>,
        at: At<'_, S>,
    ) {
        self.cx(at).emit(EventKind::HandlerFailed, || TraceEvent::HandlerFailed { why, error });
    }

    /// Emits that a deadline has passed.
    pub(super) fn too_slow<S: Sink>(&mut self, why: Waiting, at: At<'_, S>) {
        let why = why.name();
        self.cx(at).emit(EventKind::ClientTooSlow, || TraceEvent::ClientTooSlow { why });
    }

    /// Emits that the server shuts down.
    pub(super) fn shutdown<S: Sink>(&mut self, busy: bool, at: At<'_, S>) {
        self.cx(at).emit(EventKind::ShutdownBegun, || TraceEvent::ShutdownBegun { busy });
    }

    /// Fails the span of the request, if it is open, of whose response `sent` bytes of the body were sent.
    pub(super) fn fail_request<S: Sink>(
        &mut self,
        link: &Link,
        sent: u64,
        cause: Cause,
        at: At<'_, S>,
    ) {
        let Some(span) = self.request.take() else { return };
        let failure = self.failure(link, &cause);
        let received = link.http1.body_progress().0;
        self.cx(at).fail_with(span, || TraceEvent::AnswerFailed { failure, received, sent });
    }

    /// Fails the span of the handshake, if it is open.
    pub(super) fn fail_tls<S: Sink>(&mut self, link: &Link, cause: Cause, at: At<'_, S>) {
        let span = self.tls.take();
        self.fail_span(span, link, cause, at);
    }

    /// Fails all open spans: of the request, of the handshake, and then of the connection.
    pub(super) fn fail<S: Sink>(&mut self, link: &Link, sent: u64, cause: Cause, at: At<'_, S>) {
        self.fail_request(link, sent, cause, at);
        self.fail_tls(link, cause, at);
        if let Some(span) = self.connection.take() {
            self.leave_exchange();
            self.fail_span(Some(span), link, cause, at);
        }
    }

    fn fail_span<S: Sink>(&mut self, span: Option<Span>, link: &Link, cause: Cause, at: At<'_, S>) {
        let Some(span) = span else { return };
        let failure = self.failure(link, &cause);
        self.cx(at).fail(span, failure);
    }

    fn failure<'a>(&self, link: &'a Link, cause: &'a Cause) -> Failure<'a> {
        Failure {
            phase: self.scope.meta.phase,
            cause,
            secure: link.is_secure(),
            excerpt: if let Cause::Peer(_) = cause { link.http1.excerpt() } else { &[] },
            body: link.http1.body_progress(),
        }
    }
}

/// Emits the position of a request in a distributed trace.
#[cold]
fn emit_trace_context<S: Sink>(sender: Traceparent, cx: &mut Cx<'_, S>) {
    if !cx.wants(EventKind::TraceContext) {
        return;
    }
    let trace_id = &format!("{:032x}", sender.trace_id());
    let parent_id = &format!("{:016x}", sender.parent_id());
    let sampled = sender.is_sampled();
    let event = || TraceEvent::TraceContext { trace_id, parent_id, sampled };
    cx.emit(EventKind::TraceContext, event);
}
