//! The operations of an exchange, as they are traced: each is told as started, and then once as
//! complete or failed.

use alloc::string::ToString;
use core::net::SocketAddr;

use super::decision::Decision;
use super::operation::{Attempt, Operation};
use super::plan::Plan;
use super::proxy::Proxy;
use super::stopwatch::Stopwatch;
use crate::error::{Cause, Phase};
use crate::http1::ResponseHead;
use crate::trace::{
    At, ConnectionId, Credentials, Cx, EventKind, ExchangeId, Failure, Interest, Scope, Sink, Span,
    StreamId, TraceEvent,
};

/// What has been told as started and not as ended.
#[derive(Debug)]
pub(super) struct Trail {
    scope: Scope,
    /// What the sink wants, asked when the exchange begins.
    interest: Interest,
    /// The exchange as a whole.
    whole: Option<Span>,
    /// Getting a connection.
    acquiring: Option<Span>,
    operation: Option<(Operation, Span)>,
    /// The lookup of addresses, within that operation.
    resolving: Option<Span>,
    /// How many layers of TLS the connection has.
    tls_layers: u8,
}

impl Trail {
    pub(super) const fn new(scope: Scope) -> Self {
        Self {
            scope,
            interest: Interest::NONE,
            whole: None,
            acquiring: None,
            operation: None,
            resolving: None,
            tls_layers: 0,
        }
    }

    /// The exchange that events belong to.
    pub(super) const fn exchange(&self) -> ExchangeId {
        self.scope.exchange
    }

    /// From now on, events happen on this connection.
    pub(super) const fn on(&mut self, connection: ConnectionId) {
        self.scope.connection = connection;
        self.tls_layers = 0;
    }

    /// From now on, events belong to the next attempt at connecting.
    pub(super) const fn attempt(&mut self) {
        self.scope.attempt += 1;
    }

    /// The operation that is open.
    pub(super) fn operation(&self) -> Option<Operation> {
        self.operation.as_ref().map(|(operation, _)| *operation)
    }

    pub(super) const fn enter(&mut self, phase: Phase) {
        self.scope.phase = phase;
    }

    pub(super) const fn phase(&self) -> Phase {
        self.scope.phase
    }

    /// The context in which events are told.
    #[inline]
    pub(super) fn cx<'a, S: Sink>(&'a mut self, at: At<'a, S>) -> Cx<'a, S> {
        Cx::with_interest(at.now, at.sink, self.interest, &mut self.scope)
    }

    /// Whether anybody wants anything. Where nobody does, operations are kept all the same, for what
    /// fails depends on them; but there is nothing to be said of them.
    #[inline]
    fn is_heard<S: Sink>(&self, _: At<'_, S>) -> bool {
        S::enabled() && !self.interest.is_empty()
    }

    const fn stream(&self, layer: u8) -> StreamId {
        StreamId { connection: self.scope.connection.0, layer }
    }

    /// Tells that the exchange begins.
    #[inline]
    pub(super) fn begin<S: Sink>(&mut self, plan: &Plan, at: At<'_, S>) {
        self.interest = at.sink.interest();
        if self.is_heard(at) {
            self.tell_begin(plan, at);
        }
    }

    fn tell_begin<S: Sink>(&mut self, plan: &Plan, at: At<'_, S>) {
        let span = self.cx(at).start(EventKind::ExchangeStarted, || TraceEvent::ExchangeStarted {
            method: plan.request.method(),
            url: plan.request.url().as_str(),
        });
        self.whole = Some(span);
    }

    /// Tells that the exchange has come to its end, or was given up.
    pub(super) fn finish<S: Sink>(
        &mut self,
        failure: Option<Failure<'_>>,
        clock: &Stopwatch,
        at: At<'_, S>,
    ) {
        let Some(span) = self.whole.take().filter(|_| self.is_heard(at)) else { return };
        let (sizes, timings) = (clock.sizes, &clock.timings());
        let sent = sizes.request_heads + sizes.request_body;
        let received = sizes.response_heads + sizes.response_body;
        let mut cx = self.cx(at);
        match failure {
            None => cx.end(span, EventKind::ExchangeComplete, || TraceEvent::ExchangeComplete {
                sent,
                received,
                timings,
            }),
            Some(failure) => {
                cx.end(span, EventKind::ExchangeFailed, || TraceEvent::ExchangeFailed {
                    failure,
                    sent,
                    received,
                    timings,
                });
            }
        }
    }

    /// Tells that a connection is asked for.
    #[inline]
    pub(super) fn start_acquiring<S: Sink>(&mut self, plan: &Plan, at: At<'_, S>) {
        if self.is_heard(at) {
            self.tell_acquiring(plan, at);
        }
    }

    fn tell_acquiring<S: Sink>(&mut self, plan: &Plan, at: At<'_, S>) {
        let url = plan.request.url();
        let (secure, host, port) = (url.scheme().is_secure(), url.host(), url.port());
        let event = || TraceEvent::AcquireStarted { secure, host, port };
        let span = self.cx(at).start(EventKind::AcquireStarted, event);
        self.acquiring = Some(span);
    }

    /// Tells that there is one, or leave to open one.
    pub(super) fn acquired<S: Sink>(&mut self, reused: bool, at: At<'_, S>) {
        if let Some(span) = self.acquiring.take() {
            self.cx(at)
                .end(span, EventKind::AcquireComplete, || TraceEvent::AcquireComplete { reused });
        }
    }

    /// Tells whether opening a connection is tried again.
    pub(super) fn retry_decided<S: Sink>(&mut self, why_not: Option<&'static str>, at: At<'_, S>) {
        self.cx(at).tell(EventKind::RetryDecided, || TraceEvent::RetryDecided {
            again: why_not.is_none(),
            why: why_not.unwrap_or("no connection was opened, so that nothing was sent"),
        });
    }

    /// Tells whether a redirect is followed.
    pub(super) fn redirect_decided<S: Sink>(&mut self, decision: Decision<'_>, at: At<'_, S>) {
        let Decision { status, url, follow, why } = decision;
        self.cx(at).tell(EventKind::RedirectDecided, || TraceEvent::RedirectDecided {
            status,
            url,
            follow,
            why,
        });
    }

    /// Tells that an operation starts.
    #[inline]
    pub(super) fn start<S: Sink>(&mut self, operation: Operation, plan: &Plan, at: At<'_, S>) {
        let span = match self.is_heard(at) {
            true => self.tell_start(operation, plan, at),
            false => Span::UNHEARD,
        };
        self.operation = Some((operation, span));
    }

    fn tell_start<S: Sink>(&mut self, operation: Operation, plan: &Plan, at: At<'_, S>) -> Span {
        let request = plan.method();
        let stream = self.stream(0);
        let address = operation.connects_by_tcp().then(|| plan.route.local_address()).flatten();
        let address = address.map(|address| address.to_string());
        let local_address = address.as_deref();
        // What the events of connecting say is found out only where they are told.
        let timeout = || plan.options.timeouts.connect;
        let (host, port) = (|| plan.route.peer().0, || plan.route.peer().1);
        let path = || plan.route.unix_socket().unwrap_or_default();
        let ssl_context = || plan.tls_context();
        let server_hostname = || plan.route.server_name(operation);
        let socket_options = || plan.route.socket_options();
        let mut cx = self.cx(at);
        match operation {
            Operation::ConnectTcp => {
                cx.start(EventKind::ConnectTcpStarted, || TraceEvent::ConnectTcpStarted {
                    host: host(),
                    port: port(),
                    local_address,
                    timeout: timeout(),
                    socket_options: socket_options(),
                })
            }
            Operation::ConnectUnixSocket => cx.start(EventKind::ConnectUnixSocketStarted, || {
                TraceEvent::ConnectUnixSocketStarted {
                    path: path(),
                    timeout: timeout(),
                    socket_options: socket_options(),
                }
            }),
            Operation::StartTls => {
                cx.start(EventKind::StartTlsStarted, || TraceEvent::StartTlsStarted {
                    ssl_context: ssl_context(),
                    server_hostname: server_hostname(),
                    timeout: timeout(),
                })
            }
            Operation::ProxyStartTls => {
                cx.start(EventKind::ProxyStartTlsStarted, || TraceEvent::ProxyStartTlsStarted {
                    ssl_context: ssl_context(),
                    server_hostname: server_hostname(),
                    timeout: timeout(),
                })
            }
            Operation::SocksConnectTcp => {
                cx.start(EventKind::SocksConnectTcpStarted, || TraceEvent::SocksConnectTcpStarted {
                    host: host(),
                    port: port(),
                    timeout: timeout(),
                })
            }
            Operation::SetupSocks5 => cx.start(EventKind::SetupSocks5ConnectionStarted, || {
                let url = plan.request.url();
                let auth = plan.route.proxy().and_then(Proxy::credentials);
                TraceEvent::SetupSocks5ConnectionStarted {
                    stream,
                    host: url.host(),
                    port: url.port(),
                    auth: auth.map(|(user, password)| Credentials { user, password }),
                }
            }),
            Operation::SocksStartTls => {
                cx.start(EventKind::SocksStartTlsStarted, || TraceEvent::SocksStartTlsStarted {
                    ssl_context: ssl_context(),
                    server_hostname: server_hostname(),
                    timeout: timeout(),
                })
            }
            Operation::Retry(Attempt::ConnectTcp) => {
                cx.start(EventKind::RetryConnectTcpStarted, || TraceEvent::RetryConnectTcpStarted {
                    host: host(),
                    port: port(),
                    local_address,
                    timeout: timeout(),
                    socket_options: socket_options(),
                })
            }
            Operation::Retry(Attempt::ConnectUnixSocket) => {
                cx.start(EventKind::RetryConnectUnixSocketStarted, || {
                    TraceEvent::RetryConnectUnixSocketStarted {
                        path: path(),
                        timeout: timeout(),
                        socket_options: socket_options(),
                    }
                })
            }
            Operation::Retry(Attempt::StartTls) => {
                cx.start(EventKind::RetryStartTlsStarted, || TraceEvent::RetryStartTlsStarted {
                    ssl_context: ssl_context(),
                    server_hostname: server_hostname(),
                    timeout: timeout(),
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
            Operation::Close => cx.start(EventKind::CloseStarted, || TraceEvent::CloseStarted {}),
            Operation::ResponseClosed => {
                cx.start(EventKind::ResponseClosedStarted, || TraceEvent::ResponseClosedStarted {})
            }
        }
    }

    /// Tells that the operation that is open came to its end.
    #[inline(always)]
    pub(super) fn complete<S: Sink>(&mut self, at: At<'_, S>) {
        // That one ends with a head: see `head`.
        let complete = self.operation.take_if(|(open, _)| *open != Operation::ReceiveHead);
        if let Some((operation, span)) = complete
            && self.is_heard(at)
        {
            self.tell_complete(operation, span, at);
        }
    }

    fn tell_complete<S: Sink>(&mut self, operation: Operation, span: Span, at: At<'_, S>) {
        if matches!(
            operation,
            Operation::StartTls | Operation::ProxyStartTls | Operation::SocksStartTls
        ) {
            self.tls_layers += 1;
        }
        let (transport, secure) = (self.stream(0), self.stream(self.tls_layers));
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
            Operation::ProxyStartTls => {
                cx.end(span, EventKind::ProxyStartTlsComplete, || {
                    TraceEvent::ProxyStartTlsComplete { stream: secure }
                });
            }
            Operation::SocksConnectTcp => {
                cx.end(span, EventKind::SocksConnectTcpComplete, || {
                    TraceEvent::SocksConnectTcpComplete { stream: transport }
                });
            }
            Operation::SetupSocks5 => {
                cx.end(span, EventKind::SetupSocks5ConnectionComplete, || {
                    TraceEvent::SetupSocks5ConnectionComplete { stream: transport }
                });
            }
            Operation::SocksStartTls => {
                cx.end(span, EventKind::SocksStartTlsComplete, || {
                    TraceEvent::SocksStartTlsComplete { stream: secure }
                });
            }
            Operation::SendHead => cx.end(span, EventKind::SendRequestHeadersComplete, || {
                TraceEvent::SendRequestHeadersComplete {}
            }),
            Operation::SendBody => cx.end(span, EventKind::SendRequestBodyComplete, || {
                TraceEvent::SendRequestBodyComplete {}
            }),
            Operation::ReceiveHead => {}
            Operation::ReceiveBody => cx.end(span, EventKind::ReceiveResponseBodyComplete, || {
                TraceEvent::ReceiveResponseBodyComplete {}
            }),
            Operation::Close => {
                cx.end(span, EventKind::CloseComplete, || TraceEvent::CloseComplete {});
            }
            Operation::ResponseClosed => cx.end(span, EventKind::ResponseClosedComplete, || {
                TraceEvent::ResponseClosedComplete {}
            }),
            Operation::ConnectUnixSocket => {
                cx.end(span, EventKind::ConnectUnixSocketComplete, || {
                    TraceEvent::ConnectUnixSocketComplete { stream: transport }
                });
            }
            Operation::Retry(_) => {
                cx.end(span, EventKind::RetryComplete, || TraceEvent::RetryComplete {});
            }
        }
    }

    /// Tells that the head of the response has come.
    pub(super) fn head<S: Sink>(&mut self, head: ResponseHead<'_>, plan: &Plan, at: At<'_, S>) {
        let operation = self.operation.take();
        if !self.is_heard(at) {
            return;
        }
        let mut cx = self.cx(at);
        if let Some((_, span)) = operation {
            cx.end(span, EventKind::ReceiveResponseHeadersComplete, || {
                TraceEvent::ReceiveResponseHeadersComplete { head }
            });
        }
        if plan.tunnelling {
            return;
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
        let (acquiring, resolving) = (self.acquiring.take(), self.resolving.take());
        let operation = self.operation.take();
        let mut cx = self.cx(at);
        if let Some(span) = acquiring {
            cx.end(span, EventKind::AcquireFailed, || TraceEvent::AcquireFailed { failure });
        }
        if let Some(span) = resolving {
            cx.end(span, EventKind::ResolveFailed, || TraceEvent::ResolveFailed { failure });
        }
        let Some((operation, span)) = operation else { return };
        match operation {
            Operation::ConnectTcp => {
                cx.end(span, EventKind::ConnectTcpFailed, || TraceEvent::ConnectTcpFailed {
                    failure,
                });
            }
            Operation::StartTls => {
                cx.end(span, EventKind::StartTlsFailed, || TraceEvent::StartTlsFailed { failure });
            }
            Operation::ProxyStartTls => {
                cx.end(span, EventKind::ProxyStartTlsFailed, || TraceEvent::ProxyStartTlsFailed {
                    failure,
                });
            }
            Operation::SocksConnectTcp => {
                cx.end(span, EventKind::SocksConnectTcpFailed, || {
                    TraceEvent::SocksConnectTcpFailed { failure }
                });
            }
            Operation::SetupSocks5 => {
                cx.end(span, EventKind::SetupSocks5ConnectionFailed, || {
                    TraceEvent::SetupSocks5ConnectionFailed { failure }
                });
            }
            Operation::SocksStartTls => {
                cx.end(span, EventKind::SocksStartTlsFailed, || TraceEvent::SocksStartTlsFailed {
                    failure,
                });
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
            Operation::Close => {
                cx.end(span, EventKind::CloseFailed, || TraceEvent::CloseFailed { failure });
            }
            Operation::ResponseClosed => cx.end(span, EventKind::ResponseClosedFailed, || {
                TraceEvent::ResponseClosedFailed { failure }
            }),
            Operation::ConnectUnixSocket => {
                cx.end(span, EventKind::ConnectUnixSocketFailed, || {
                    TraceEvent::ConnectUnixSocketFailed { failure }
                });
            }
            Operation::Retry(_) => {
                cx.end(span, EventKind::RetryFailed, || TraceEvent::RetryFailed { failure });
            }
        }
    }

    /// Tells that the addresses of the host are looked up.
    pub(super) fn start_resolve<S: Sink>(&mut self, plan: &Plan, at: At<'_, S>) {
        let (host, port) = plan.route.peer();
        let mut cx = self.cx(at);
        self.resolving =
            Some(cx.start(EventKind::ResolveStarted, || TraceEvent::ResolveStarted { host, port }));
    }

    /// Tells how many addresses were found.
    pub(super) fn complete_resolve<S: Sink>(&mut self, addresses: usize, at: At<'_, S>) {
        let Some(span) = self.resolving.take() else { return };
        let addresses = addresses as u64;
        self.cx(at)
            .end(span, EventKind::ResolveComplete, || TraceEvent::ResolveComplete { addresses });
    }

    /// Tells that an address is tried: one of several perhaps, which are kept apart by their spans.
    pub(super) fn start_dial<S: Sink>(&mut self, address: SocketAddr, at: At<'_, S>) -> Span {
        self.cx(at).start(EventKind::DialStarted, || TraceEvent::DialStarted { address })
    }

    /// Tells that it connected.
    pub(super) fn complete_dial<S: Sink>(&mut self, span: Option<Span>, at: At<'_, S>) {
        let Some(span) = span else { return };
        self.cx(at).end(span, EventKind::DialComplete, || TraceEvent::DialComplete {});
    }

    /// Tells that it was given up.
    pub(super) fn fail_dial<S: Sink>(&mut self, span: Option<Span>, cause: Cause, at: At<'_, S>) {
        let Some(span) = span else { return };
        let phase = self.phase();
        let failure = Failure { phase, cause: &cause, secure: false, evidence: &[], body: (0, 0) };
        self.cx(at).end(span, EventKind::DialFailed, || TraceEvent::DialFailed { failure });
    }
}
