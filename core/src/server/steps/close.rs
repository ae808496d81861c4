//! The end of a connection.

use alloc::format;
use alloc::vec::Vec;
use core::fmt;

use super::super::action::{Action, Interest, Outcome};
use super::super::reason::reason;
use super::super::rejection::Rejection;
use super::super::session::Session;
use super::super::span_tracker::Ending;
use super::super::state::SessionState;
use crate::error::{Cause, MisuseError};
use crate::http1::{BodySize, Role, State};
use crate::time::Mono;
use crate::trace::{At, EventKind, Sink};

impl Session {
    /// Ends the current request: the handler has ended, or was stopped.
    ///
    /// If the handler has failed before the head of a response, the session answers with 500; after
    /// it, the session cuts the connection off, so that the client does not take a part of the body
    /// for the whole.
    pub fn handled<S: Sink>(&mut self, now: Mono, sink: &S, outcome: Outcome) {
        let at = At { now, sink };
        // The client is gone, and receives nothing.
        if self.state == SessionState::Open
            && let Some(error) = self.failed.take()
        {
            self.fail(*error, at);
            return;
        }
        match self.state {
            SessionState::Switched => return self.close(Ending::Switched, false),
            SessionState::Open => {}
            _ => return,
        }
        if outcome != Outcome::Done {
            let error = self.handler_error.as_deref();
            self.spans.handler_failed(outcome.description(), error, at);
        }
        match self.link.http1.state(Role::Server) {
            State::Body if outcome == Outcome::Done && self.finish(now, sink).is_ok() => {}
            State::Idle | State::Answer | State::Body => {
                if outcome == Outcome::Done {
                    self.spans.handler_failed(outcome.description(), None, at);
                }
                if self.exchange.status == 0 {
                    return self.reject(Rejection::Handler, at);
                }
                self.spans.fail_request(&self.link, self.exchange.sent, Cause::Cancelled, at);
                return self.cut_off();
            }
            _ => {}
        }
        self.answered(at);
    }

    /// Returns how many bytes of the response's body the transport has taken, without framing. Bytes of framing
    /// that it has not taken count as bytes of the body.
    pub(in super::super) fn body_sent(&self) -> u64 {
        self.exchange.sent.saturating_sub(self.link.unsent_len())
    }

    /// Ends the current request as [`handled`](Self::handled) does, because the handler has returned this
    /// error. The event of it has the text in the alternate form (`{:#}`), in which errors of some crates name
    /// their sources. The client does not receive it.
    #[cold]
    pub fn handler_failed<S: Sink>(&mut self, now: Mono, sink: &S, error: &dyn fmt::Display) {
        if self.spans.cx(At { now, sink }).wants(EventKind::HandlerFailed) {
            self.handler_error = Some(format!("{error:#}").into());
        }
        self.handled(now, sink, Outcome::Failed);
        self.handler_error = None;
    }

    /// Ends the connection within a response.
    pub(super) fn cut_off(&mut self) {
        self.cut = true;
        self.close(Ending::Cut, false);
    }

    /// Answers instead of the handler, and ends the connection.
    pub(super) fn reject<S: Sink>(&mut self, rejection: Rejection, at: At<'_, S>) {
        self.spans.refused(rejection, at);
        if self.write_rejection(rejection, at).is_err() {
            self.spans.fail_request(&self.link, self.exchange.sent, Cause::Cancelled, at);
            return self.cut_off();
        }
        if self.spans.is_answering() {
            let bytes = (self.link.http1.body_progress().0, self.exchange.sent);
            self.spans.answered(|| self.head.get(), rejection.status(), bytes, at);
        }
        self.close(Ending::Refused, true);
    }

    fn write_rejection<S: Sink>(
        &mut self,
        rejection: Rejection,
        at: At<'_, S>,
    ) -> Result<(), MisuseError> {
        let status = rejection.status();
        let mut text = Vec::from(reason(status));
        for part in [": ", rejection.description()] {
            text.extend_from_slice(part.as_bytes());
        }
        if rejection.section() != "limit" {
            for part in [" (", rejection.section(), ")"] {
                text.extend_from_slice(part.as_bytes());
            }
        }
        text.extend_from_slice(b"\n");
        self.link.http1.end_after_this();
        self.fields.clear();
        self.response_cache.clear_reason();
        self.fields.push(b"Content-Type", b"text/plain; charset=utf-8");
        self.respond(at.now, at.sink, status, BodySize::Length(text.len() as u64))?;
        self.send(at.now, at.sink, text.into())?;
        self.finish(at.now, at.sink)
    }

    /// Sends the remaining output and the layer's closing message. Errors are ignored: the outcome is
    /// known.
    #[inline(never)]
    pub(super) fn closing<S: Sink>(&mut self, at: At<'_, S>) -> Option<Action> {
        let over = self.take_failure().is_err();
        match self.link.has_output(|| self.spans.cx(at)) {
            Ok(true) if !over => return Some(Action::Wait(Interest::WRITE)),
            Ok(false) if !over && !self.cut && !self.close_notify_sent => {
                self.close_notify_sent = true;
                self.link.send_close_notify();
                return None;
            }
            Ok(false) if !over && self.linger && !self.peer_closed => {
                self.enter(SessionState::Linger);
                return Some(Action::ShutdownWrite);
            }
            _ => self.enter(SessionState::Close),
        }
        None
    }

    /// Waits for the client to close. Closing while it still sends may reset the connection before it
    /// has read the last response (RFC 9112 section 9.6).
    pub(super) fn linger(&mut self) -> Option<Action> {
        if self.take_failure().is_ok() && !self.peer_closed {
            return Some(Action::Wait(Interest::READ));
        }
        self.enter(SessionState::Close);
        None
    }
}
