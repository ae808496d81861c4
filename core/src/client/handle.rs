//! The inputs of an exchange.
//!
//! A simple input takes effect at once. Decisions are left to the next poll.

use crate::values::Arc;
use alloc::boxed::Box;
use core::net::SocketAddr;

use bytes::Bytes;

use super::action::Interest;
use super::dial::DialId;
use super::exchange::Exchange;
use super::lease::Lease;
use super::route::TrustId;
use super::state::{ExchangeState, Receiving, Resend, Sending, Timer};
use crate::error::{Call, Cause, Error, Misuse, MisuseError, OsErrorKind};
use crate::fields::Fields;
use crate::http1::Role;
use crate::time::{Mono, Waiting};
use crate::trace::{At, ConnectionId, EventKind, Sink, TraceEvent};
use crate::transport::{Layer, Link};

/// The result of an input. A call that the state of the exchange forbids changes nothing.
type Handled = Result<(), MisuseError>;

/// Results of actions.
impl Exchange {
    /// Handles [`Action::Trust`](super::Action::Trust): this TLS configuration is used.
    ///
    /// # Errors
    /// The action is not outstanding.
    pub fn handle_trusted<S: Sink>(&mut self, trust: TrustId, _: Mono, _: &S) -> Handled {
        self.expect_asked(ExchangeState::Trust, Call::HandleTrusted)?;
        let route = &mut self.plan.route;
        let is_origin = route.origin.is_secure() && route.trust.is_none();
        *(if is_origin { &mut route.trust } else { &mut route.proxy_trust }) = Some(trust);
        self.asked = false;
        Ok(())
    }

    /// Handles [`Action::Acquire`](super::Action::Acquire) with an idle connection. The driver keeps
    /// its transport. The limits and tolerances of this exchange apply, not those of the one that opened it.
    ///
    /// # Errors
    /// The action is not outstanding.
    #[inline]
    pub fn handle_reused<S: Sink>(&mut self, link: Box<Link>, now: Mono, sink: &S) -> Handled {
        self.expect_asked(ExchangeState::Acquire, Call::HandleReused)?;
        self.memory.keep(core::mem::replace(&mut self.link, link));
        self.link.configure(self.plan.options.config);
        self.link.count_reuse();
        self.acquired(true, ExchangeState::Begin, At { now, sink });
        Ok(())
    }

    /// Handles [`Action::Acquire`](super::Action::Acquire) with the number of a connection to open.
    ///
    /// # Errors
    /// The action is not outstanding.
    pub fn handle_opened<S: Sink>(
        &mut self,
        connection: ConnectionId,
        now: Mono,
        sink: &S,
    ) -> Handled {
        self.expect_asked(ExchangeState::Acquire, Call::HandleOpened)?;
        *self.link = Link::new(Role::Client, connection, self.plan.options.config);
        self.retried = 0;
        self.acquired(false, ExchangeState::Open, At { now, sink });
        Ok(())
    }

    /// Takes what a [`Pool`](super::Pool) has returned: the [`link`](Lease::link) of a lease that has one,
    /// as [`handle_reused`](Self::handle_reused) does, or else the number of the connection to open, as
    /// [`handle_opened`](Self::handle_opened) does.
    ///
    /// # Errors
    /// No connection was asked for. The lease keeps its link then.
    pub fn handle_leased<T, S: Sink>(
        &mut self,
        lease: &mut Lease<T>,
        now: Mono,
        sink: &S,
    ) -> Handled {
        self.expect_asked(ExchangeState::Acquire, Call::HandleReused)?;
        match lease.link.take() {
            Some(link) => self.handle_reused(link, now, sink),
            None => self.handle_opened(lease.connection(), now, sink),
        }
    }

    /// Sets the cookies of the current request, as a list of pairs, while [`Action::Acquire`](super::Action::Acquire) is
    /// outstanding. They are sent in one field behind those of the caller, unless the caller has one of the same name, and
    /// only with this request: the driver sets those of the next hop when that needs a connection.
    ///
    /// # Errors
    /// The action is not outstanding.
    #[cold]
    pub fn handle_cookies<S: Sink>(&mut self, cookies: &[u8], now: Mono, sink: &S) -> Handled {
        self.expect_asked(ExchangeState::Acquire, Call::HandleCookies)?;
        let with = self.plan.request.with_cookies(cookies);
        let added = with.as_ref().map_or(0, |(_, added)| *added);
        self.plan.with_cookies = with.map(|(request, _)| Arc::new(request));
        let at = self.at(now, sink);
        self.spans.cx(at).emit(EventKind::CookiesAdded, || TraceEvent::CookiesAdded { added });
        Ok(())
    }

    #[inline]
    fn acquired<S: Sink>(&mut self, reused: bool, next: ExchangeState, at: At<'_, S>) {
        self.link.attach_buffers(&mut self.memory.bytes);
        self.spans.on(self.link.connection());
        self.spans.acquired(reused, &self.link, at);
        self.state = next;
    }

    /// Handles [`Action::Resolve`](super::Action::Resolve) with the addresses of the host, in the
    /// order in which to try them.
    ///
    /// # Errors
    /// The action is not outstanding.
    pub fn handle_resolved<S: Sink>(
        &mut self,
        addresses: &[SocketAddr],
        _: Mono,
        _: &S,
    ) -> Handled {
        self.expect_asked(ExchangeState::Resolve, Call::HandleResolved)?;
        self.memory.addresses.clear();
        self.memory.addresses.extend_from_slice(addresses);
        self.state = ExchangeState::Resolved;
        Ok(())
    }

    /// Sets the local address of the attempt that has connected, for events, before
    /// [`handle_dialed`](Self::handle_dialed). A driver may omit it.
    pub fn set_local_address(&mut self, local: Option<SocketAddr>) {
        self.link.addresses_mut().local = local;
    }

    /// Handles [`Action::Dial`](super::Action::Dial): this attempt has connected, and its connection
    /// is the transport.
    ///
    /// # Errors
    /// The attempt is not in progress.
    pub fn handle_dialed<S: Sink>(&mut self, dial: DialId, now: Mono, sink: &S) -> Handled {
        let attempt = self.race.take(dial).ok_or_else(|| self.misuse(Call::HandleDialed))?;
        let at = self.at(now, sink);
        self.link.open(now);
        if self.spans.cx(at).wants(EventKind::AcquireComplete) {
            self.link.addresses_mut().peer = self.address(attempt.index);
        }
        self.spans.complete_dial(attempt.kept, self.link.addresses().local, at);
        self.cancel_dials(Cause::Superseded, at);
        self.state = ExchangeState::Connected;
        Ok(())
    }

    /// Handles [`Action::Dial`](super::Action::Dial): this attempt has failed.
    ///
    /// # Errors
    /// The attempt is not in progress.
    pub fn handle_dial_failed<S: Sink>(
        &mut self,
        dial: DialId,
        error: Error,
        now: Mono,
        sink: &S,
    ) -> Handled {
        let attempt = self.race.take(dial).ok_or_else(|| self.misuse(Call::HandleDialFailed))?;
        let at = self.at(now, sink);
        self.dial_failed(attempt, error, at);
        Ok(())
    }

    /// Handles [`Action::Secure`](super::Action::Secure) with a new layer, which has sent and
    /// received nothing.
    ///
    /// # Errors
    /// The action is not outstanding.
    pub fn handle_secured<S: Sink>(&mut self, layer: Box<dyn Layer>, _: Mono, _: &S) -> Handled {
        self.expect_asked(ExchangeState::Secure, Call::HandleSecured)?;
        self.link.stack(layer, true);
        // Creating the layer and the handshake share one timer.
        self.state = ExchangeState::Handshake;
        Ok(())
    }

    /// Handles the failure of [`Action::Trust`](super::Action::Trust),
    /// [`Acquire`](super::Action::Acquire), [`Resolve`](super::Action::Resolve) or
    /// [`Secure`](super::Action::Secure), or of all attempts to connect. `error` is made of an
    /// [`io::Error`](std::io::Error), a [`ResolveError`](crate::error::ResolveError) or another
    /// cause.
    ///
    /// # Errors
    /// None of these actions is outstanding.
    pub fn handle_failed<S: Sink>(&mut self, error: Error, now: Mono, sink: &S) -> Handled {
        let is_outstanding = match self.state {
            ExchangeState::Trust
            | ExchangeState::Acquire
            | ExchangeState::Resolve
            | ExchangeState::Secure => self.asked,
            ExchangeState::Dial => true,
            _ => false,
        };
        if !is_outstanding {
            return Err(self.misuse(Call::HandleFailed));
        }
        self.abort(error, now, sink);
        Ok(())
    }
}

/// Progress of the transport and of the request's body.
impl Exchange {
    /// Removes the first `n` bytes of [`out`](Self::out), which the transport took.
    ///
    /// # Errors
    /// `n` is larger than the number of bytes, or nothing is to be written.
    #[inline(always)]
    pub fn handle_sent<S: Sink>(&mut self, n: usize, now: Mono, sink: &S) -> Handled {
        if n > if self.interest.write { self.link.output_len() } else { 0 } {
            return Err(self.misuse_of(Call::HandleSent, Misuse::TooManyBytes));
        }
        let at = At { now, sink };
        self.link.emit_sent(n, &mut self.spans.cx(at));
        self.link.sent(n);
        self.timers.disarm(Timer::Write as usize);
        // A response that has begun can stall until the rest of the request is sent.
        self.timers.disarm(Timer::Read as usize);
        Ok(())
    }

    /// Handles a transport that takes no more bytes. What the server has sent may still be read.
    /// Ignored if the exchange does not write.
    pub fn handle_send_failed<S: Sink>(&mut self, error: Error, now: Mono, sink: &S) {
        if !self.interest.write {
            return;
        }
        match (self.state, error.cause) {
            // A server may answer and close before it has read the whole request. The response is
            // read even though the request could not be sent.
            (ExchangeState::Transfer, cause @ Cause::Os(os))
                if self.sending.is_active() && os.kind != OsErrorKind::TimedOut =>
            {
                let at = self.at(now, sink);
                self.stop_sending(cause, at);
                self.interest.write = false;
                if self.receiving == Receiving::Nothing {
                    self.await_response(at);
                }
            }
            _ => {
                self.blame_sending();
                self.abort(error, now, sink);
            }
        }
    }

    /// Handles `n` bytes that were read into [`space`](Self::space).
    ///
    /// # Errors
    /// `n` is larger than the space, or nothing is to be read.
    #[inline(always)]
    pub fn handle_received<S: Sink>(&mut self, n: usize, now: Mono, sink: &S) -> Handled {
        if n > if self.interest.read { self.link.room() } else { 0 } {
            return Err(self.misuse_of(Call::HandleReceived, Misuse::TooManyBytes));
        }
        let at = At { now, sink };
        self.link.emit_received(n, &mut self.spans.cx(at));
        self.link.filled(n);
        self.has_input = true;
        self.timers.disarm(Timer::Read as usize);
        Ok(())
    }

    /// Handles received bytes that the driver owns, for a system that fills buffers of its own. Data
    /// of the body is not copied, and [`data`](Self::data) returns a slice of these bytes; heads, the
    /// framing of chunks, and everything that passes through TLS are copied once.
    ///
    /// # Errors
    /// Nothing is to be read.
    pub fn handle_bytes<S: Sink>(&mut self, bytes: Bytes, now: Mono, sink: &S) -> Handled {
        if !self.interest.read {
            return Err(self.misuse(Call::HandleReceived));
        }
        // Earlier bytes come first.
        self.keep_owned();
        self.link.emit_owned(&bytes, &mut self.spans.cx(At { now, sink }));
        if self.state == ExchangeState::Transfer && self.link.is_plain() {
            self.owned = bytes;
        } else {
            self.link.receive(&bytes);
        }
        self.has_input = true;
        self.timers.disarm(Timer::Read as usize);
        Ok(())
    }

    /// Handles the end of input: the peer has closed its direction of the transport. Ignored if
    /// nothing is to be read.
    pub fn handle_eof<S: Sink>(&mut self, now: Mono, sink: &S) {
        if !self.interest.read {
            return;
        }
        self.keep_owned();
        self.link.eof();
        self.has_input = true;
        match self.state {
            ExchangeState::Handshake => self.abort(self.handshake_eof().into(), now, sink),
            _ => self.timers.disarm(Timer::Read as usize),
        }
    }

    /// Handles a transport that cannot be read any more. Ignored if nothing is to be read.
    pub fn handle_receive_failed<S: Sink>(&mut self, error: Error, now: Mono, sink: &S) {
        if !self.interest.read {
            return;
        }
        if self.state == ExchangeState::Transfer && self.receiving == Receiving::Nothing {
            let at = self.at(now, sink);
            if let (true, cause @ Cause::Os(os)) = (self.sending.is_active(), error.cause)
                && os.kind != OsErrorKind::TimedOut
            {
                // Either direction can be the first to report a reset connection. The outcome is the
                // same: the request could not be sent, and there is no response.
                self.stop_sending(cause, at);
                self.interest = Interest::NONE;
                self.await_response(at);
                self.link.eof();
                self.has_input = true;
                return;
            }
            self.await_response(at);
        }
        self.abort(error, now, sink);
    }

    /// Handles the next piece of the request's body. A body longer than announced fails the exchange.
    ///
    /// # Errors
    /// [`Interest::body`](super::Interest::body) is not set.
    pub fn handle_body<S: Sink>(&mut self, data: Bytes, now: Mono, sink: &S) -> Handled {
        self.take_body_interest(Call::HandleBody)?;
        let len = data.len() as u64;
        let mut cx = self.spans.cx(At { now, sink });
        match self.link.http1.send_data(&mut cx, data) {
            Ok(()) => self.clock.sizes.request_body += len,
            Err(error) => {
                self.blame_sending();
                self.abort(error.into(), now, sink);
            }
        }
        Ok(())
    }

    /// Handles the end of the request's body, with its trailers. A body shorter than announced, or
    /// invalid trailers, fail the exchange.
    ///
    /// # Errors
    /// [`Interest::body`](super::Interest::body) is not set.
    pub fn handle_body_end<S: Sink>(
        &mut self,
        trailers: Fields<'_>,
        now: Mono,
        sink: &S,
    ) -> Handled {
        self.take_body_interest(Call::HandleBodyEnd)?;
        let mut cx = self.spans.cx(At { now, sink });
        if let Err(error) = self.link.http1.finish(&mut cx, trailers) {
            self.blame_sending();
            self.abort(error.into(), now, sink);
        }
        Ok(())
    }

    /// Handles a failure of the request's body, before its end:
    /// [`Error::body`](crate::error::Error::body), or
    /// [`Cause::BodyConsumed`](crate::error::Cause::BodyConsumed) if it cannot be sent again. If it was to
    /// be resent because the connection was closed, the exchange ends with the error of the connection.
    ///
    /// # Errors
    /// The request's body is neither being sent nor to be rewound.
    pub fn handle_body_failed<S: Sink>(&mut self, error: Error, now: Mono, sink: &S) -> Handled {
        if self.state == ExchangeState::Resend && self.resend == Resend::Due {
            let at = self.at(now, sink);
            self.resend_impossible(at);
            return Ok(());
        }
        if self.rewinds_to_retry() {
            let at = self.at(now, sink);
            self.retry_impossible(at);
            return Ok(());
        }
        if self.state != ExchangeState::Transfer || self.sending != Sending::Body {
            return Err(self.misuse(Call::HandleBodyFailed));
        }
        self.blame_sending();
        self.abort(error, now, sink);
        Ok(())
    }

    /// Handles the passing of time. Fails what the last [`deadline`](Self::deadline) limited, if it
    /// has passed; otherwise changes nothing.
    pub fn handle_timeout<S: Sink>(&mut self, now: Mono, sink: &S) {
        // Attempts have deadlines of their own, which every poll checks. A body is rewound at once.
        if self.is_over() || matches!(self.state, ExchangeState::Dial | ExchangeState::Resend) {
            return;
        }
        let Some(deadline) = self.timers.expired(now) else { return };
        if self.is_closing() {
            self.state = ExchangeState::Close;
            return;
        }
        if deadline.why == Waiting::Rate && self.server_has_moved() {
            return;
        }
        let at = self.at(now, sink);
        let cause = self.passed(deadline, at);
        match (self.state, deadline.why) {
            (ExchangeState::Retry, Waiting::Retry) => self.try_again(at),
            (ExchangeState::Backoff, Waiting::Retry) => self.begin_retry(at),
            (ExchangeState::Transfer, Waiting::Continue) => self.continue_timed_out(at),
            (ExchangeState::Transfer, Waiting::Drain) => self.drain_timed_out(at),
            (ExchangeState::Transfer, Waiting::Write) => {
                self.blame_sending();
                self.abort(cause.into(), now, sink);
            }
            (ExchangeState::Transfer, Waiting::Rate) if self.interest.write => {
                self.blame_sending();
                self.abort(cause.into(), now, sink);
            }
            _ => self.abort(cause.into(), now, sink),
        }
    }

    /// Cancels the exchange. [`poll`](Self::poll) returns what is left to do, which may be to wait:
    /// over TLS, until the transport has taken the last bytes.
    pub fn cancel<S: Sink>(&mut self, now: Mono, sink: &S) {
        match self.state {
            ExchangeState::CloseNotify
            | ExchangeState::Close
            | ExchangeState::Closed
            | ExchangeState::Leave
            | ExchangeState::Resend
            | ExchangeState::Released => {
                self.hop = None;
                self.forget_resend();
                self.forget_retry();
            }
            ExchangeState::Start => {
                let at = self.at(now, sink);
                self.start(at);
                self.abort(Cause::Cancelled.into(), now, sink);
            }
            ExchangeState::Transfer if self.is_discarded() => self.stop_waiting_for_rest(now, sink),
            _ => self.abort(Cause::Cancelled.into(), now, sink),
        }
    }
}

impl Exchange {
    /// Returns the time of a call that may end a part of the exchange.
    pub(super) fn at<'a, S: Sink>(&mut self, now: Mono, sink: &'a S) -> At<'a, S> {
        if !self.is_over() {
            self.clock.tick(now);
        }
        At { now, sink }
    }

    /// Returns whether the outcome is known, so that later errors are not reported.
    const fn is_closing(&self) -> bool {
        matches!(
            self.state,
            ExchangeState::CloseNotify
                | ExchangeState::Close
                | ExchangeState::Closed
                | ExchangeState::Resend
                | ExchangeState::Released
        )
    }

    /// Ends the exchange with this error, unless its outcome is known.
    #[inline(never)]
    fn abort<S: Sink>(&mut self, error: Error, now: Mono, sink: &S) {
        let at = self.at(now, sink);
        match self.state {
            ExchangeState::Start | ExchangeState::Leave => return,
            ExchangeState::CloseNotify => {
                self.state = ExchangeState::Close;
                return;
            }
            _ if self.is_over() || self.is_closing() => return,
            ExchangeState::Transfer
                if self.sending == Sending::AwaitContinue
                    && self.receiving == Receiving::Nothing =>
            {
                self.await_response(at);
            }
            _ => {}
        }
        self.fail(error, at);
    }

    #[inline]
    pub(super) fn expect_asked(&self, state: ExchangeState, call: Call) -> Handled {
        if self.state == state && self.asked { Ok(()) } else { Err(self.misuse(call)) }
    }

    /// Clears the interest in the body. Fails if it was not set.
    fn take_body_interest(&mut self, call: Call) -> Handled {
        if core::mem::take(&mut self.interest.body) { Ok(()) } else { Err(self.misuse(call)) }
    }

    #[cold]
    fn misuse(&self, call: Call) -> MisuseError {
        self.misuse_of(call, Misuse::State)
    }

    #[cold]
    fn misuse_of(&self, call: Call, misuse: Misuse) -> MisuseError {
        let [client, server] = [Role::Client, Role::Server].map(|role| self.link.http1.state(role));
        MisuseError { call, misuse, client, server }
    }
}
