//! What a driver hands to an exchange.
//!
//! What is one step is done at once. What needs a decision is left to the next poll.

use alloc::boxed::Box;
use core::net::SocketAddr;

use bytes::Bytes;

use super::action::Interest;
use super::dial::DialId;
use super::exchange::Exchange;
use super::route::TrustId;
use super::state::{Receiving, Sending, State, Timer};
use crate::error::{Call, Cause, Error, Misuse, MisuseError};
use crate::fields::Fields;
use crate::http1::Role;
use crate::time::{Mono, Waiting};
use crate::trace::{At, ConnectionId, EventKind, Sink, TraceEvent};
use crate::transport::{Layer, Link};

/// A call that the state of the exchange forbids changes nothing.
type Handled = Result<(), MisuseError>;

/// Answers to what was asked for.
impl Exchange {
    /// The TLS configuration that is used has this number.
    ///
    /// # Errors
    /// It was not asked for.
    pub fn handle_trusted<S: Sink>(&mut self, trust: TrustId, _: Mono, _: &S) -> Handled {
        self.expect_asked(State::Trust, Call::HandleTrusted)?;
        let route = &mut self.plan.route;
        let is_origin = route.origin.is_secure() && route.trust.is_none();
        *(if is_origin { &mut route.trust } else { &mut route.proxy_trust }) = Some(trust);
        self.asked = false;
        Ok(())
    }

    /// There is an idle connection. Its transport is the driver's to keep.
    ///
    /// # Errors
    /// It was not asked for.
    #[inline]
    pub fn handle_reused<S: Sink>(&mut self, link: Box<Link>, now: Mono, sink: &S) -> Handled {
        self.expect_asked(State::Acquire, Call::HandleReused)?;
        self.memory.keep(core::mem::replace(&mut self.link, link));
        self.acquired(true, State::Begin, At { now, sink });
        Ok(())
    }

    /// A connection is to be opened, and has this number.
    ///
    /// # Errors
    /// It was not asked for.
    pub fn handle_opened<S: Sink>(
        &mut self,
        connection: ConnectionId,
        now: Mono,
        sink: &S,
    ) -> Handled {
        self.expect_asked(State::Acquire, Call::HandleOpened)?;
        *self.link = Link::new(Role::Client, connection, self.plan.options.config);
        self.retried = 0;
        self.acquired(false, State::Open, At { now, sink });
        Ok(())
    }

    #[inline]
    fn acquired<S: Sink>(&mut self, reused: bool, next: State, at: At<'_, S>) {
        self.link.attach_buffers(&mut self.memory.bytes);
        self.spans.acquired(reused, at);
        self.spans.on(self.link.connection());
        self.state = next;
    }

    /// The host has these addresses, in the order in which they should be tried.
    ///
    /// # Errors
    /// They were not asked for.
    pub fn handle_resolved<S: Sink>(
        &mut self,
        addresses: &[SocketAddr],
        _: Mono,
        _: &S,
    ) -> Handled {
        self.expect_asked(State::Resolve, Call::HandleResolved)?;
        self.memory.addresses.clear();
        self.memory.addresses.extend_from_slice(addresses);
        self.state = State::Resolved;
        Ok(())
    }

    /// This attempt has connected: its connection is the transport from now on.
    ///
    /// # Errors
    /// It is not under way.
    pub fn handle_dialed<S: Sink>(&mut self, dial: DialId, now: Mono, sink: &S) -> Handled {
        let attempt = self.race.take(dial).ok_or_else(|| self.misuse(Call::HandleDialed))?;
        let at = self.at(now, sink);
        self.spans.complete_dial(attempt.kept, at);
        self.give_up_dials(Cause::Superseded, at);
        self.state = State::Connected;
        Ok(())
    }

    /// This attempt has failed.
    ///
    /// # Errors
    /// It is not under way.
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

    /// The layer that secures the connection, which has not sent or received anything yet.
    ///
    /// # Errors
    /// It was not asked for.
    pub fn handle_secured<S: Sink>(&mut self, layer: Box<dyn Layer>, _: Mono, _: &S) -> Handled {
        self.expect_asked(State::Secure, Call::HandleSecured)?;
        self.link.stack(layer, true);
        // To secure a connection and to shake hands is one wait.
        self.state = State::Handshake;
        Ok(())
    }

    /// There is no answer to [`Action::Trust`](super::Action::Trust),
    /// [`Acquire`](super::Action::Acquire), [`Resolve`](super::Action::Resolve) or
    /// [`Secure`](super::Action::Secure), or the driver cannot wait for any attempt at connecting. The
    /// error is made of an [`io::Error`](std::io::Error), a [`ResolveError`](crate::error::ResolveError)
    /// or another cause.
    ///
    /// # Errors
    /// None of these is outstanding.
    pub fn handle_failed<S: Sink>(&mut self, error: Error, now: Mono, sink: &S) -> Handled {
        let is_outstanding = match self.state {
            State::Trust | State::Acquire | State::Resolve | State::Secure => self.asked,
            State::Dial => true,
            _ => false,
        };
        if !is_outstanding {
            return Err(self.misuse(Call::HandleFailed));
        }
        self.abort(error, now, sink);
        Ok(())
    }
}

/// What happens to the transport, and to the request's body.
impl Exchange {
    /// The transport took the first `n` bytes of [`out`](Self::out).
    ///
    /// # Errors
    /// It has not so many.
    #[inline(always)]
    pub fn handle_sent<S: Sink>(&mut self, n: usize, now: Mono, sink: &S) -> Handled {
        if n > if self.interest.write { self.link.output_len() } else { 0 } {
            return Err(self.misuse_of(Call::HandleSent, Misuse::TooManyBytes));
        }
        let at = At { now, sink };
        self.link.emit_sent(n, &mut self.spans.cx(at));
        self.link.sent(n);
        self.timers.disarm(Timer::Write as usize);
        // A response that has begun may wait for the rest of the request.
        self.timers.disarm(Timer::Read as usize);
        Ok(())
    }

    /// The transport takes no more bytes. What the server has sent may still be read. This is ignored
    /// where the transport is not to take bytes.
    pub fn handle_send_failed<S: Sink>(&mut self, error: Error, now: Mono, sink: &S) {
        if !self.interest.write {
            return;
        }
        match (self.state, error.cause) {
            // A server that has heard enough may answer and close: the response is worth looking for
            // even though the request could not be sent.
            (State::Transfer, cause @ Cause::Os(_)) if self.sending.is_active() => {
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

    /// This many bytes were read into [`space`](Self::space).
    ///
    /// # Errors
    /// There was not so much space.
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

    /// These bytes were received, by a driver whose system fills memory of its own. What of them is data of a
    /// body is not copied, and [`data`](Self::data) returns a part of them; heads and the framing of chunks
    /// are copied once, and so is everything that passes through TLS.
    ///
    /// # Errors
    /// Nothing was to be read.
    pub fn handle_bytes<S: Sink>(&mut self, bytes: Bytes, now: Mono, sink: &S) -> Handled {
        if !self.interest.read {
            return Err(self.misuse(Call::HandleReceived));
        }
        let mut cx = self.spans.cx(At { now, sink });
        cx.emit(EventKind::BytesReceived, || TraceEvent::BytesReceived { bytes: &bytes });
        // What has come before is read before.
        self.keep_owned();
        if self.state == State::Transfer && self.link.is_plain() {
            self.owned = bytes;
        } else {
            self.link.receive(&bytes);
        }
        self.has_input = true;
        self.timers.disarm(Timer::Read as usize);
        Ok(())
    }

    /// The peer has closed its direction of the transport. This is ignored where nothing is to be read.
    pub fn handle_eof<S: Sink>(&mut self, now: Mono, sink: &S) {
        if !self.interest.read {
            return;
        }
        self.keep_owned();
        self.link.eof();
        self.has_input = true;
        match self.state {
            State::Handshake => self.abort(self.ended_too_soon().into(), now, sink),
            _ => self.timers.disarm(Timer::Read as usize),
        }
    }

    /// Nothing more can be read of the transport. This is ignored where nothing is to be read.
    pub fn handle_receive_failed<S: Sink>(&mut self, error: Error, now: Mono, sink: &S) {
        if !self.interest.read {
            return;
        }
        if self.state == State::Transfer && self.receiving == Receiving::Nothing {
            let at = self.at(now, sink);
            if let (true, cause @ Cause::Os(_)) = (self.sending.is_active(), error.cause) {
                // It is chance which direction finds first that a connection was reset. What follows is
                // the same: the request could not be sent, and there is no response.
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

    /// The next piece of the request's body.
    ///
    /// # Errors
    /// It was not asked for. A body that is longer than announced fails the exchange.
    pub fn handle_body<S: Sink>(&mut self, data: Bytes, now: Mono, sink: &S) -> Handled {
        self.take_body_interest(Call::HandleBody)?;
        self.clock.sizes.request_body += data.len() as u64;
        let mut cx = self.spans.cx(At { now, sink });
        if let Err(error) = self.link.http1.send_data(&mut cx, data) {
            self.blame_sending();
            self.abort(error.into(), now, sink);
        }
        Ok(())
    }

    /// The request's body is complete, and these are its trailers.
    ///
    /// # Errors
    /// It was not asked for. A body that is shorter than announced, or trailers that must not be sent,
    /// fail the exchange.
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

    /// There is no more of the request's body, though it is not complete:
    /// [`Error::body`](crate::error::Error::body), or
    /// [`Cause::BodyConsumed`](crate::error::Cause::BodyConsumed) where it was to be sent again.
    ///
    /// # Errors
    /// It was not asked for.
    pub fn handle_body_failed<S: Sink>(&mut self, error: Error, now: Mono, sink: &S) -> Handled {
        if self.state != State::Transfer || self.sending != Sending::Body {
            return Err(self.misuse(Call::HandleBodyFailed));
        }
        self.blame_sending();
        self.abort(error, now, sink);
        Ok(())
    }

    /// Time has passed. What had until now, by [`deadline`](Self::deadline), is given up; before that,
    /// nothing changes.
    pub fn handle_timeout<S: Sink>(&mut self, now: Mono, sink: &S) {
        if self.is_over() || self.state == State::Dial {
            // The attempts that are under way have deadlines of their own, which every poll looks at.
            return;
        }
        let Some(deadline) = self.timers.expired(now) else { return };
        if self.is_closing() {
            self.state = State::Close;
            return;
        }
        let at = self.at(now, sink);
        let cause = self.passed(deadline, at);
        match (self.state, deadline.why) {
            (State::Retry, Waiting::Retry) => self.try_again(at),
            (State::Transfer, Waiting::Continue) => self.continue_unasked(at),
            (State::Transfer, Waiting::Write) => {
                self.blame_sending();
                self.abort(cause.into(), now, sink);
            }
            _ => self.abort(cause.into(), now, sink),
        }
    }

    /// The caller wants no response any more. What is left to do, [`poll`](Self::poll) returns. That can
    /// be to wait: over TLS, until the transport has taken the last bytes. A driver that waits for the
    /// caller's wish to cancel waits for the transport alone from then on.
    pub fn cancel<S: Sink>(&mut self, now: Mono, sink: &S) {
        match self.state {
            State::CloseNotify | State::Close | State::Closed | State::Leave | State::Released => {
                self.hop = None;
            }
            State::Start => {
                let at = self.at(now, sink);
                self.start(at);
                self.abort(Cause::Cancelled.into(), now, sink);
            }
            _ => self.abort(Cause::Cancelled.into(), now, sink),
        }
    }
}

impl Exchange {
    /// The moment of a call that may end a part of the exchange.
    fn at<'a, S: Sink>(&mut self, now: Mono, sink: &'a S) -> At<'a, S> {
        if !self.is_over() {
            self.clock.tick(now);
        }
        At { now, sink }
    }

    /// Whether the response was had, or the error is known: what goes wrong now is not told.
    const fn is_closing(&self) -> bool {
        matches!(self.state, State::CloseNotify | State::Close | State::Closed | State::Released)
    }

    /// Ends the exchange with this error, unless its outcome is known.
    #[inline(never)]
    fn abort<S: Sink>(&mut self, error: Error, now: Mono, sink: &S) {
        let at = self.at(now, sink);
        match self.state {
            State::Start | State::Leave => return,
            State::CloseNotify => {
                self.state = State::Close;
                return;
            }
            _ if self.is_over() || self.is_closing() => return,
            State::Transfer
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
    fn expect_asked(&self, state: State, call: Call) -> Handled {
        if self.state == state && self.asked { Ok(()) } else { Err(self.misuse(call)) }
    }

    /// The body was waited for, and is no longer.
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
