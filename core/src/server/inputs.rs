//! The inputs of a session.

use alloc::boxed::Box;
use core::time::Duration;

use super::session::Session;
use super::span_tracker::Ending;
use super::state::{SessionState, Timer};
use crate::error::{Call, Cause, Error, Misuse, MisuseError};
use crate::http1::Role;
use crate::time::{Deadline, Mono, Waiting};
use crate::trace::{At, Sink};
use crate::transport::{Layer, Link, Switched};

/// Progress of the transport. None of these has an effect once the connection is over.
impl Session {
    /// Handles `n` bytes that were read into the last [`space`](Self::space).
    ///
    /// # Errors
    /// The session does not wait to read, or `n` is larger than that space. Nothing changes then.
    #[inline(always)]
    pub fn handle_received<S: Sink>(
        &mut self,
        n: usize,
        now: Mono,
        sink: &S,
    ) -> Result<(), MisuseError> {
        if matches!(self.state, SessionState::Linger | SessionState::Over) {
            return self.discard(n);
        }
        if !self.waits.read || n > self.link.room() {
            return Err(self.bytes_misuse(Call::HandleReceived, self.waits.read));
        }
        self.link.emit_received(n, &mut self.spans.cx(At { now, sink }));
        self.link.filled(n);
        if n > 0 {
            self.reading.moved(now, n as u64);
            self.timers.disarm(Timer::Body as usize);
        }
        Ok(())
    }

    /// Discards bytes that arrived after the end.
    #[cold]
    fn discard(&self, n: usize) -> Result<(), MisuseError> {
        if self.state == SessionState::Linger && n > self.scratch.len() {
            return Err(self.bytes_misuse(Call::HandleReceived, true));
        }
        Ok(())
    }

    /// Removes the first `n` bytes of [`out`](Self::out), which the transport took.
    ///
    /// # Errors
    /// The session does not wait to write, or `n` is larger than the number of bytes. Nothing changes
    /// then.
    #[inline(always)]
    pub fn handle_sent<S: Sink>(
        &mut self,
        n: usize,
        now: Mono,
        sink: &S,
    ) -> Result<(), MisuseError> {
        if self.state == SessionState::Over {
            return Ok(());
        }
        if !self.waits.write || n > self.link.output_len() {
            return Err(self.bytes_misuse(Call::HandleSent, self.waits.write));
        }
        self.link.emit_sent(n, &mut self.spans.cx(At { now, sink }));
        self.link.sent(n);
        if n > 0 {
            self.writing.moved(now, n as u64);
            self.timers.disarm(Timer::Write as usize);
        }
        Ok(())
    }

    #[cold]
    const fn bytes_misuse(&self, call: Call, is_waited_for: bool) -> MisuseError {
        self.misuse(call, if is_waited_for { Misuse::TooManyBytes } else { Misuse::State })
    }

    /// Handles the end of input: the client has closed its direction of the transport, and everything
    /// before was read. Its requests are still answered, unless [`Options::half_close`] forbids it.
    ///
    /// [`Options::half_close`]: super::Options::half_close
    pub fn handle_eof<S: Sink>(&mut self, now: Mono, sink: &S) {
        self.link.eof();
        self.peer_closed = true;
        if self.exchange.is_read {
            self.handle_half_close(now, sink);
        }
    }

    /// Handles a client that has closed its direction of the transport, which the driver noticed
    /// without reading. Without [`Options::half_close`] its request is cancelled; otherwise nothing
    /// changes, and the driver calls [`handle_eof`](Self::handle_eof) when it has read up to the end.
    ///
    /// [`Options::half_close`]: super::Options::half_close
    pub fn handle_half_close<S: Sink>(&mut self, now: Mono, sink: &S) {
        if !self.options.half_close && self.state == SessionState::Open {
            self.handle_failed(Cause::PeerGone.into(), now, sink);
        }
    }

    /// Notes that the client is gone, because the connection was reset or hung up, where the driver
    /// has noticed that without reading. Its request is cancelled with [`Cause::PeerGone`]. Nothing
    /// changes unless [`Interest::hangup`] is waited for.
    ///
    /// [`Interest::hangup`]: super::Interest::hangup
    pub fn handle_hangup<S: Sink>(&mut self, now: Mono, sink: &S) {
        if self.interest().hangup {
            self.handle_failed(Cause::PeerGone.into(), now, sink);
        }
    }

    /// Handles [`Action::Secure`](super::Action::Secure) with a new layer, which has sent and
    /// received nothing.
    ///
    /// # Errors
    /// The action is not outstanding.
    pub fn handle_secured<S: Sink>(
        &mut self,
        layer: Box<dyn Layer>,
        _: Mono,
        _: &S,
    ) -> Result<(), MisuseError> {
        if self.state != SessionState::Secure {
            return Err(self.misuse(Call::HandleSecured, Misuse::State));
        }
        self.link.stack(layer, true);
        // Creating the layer and the handshake share one timer.
        self.state = SessionState::Handshake;
        Ok(())
    }

    /// Ends the connection because the transport failed, or because no layer can be created: with an
    /// [`io::Error`](std::io::Error) or another cause, [`into`](Into::into) an [`Error`]. A client
    /// that hung up without an error is [`Cause::PeerGone`]. Only the first failure counts.
    pub fn handle_failed<S: Sink>(&mut self, error: Error, _: Mono, _: &S) {
        self.failed.get_or_insert_with(|| Box::new(error));
    }

    /// Handles the deadlines that have passed. May be called at any time.
    pub fn handle_timeout<S: Sink>(&mut self, now: Mono, sink: &S) {
        if self.state == SessionState::Over {
            return;
        }
        let mut expired = self.timers.expired(now);
        let rests = !self.is_resting && self.options.timeouts.rest().is_some();
        if rests && expired.is_some_and(|deadline| deadline.why == Waiting::Idle) {
            self.free_buffers();
            expired = self.timers.expired(now);
        }
        if let (Some(Deadline { why, .. }), None) = (expired, &self.failed) {
            self.spans.too_slow(why, At { now, sink });
            self.failed = Some(Box::new(Cause::TimedOut(why).into()));
        }
    }

    /// Makes room for another connection, which the server cannot serve otherwise: an idle connection is
    /// closed, and one with a request after its response.
    pub fn handle_crowding<S: Sink>(&mut self, now: Mono, sink: &S) {
        if self.is_idle() {
            self.spans.fail_tls(&self.link, Cause::Cancelled, At { now, sink });
            self.close(Ending::Crowding, false);
        } else if self.state == SessionState::Open && self.exchange.status == 0 {
            self.link.http1.end_after_this();
        }
    }

    /// Shuts the session down: the open request is finished within `grace`, and no other is begun.
    /// `None` means no limit.
    pub fn handle_shutdown<S: Sink>(&mut self, grace: Option<Duration>, now: Mono, sink: &S) {
        if self.state == SessionState::Over {
            return;
        }
        if !core::mem::replace(&mut self.is_shutting_down, true) {
            self.spans.shutdown(!self.is_idle(), At { now, sink });
        }
        self.timers.disarm(Timer::Shutdown as usize);
        self.timers
            .arm(Timer::Shutdown as usize, || Deadline::after(now, grace, Waiting::Shutdown));
        if matches!(self.state, SessionState::Open) && self.exchange.status == 0 {
            self.link.http1.end_after_this();
        }
    }

    /// Takes the connection after it has left HTTP/1.1 and the response to that effect was
    /// [flushed](Self::flush). The session is then over, and the caller owns the transport. `None` if
    /// the connection has not left HTTP/1.1, or has failed.
    pub fn take_switched<S: Sink>(&mut self, now: Mono, sink: &S) -> Option<Switched> {
        if self.state != SessionState::Switched || self.failed.is_some() {
            return None;
        }
        let none = Link::new(Role::Server, self.link.connection(), self.options.config);
        let link = Box::new(core::mem::replace(&mut self.link, none));
        self.spans.close(Ending::Switched, At { now, sink });
        self.state = SessionState::Over;
        let required = self.options.require_close_notify;
        let mut switched = Switched::new(link, self.options.config, required);
        if self.peer_closed {
            switched.handle_eof(now, sink);
        }
        Some(switched)
    }

    /// Cancels the session: the driver closes the transport, and every open span ends.
    pub fn cancel<S: Sink>(&mut self, now: Mono, sink: &S) {
        self.spans.fail(&self.link, self.body_sent(), Cause::Cancelled, At { now, sink });
        self.state = SessionState::Over;
    }

    /// Returns the error of a call that is not possible now.
    #[cold]
    pub(super) const fn misuse(&self, call: Call, misuse: Misuse) -> MisuseError {
        MisuseError {
            call,
            misuse,
            client: self.link.http1.state(Role::Client),
            server: self.link.http1.state(Role::Server),
        }
    }
}
