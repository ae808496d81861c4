//! The operations of an exchange, as they are traced: each is told as started, and then once as
//! complete or failed.

use core::net::SocketAddr;

use super::exchange::Plan;
use crate::error::Phase;
use crate::http1::ResponseHead;
use crate::time::Mono;
use crate::trace::{
    Cx, EventKind, Failure, Interest, Scope, Sink, Span, StreamId, TlsContext, TraceEvent,
};

/// An operation of httpcore's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    ConnectTcp,
    StartTls,
    SendHead,
    SendBody,
    ReceiveHead,
    ReceiveBody,
    ResponseClosed,
    Close,
}

/// An operation of ours, within one of httpcore's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    Resolve,
    Dial(SocketAddr),
}

/// When something happens, and who is told.
#[derive(Debug)]
pub(super) struct At<'s, S> {
    pub(super) now: Mono,
    pub(super) sink: &'s S,
}

impl<S> Clone for At<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for At<'_, S> {}

/// What has been told as started and not as ended.
#[derive(Debug)]
pub(super) struct Trail {
    scope: Scope,
    /// What the sink wants, asked once.
    interest: Option<Interest>,
    operation: Option<(Operation, Span)>,
    detail: Option<(Detail, Span)>,
}

impl Trail {
    pub(super) const fn new(scope: Scope) -> Self {
        Self { scope, interest: None, operation: None, detail: None }
    }

    pub(super) const fn enter(&mut self, phase: Phase) {
        self.scope.phase = phase;
    }

    pub(super) const fn phase(&self) -> Phase {
        self.scope.phase
    }

    /// The context in which events are told.
    pub(super) fn cx<'a, S: Sink>(&'a mut self, at: At<'a, S>) -> Cx<'a, S> {
        let interest = *self.interest.get_or_insert_with(|| at.sink.interest());
        Cx::with_interest(at.now, at.sink, interest, &mut self.scope)
    }

    const fn stream(&self, layer: u8) -> StreamId {
        StreamId { connection: self.scope.connection.0, layer }
    }

    /// Tells that an operation starts.
    pub(super) fn start<S: Sink>(&mut self, operation: Operation, plan: &Plan, at: At<'_, S>) {
        let (url, timeout) = (plan.request.url(), plan.options.timeouts.connect);
        let request = plan.request.method();
        let mut cx = self.cx(at);
        let span = match operation {
            Operation::ConnectTcp => {
                cx.start(EventKind::ConnectTcpStarted, || TraceEvent::ConnectTcpStarted {
                    host: url.host(),
                    port: url.port(),
                    local_address: None,
                    timeout,
                    socket_options: None,
                })
            }
            Operation::StartTls => {
                cx.start(EventKind::StartTlsStarted, || TraceEvent::StartTlsStarted {
                    ssl_context: TlsContext { verify: plan.options.verify },
                    server_hostname: url.host(),
                    timeout,
                })
            }
            Operation::SendHead => cx.start(EventKind::SendRequestHeadersStarted, || {
                TraceEvent::SendRequestHeadersStarted { request }
            }),
            Operation::SendBody => cx.start(EventKind::SendRequestBodyStarted, || {
                TraceEvent::SendRequestBodyStarted { request }
            }),
            Operation::ReceiveHead => cx.start(EventKind::ReceiveResponseHeadersStarted, || {
                TraceEvent::ReceiveResponseHeadersStarted { request }
            }),
            Operation::ReceiveBody => cx.start(EventKind::ReceiveResponseBodyStarted, || {
                TraceEvent::ReceiveResponseBodyStarted { request }
            }),
            Operation::ResponseClosed => {
                cx.start(EventKind::ResponseClosedStarted, || TraceEvent::ResponseClosedStarted {})
            }
            Operation::Close => cx.start(EventKind::CloseStarted, || TraceEvent::CloseStarted {}),
        };
        self.operation = Some((operation, span));
    }

    /// Tells that the operation that is open came to its end.
    pub(super) fn complete<S: Sink>(&mut self, at: At<'_, S>) {
        let Some((operation, span)) = self.operation.take() else { return };
        let (transport, secure) = (self.stream(0), self.stream(1));
        let mut cx = self.cx(at);
        match operation {
            Operation::ConnectTcp => {
                cx.end(span, EventKind::ConnectTcpComplete, || TraceEvent::ConnectTcpComplete {
                    stream: transport,
                });
            }
            Operation::StartTls => {
                cx.end(span, EventKind::StartTlsComplete, || TraceEvent::StartTlsComplete {
                    stream: secure,
                });
            }
            Operation::SendHead => cx.end(span, EventKind::SendRequestHeadersComplete, || {
                TraceEvent::SendRequestHeadersComplete {}
            }),
            Operation::SendBody => cx.end(span, EventKind::SendRequestBodyComplete, || {
                TraceEvent::SendRequestBodyComplete {}
            }),
            // It ends with a head: see `head`.
            Operation::ReceiveHead => self.operation = Some((operation, span)),
            Operation::ReceiveBody => cx.end(span, EventKind::ReceiveResponseBodyComplete, || {
                TraceEvent::ReceiveResponseBodyComplete {}
            }),
            Operation::ResponseClosed => cx.end(span, EventKind::ResponseClosedComplete, || {
                TraceEvent::ResponseClosedComplete {}
            }),
            Operation::Close => {
                cx.end(span, EventKind::CloseComplete, || TraceEvent::CloseComplete {});
            }
        }
    }

    /// Tells that the head of the response has come.
    pub(super) fn head<S: Sink>(&mut self, head: ResponseHead<'_>, plan: &Plan, at: At<'_, S>) {
        let operation = self.operation.take();
        let mut cx = self.cx(at);
        if let Some((_, span)) = operation {
            cx.end(span, EventKind::ReceiveResponseHeadersComplete, || {
                TraceEvent::ReceiveResponseHeadersComplete { head }
            });
        }
        cx.tell(EventKind::HttpRequest, || TraceEvent::HttpRequest {
            method: plan.request.method(),
            url: plan.request.url().as_str(),
            version: head.version,
            status: head.status,
            reason: head.reason,
        });
    }

    /// Tells that the operation that is open was given up.
    pub(super) fn fail<S: Sink>(&mut self, failure: Failure<'_>, at: At<'_, S>) {
        self.fail_detail(failure, at);
        let Some((operation, span)) = self.operation.take() else { return };
        let mut cx = self.cx(at);
        match operation {
            Operation::ConnectTcp => {
                cx.end(span, EventKind::ConnectTcpFailed, || TraceEvent::ConnectTcpFailed {
                    failure,
                });
            }
            Operation::StartTls => {
                cx.end(span, EventKind::StartTlsFailed, || TraceEvent::StartTlsFailed { failure });
            }
            Operation::SendHead => cx.end(span, EventKind::SendRequestHeadersFailed, || {
                TraceEvent::SendRequestHeadersFailed { failure }
            }),
            Operation::SendBody => cx.end(span, EventKind::SendRequestBodyFailed, || {
                TraceEvent::SendRequestBodyFailed { failure }
            }),
            Operation::ReceiveHead => cx.end(span, EventKind::ReceiveResponseHeadersFailed, || {
                TraceEvent::ReceiveResponseHeadersFailed { failure }
            }),
            Operation::ReceiveBody => cx.end(span, EventKind::ReceiveResponseBodyFailed, || {
                TraceEvent::ReceiveResponseBodyFailed { failure }
            }),
            Operation::ResponseClosed => cx.end(span, EventKind::ResponseClosedFailed, || {
                TraceEvent::ResponseClosedFailed { failure }
            }),
            Operation::Close => {
                cx.end(span, EventKind::CloseFailed, || TraceEvent::CloseFailed { failure });
            }
        }
    }

    /// Tells that a part of the operation starts.
    pub(super) fn start_detail<S: Sink>(&mut self, detail: Detail, plan: &Plan, at: At<'_, S>) {
        let url = plan.request.url();
        let mut cx = self.cx(at);
        let span = match detail {
            Detail::Resolve => cx.start(EventKind::ResolveStarted, || TraceEvent::ResolveStarted {
                host: url.host(),
                port: url.port(),
            }),
            Detail::Dial(address) => {
                cx.start(EventKind::DialStarted, || TraceEvent::DialStarted { address })
            }
        };
        self.detail = Some((detail, span));
    }

    /// Tells that the part is done; `addresses` is what a lookup found.
    pub(super) fn complete_detail<S: Sink>(&mut self, addresses: usize, at: At<'_, S>) {
        let detail = self.detail.take();
        let mut cx = self.cx(at);
        match detail {
            Some((Detail::Resolve, span)) => {
                cx.end(span, EventKind::ResolveComplete, || TraceEvent::ResolveComplete {
                    addresses: addresses as u64,
                });
            }
            Some((Detail::Dial(_), span)) => {
                cx.end(span, EventKind::DialComplete, || TraceEvent::DialComplete {});
            }
            None => {}
        }
    }

    /// Tells that the part was given up.
    pub(super) fn fail_detail<S: Sink>(&mut self, failure: Failure<'_>, at: At<'_, S>) {
        let detail = self.detail.take();
        let mut cx = self.cx(at);
        match detail {
            Some((Detail::Resolve, span)) => {
                cx.end(span, EventKind::ResolveFailed, || TraceEvent::ResolveFailed { failure });
            }
            Some((Detail::Dial(_), span)) => {
                cx.end(span, EventKind::DialFailed, || TraceEvent::DialFailed { failure });
            }
            None => {}
        }
    }
}
