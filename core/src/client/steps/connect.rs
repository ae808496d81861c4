//! Getting a connection: one of the pool, or a new one.

use alloc::boxed::Box;
use core::net::SocketAddr;
use core::time::Duration;

use super::super::action::{Action, Interest};
use super::super::dial::interleave;
use super::super::exchange::Exchange;
use super::super::proxy::ProxyKind;
use super::super::route::Via;
use super::super::span_tracker::Slot;
use super::super::state::{ExchangeState, Stepped};
use super::super::url::without_zone;
use crate::error::{Cause, Phase, ResolveError, SocksError, TlsError};
use crate::http1::Role;
use crate::time::Waiting;
use crate::trace::{At, Sink, SpanKind, TraceEvent};
use crate::transport::LayerState;
use crate::transport::Link;
use crate::transport::socks5::Socks5;

impl Exchange {
    /// Asks for the TLS configuration of each peer that needs one.
    #[inline]
    pub(super) fn trust<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        let route = &self.plan.route;
        if route.origin.is_secure() && route.trust.is_none() {
            return Ok(Some(self.ask(Action::Trust { proxy: false })));
        }
        if route.has_secure_proxy() && route.proxy_trust.is_none() {
            return Ok(Some(self.ask(Action::Trust { proxy: true })));
        }
        self.enter(ExchangeState::Acquire, Phase::Pool);
        let url = self.plan.request.url();
        self.spans.start(SpanKind::Acquire, at, || TraceEvent::AcquireStarted {
            secure: url.scheme().is_secure(),
            host: url.host(),
            port: url.port(),
        });
        Ok(Some(self.ask(Action::Acquire)))
    }

    /// Returns an action once, and then waits for its result.
    #[inline]
    pub(super) const fn ask(&mut self, question: Action) -> Action {
        if self.asked {
            return Action::Wait(Interest::NONE);
        }
        self.asked = true;
        question
    }

    /// Starts to open a connection.
    #[inline(never)]
    pub(super) fn open<S: Sink>(&mut self, at: At<'_, S>) {
        self.spans.attempt();
        self.spans.route(&self.plan, at);
        let span = match self.plan.route.via() {
            Via::Unix => {
                self.begin_dial(1);
                self.spans.start_connecting(SpanKind::ConnectUnixSocket, &self.plan, at);
                return;
            }
            Via::Socks(_) => SpanKind::SocksConnectTcp,
            Via::Direct | Via::Forward(_) | Via::Tunnel(_) => SpanKind::ConnectTcp,
        };
        self.enter(ExchangeState::Resolve, Phase::Connect);
        self.spans.start_connecting(span, &self.plan, at);
        self.spans.enter(Phase::Resolve);
        let (host, port) = self.plan.route.peer();
        self.spans.start(SpanKind::Resolve, at, || TraceEvent::ResolveStarted { host, port });
        if let Some(known) = self.plan.route.known_addresses() {
            self.memory.addresses.clear();
            self.memory
                .addresses
                .extend(known.iter().map(|address| SocketAddr::new(*address, port)));
            self.state = ExchangeState::Resolved;
        }
    }

    /// Goes on with the addresses.
    #[inline(never)]
    pub(super) fn resolved<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.spans.resolved(&self.memory.addresses, at);
        self.memory.addresses.retain(|address| self.plan.route.may_connect_to(address));
        if self.memory.addresses.is_empty() {
            return Err(ResolveError::NoAddress.into());
        }
        interleave(&mut self.memory.addresses);
        self.begin_dial(self.memory.addresses.len());
        Ok(None)
    }

    #[inline(never)]
    pub(super) fn connected<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.spans.complete(Slot::Connection, at);
        self.clock.connected();
        let secure = self.plan.request.url().scheme().is_secure();
        match self.plan.route.via() {
            Via::Direct | Via::Unix if secure => self.begin_handshake(SpanKind::StartTls, at),
            Via::Direct | Via::Unix => self.begin_request(at),
            Via::Forward(proxy) | Via::Tunnel(proxy) if proxy.kind() == ProxyKind::Https => {
                self.begin_handshake(SpanKind::StartTls, at)
            }
            Via::Forward(_) => self.begin_request(at),
            Via::Tunnel(_) => self.begin_tunnel(at),
            Via::Socks(_) => {
                self.link.suppress_close_event();
                self.begin_handshake(SpanKind::SetupSocks5Connection, at)
            }
        }
    }

    /// Goes on after a handshake.
    #[inline(never)]
    fn layered<S: Sink>(&mut self, span: SpanKind, at: At<'_, S>) -> Stepped {
        let secure = self.plan.request.url().scheme().is_secure();
        match (span, self.plan.route.via()) {
            (SpanKind::StartTls, Via::Tunnel(_)) => self.begin_tunnel(at),
            (SpanKind::SetupSocks5Connection, _) if secure => {
                self.begin_handshake(SpanKind::SocksStartTls, at)
            }
            _ => self.begin_request(at),
        }
    }

    /// Starts a handshake.
    #[inline(never)]
    pub(super) fn begin_handshake<S: Sink>(&mut self, span: SpanKind, at: At<'_, S>) -> Stepped {
        let is_socks = span == SpanKind::SetupSocks5Connection;
        let phase = if is_socks { Phase::Connect } else { Phase::Tls };
        self.enter(if is_socks { ExchangeState::Handshake } else { ExchangeState::Secure }, phase);
        self.spans.start_connecting(span, &self.plan, at);
        if let (true, Via::Socks(proxy)) = (is_socks, self.plan.route.via()) {
            let url = self.plan.request.url();
            let credentials = proxy.credentials().map(|(u, p)| (u.to_vec(), p.to_vec()));
            let socks = Socks5::new(without_zone(url.host()), url.port(), credentials);
            self.link.stack(Box::new(socks), false);
        }
        Ok(None)
    }

    /// Asks for the layer that secures the connection.
    #[inline(never)]
    pub(super) fn secure(&mut self) -> Action {
        let via = self.plan.route.via();
        let proxy = self.spans.current() == Some(SpanKind::StartTls)
            && matches!(via, Via::Forward(_) | Via::Tunnel(_));
        self.ask(Action::Secure { proxy })
    }

    #[inline(never)]
    pub(super) fn handshake<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        let state = self.link.advance(|| self.spans.cx(at))?;
        if self.link.layer_has_output() {
            return Ok(Some(Action::Wait(Interest::WRITE)));
        }
        match state {
            LayerState::Opening => Ok(Some(Action::Wait(Interest::READ))),
            LayerState::Open | LayerState::Delivered => {
                let handshake = self.spans.current();
                self.spans.secured(&self.link, &self.plan, true, at);
                self.spans.complete(Slot::Connection, at);
                handshake.map_or(Ok(None), |span| self.layered(span, at))
            }
            LayerState::PeerClosed => Err(self.handshake_eof().into()),
        }
    }

    /// Returns the cause if the peer ends the connection within a handshake.
    pub(in super::super) fn handshake_eof(&self) -> Cause {
        match self.spans.current() {
            Some(SpanKind::SetupSocks5Connection) => Cause::Socks(SocksError::Malformed),
            _ => Cause::Tls(TlsError::EndOfStream),
        }
    }

    /// Returns whether opening a connection that failed is retried: the span of the delay before the
    /// retry, or why there is no retry. `None` if opening a connection was not what failed.
    pub(super) fn repetition(&self, cause: Cause) -> Option<Result<SpanKind, &'static str>> {
        const PROXIED: &str = "through a proxy, nothing is tried again";
        let retry = match self.spans.current()? {
            SpanKind::ConnectTcp => SpanKind::RetryConnectTcp,
            SpanKind::ConnectUnixSocket => SpanKind::RetryConnectUnixSocket,
            SpanKind::StartTls => SpanKind::RetryStartTls,
            SpanKind::SocksConnectTcp
            | SpanKind::SetupSocks5Connection
            | SpanKind::SocksStartTls
            | SpanKind::ProxyStartTls => return Some(Err(PROXIED)),
            _ => return None,
        };
        Some(match (cause, self.plan.route.via(), self.plan.options.connect_retries) {
            (Cause::Cancelled, ..) => Err("the request was cancelled"),
            (Cause::TimedOut(Waiting::Total), ..) => Err("the time of the whole exchange is over"),
            (_, Via::Forward(_) | Via::Tunnel(_) | Via::Socks(_), _) => Err(PROXIED),
            (.., 0) => Err("nothing is to be tried again"),
            (.., most) if self.retried >= most => Err("it was tried as often as it may be"),
            _ => Ok(retry),
        })
    }

    /// Waits before the next attempt.
    pub(super) fn repeat<S: Sink>(&mut self, retry: SpanKind, at: At<'_, S>) {
        self.retried += 1;
        self.clock.retried();
        self.enter(ExchangeState::Retry, Phase::Connect);
        self.spans.start_connecting(retry, &self.plan, at);
    }

    /// Retries, after the delay.
    #[inline(never)]
    pub(in super::super) fn try_again<S: Sink>(&mut self, at: At<'_, S>) {
        self.spans.complete(Slot::Connection, at);
        *self.link = Link::new(Role::Client, self.link.connection(), self.plan.options.config);
        self.open(at);
    }

    /// Returns the delay before the next retry: zero before the first, then half a second, doubled
    /// each time.
    pub(in super::super) fn delay(&self) -> Duration {
        match self.retried {
            0 | 1 => Duration::ZERO,
            n => Duration::from_millis(500).saturating_mul(1 << (n - 2).min(20)),
        }
    }
}
