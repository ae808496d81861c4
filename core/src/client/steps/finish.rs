//! The end of an exchange, or of one hop of it.

use super::super::action::{Action, Interest};
use super::super::exchange::Exchange;
use super::super::span_tracker::Slot;
use super::super::state::{ExchangeState, Hop, Resend, Sending, Stepped, Timer};
use crate::error::{Cause, Error, Phase, TlsError};
use crate::http1::NotReusable;
use crate::time::Waiting;
use crate::trace::{At, Sink, SpanKind, TraceEvent};

impl Exchange {
    /// Handles the end of the body.
    pub(super) fn end<S: Sink>(&mut self, at: At<'_, S>) -> Action {
        self.enter(ExchangeState::Leave, Phase::Close);
        self.spans.start(SpanKind::ResponseClosed, at, || TraceEvent::ResponseClosedStarted {});
        match self.link.reuse() {
            Ok(()) if self.sending != Sending::Stopped => {
                self.link_is_free = true;
                self.spans.complete(Slot::Connection, at);
                return self.leave(at);
            }
            // To httpcore, the connection becomes idle, and is only then found to be closed.
            Err(NotReusable::UntilClose) => {
                self.spans.complete(Slot::Connection, at);
                self.spans.start(SpanKind::Close, at, || TraceEvent::CloseStarted {});
            }
            _ => {}
        }
        if self.sending == Sending::Stopped && self.link.layer_has_output() {
            // A transport that takes no more of the request takes no closing message either.
            self.enter(ExchangeState::Closed, Phase::Close);
            return Action::Close;
        }
        self.link.send_close_notify();
        self.enter(ExchangeState::CloseNotify, Phase::Close);
        self.close_notify()
    }

    /// Ends the exchange after a switch of protocols, without closing the connection. The spans are
    /// completed for sinks that wait for their ends.
    pub(in super::super) fn end_in_switch<S: Sink>(&mut self, at: At<'_, S>) {
        self.spans.start(SpanKind::ReceiveResponseBody, at, || {
            TraceEvent::ReceiveResponseBodyStarted { request: self.plan.method() }
        });
        self.spans.complete(Slot::Receiving, at);
        self.spans.start(SpanKind::ResponseClosed, at, || TraceEvent::ResponseClosedStarted {});
        self.spans.complete(Slot::Connection, at);
        self.enter(ExchangeState::Leave, Phase::Close);
    }

    /// Sends the layer's closing message. The outcome is known, so that errors are not reported.
    #[inline(never)]
    pub(super) fn close_notify(&mut self) -> Action {
        if self.link.layer_has_output() {
            return Action::Wait(Interest::WRITE);
        }
        self.enter(ExchangeState::Closed, Phase::Close);
        Action::Close
    }

    /// Releases the connection, and goes on with the next hop if there is one.
    pub(super) fn leave<S: Sink>(&mut self, at: At<'_, S>) -> Action {
        if self.hop.is_some() && self.error.is_none() {
            return self.release_for_next();
        }
        self.finish(at);
        self.outcome()
    }

    /// Releases the connection for another request of the exchange.
    pub(super) fn release_for_next(&mut self) -> Action {
        self.sent_before += self.request_bytes();
        self.link.begin_exchange();
        self.enter(ExchangeState::Released, Phase::Close);
        Action::Release
    }

    /// Returns the final action.
    pub(super) const fn outcome(&self) -> Action {
        if matches!(self.state, ExchangeState::Failed) { Action::Failed } else { Action::Done }
    }

    /// Sends the request again, or starts the next hop, after the connection of the last one was released,
    /// unless the exchange is cancelled.
    #[inline(never)]
    pub(super) fn released<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if self.resend == Resend::Due {
            self.begin_resend();
            return Ok(None);
        }
        let hop = self.hop.take();
        self.link_is_free = false;
        if self.next_retry().is_some() {
            self.begin_backoff();
            return Ok(None);
        }
        match hop {
            Some(Hop::Redirect(Err(error))) => {
                self.error = Some(self.complete(*error, Phase::Redirect));
            }
            Some(Hop::Redirect(_))
                if self.redirected >= self.plan.options.redirects.unwrap_or_default() =>
            {
                self.error = Some(self.complete(Cause::TooManyRedirects.into(), Phase::Redirect));
            }
            Some(Hop::Redirect(Ok(request))) => {
                self.redirected += 1;
                self.rewind = true;
                (self.resend, self.draining) = (Resend::No, None);
                self.spans.hop();
                self.clock.redirected();
                self.plan.follow(request);
                self.enter(ExchangeState::Trust, Phase::Pool);
                return Ok(None);
            }
            Some(Hop::Retry) | None => {}
        }
        self.finish(at);
        Ok(Some(self.outcome()))
    }

    /// Fails the exchange: fails the open spans, and closes the connection.
    #[inline(never)]
    pub(in super::super) fn fail<S: Sink>(&mut self, error: Error, at: At<'_, S>) {
        self.interest = Interest::NONE;
        self.drop_owned();
        self.timers.disarm(Timer::Read as usize);
        self.timers.disarm(Timer::Write as usize);
        let (phase, cause) = (self.spans.phase(), error.cause);
        let (repetition, span) = (self.repetition(cause), self.spans.current());
        self.cancel_dials(cause, at);
        if self.state == ExchangeState::Handshake {
            let accepted = !matches!(cause, Cause::Tls(TlsError::Certificate(_)));
            self.spans.secured(&self.link, &self.plan, accepted, at);
        }
        if self.state == ExchangeState::Transfer && self.sending.is_active() {
            self.discount_unsent();
        }
        self.emit_failure(cause, at);
        self.decide_resend(cause, at);
        if let Some(repetition) = repetition {
            self.spans.retry_decided(repetition.err(), at);
            if let Ok(retry) = repetition {
                return self.repeat(retry, at);
            }
        }
        self.decide_retry_after(cause, at);
        self.error =
            if self.is_refused(cause) { None } else { Some(self.explain(error, phase, span)) };
        match phase {
            Phase::Retry => return self.finish(at),
            Phase::Pool if self.next_retry().is_none() => return self.finish(at),
            Phase::Pool => return self.enter(ExchangeState::Leave, Phase::Close),
            Phase::Resolve | Phase::Connect => {
                return self.enter(ExchangeState::Leave, Phase::Close);
            }
            // A tunnel that cannot be used is closed, and so is a proxy that refuses one.
            Phase::Tls if span == Some(SpanKind::ProxyStartTls) => {
                self.spans.start(SpanKind::Close, at, || TraceEvent::CloseStarted {});
            }
            Phase::Tls => {}
            _ if matches!(cause, Cause::Proxy(_)) => {
                self.spans.start(SpanKind::Close, at, || TraceEvent::CloseStarted {});
            }
            _ => self
                .spans
                .start(SpanKind::ResponseClosed, at, || TraceEvent::ResponseClosedStarted {}),
        }
        let transport_works = !matches!(cause, Cause::Os(_) | Cause::TimedOut(_));
        if transport_works && phase != Phase::Tls {
            self.link.send_close_notify();
        }
        let next = if transport_works { ExchangeState::CloseNotify } else { ExchangeState::Close };
        self.enter(next, Phase::Close);
    }

    /// Returns how many bytes of the request were sent, without those of the CONNECT to a proxy.
    pub(super) const fn request_bytes(&self) -> u64 {
        if self.plan.tunnelling { 0 } else { self.link.request_bytes() }
    }

    /// Adds the details of the failed operation to an error.
    fn explain(&self, error: Error, phase: Phase, span: Option<SpanKind>) -> Error {
        let mut error = self.complete(error, phase);
        if let Some(proxy) = self.plan.proxy_at(span).filter(|_| phase != Phase::Pool) {
            error = error.with_proxy(proxy.host(), proxy.port());
        }
        if let Cause::TimedOut(why) = error.cause
            && let Some(limit) = self.plan.options.timeouts.limit(why)
        {
            error = error.with_limit(limit);
            if why == Waiting::Rate {
                error = error.with_rate(self.plan.options.timeouts.rate);
            }
        }
        if matches!(error.cause, Cause::Tls(TlsError::Certificate(_)))
            && let Some(certificate) = self.link.facts().peer_certificate
        {
            error = error.with_certificate(certificate);
        }
        error
    }

    /// Adds the state of the exchange to an error.
    pub(super) fn complete(&self, mut error: Error, phase: Phase) -> Error {
        error.phase = phase;
        error.secure = self.link.is_secure();
        error.is_idempotent = self.is_idempotent;
        error.request_bytes = self.sent_before + self.request_bytes();
        error.response_bytes = self.link.response_bytes();
        error
    }
}
