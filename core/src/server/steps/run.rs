//! Runs the steps of a session until one requires an action.

use super::super::action::{Action, Interest};
use super::super::rejection::Rejection;
use super::super::session::Session;
use super::super::span_tracker::Ending;
use super::super::state::{HandlerRequest, SessionState, Stepped, Timer};
use crate::error::{Cause, Error, Phase, TlsError};
use crate::framing::RequestKind;
use crate::http1::{Progress, Role, State};
use crate::time::Waiting;
use crate::trace::{At, Sink};
use crate::transport::LayerState;

impl Session {
    /// Runs steps until one requires an action.
    pub(in super::super) fn run<S: Sink>(&mut self, at: At<'_, S>) -> Action {
        loop {
            match self.step(at) {
                Ok(None) => {}
                Ok(Some(step)) => return step,
                Err(error) => {
                    if let Some(step) = self.fail(error, at) {
                        return step;
                    }
                }
            }
        }
    }

    fn step<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.state {
            SessionState::Start => self.start(at),
            SessionState::Secure => self.secure(),
            SessionState::Handshake => self.handshake(at),
            SessionState::Idle | SessionState::Head => self.next_request(at),
            SessionState::Open => self.serve_handler(at),
            SessionState::Drain => self.drain(at),
            SessionState::Switched => self.await_taking(at),
            SessionState::Closing => Ok(self.closing(at)),
            SessionState::Linger => Ok(self.linger()),
            SessionState::Close => {
                self.enter(SessionState::Closed);
                Ok(Some(Action::Close { reset: self.cut && self.exchange.until_close }))
            }
            SessionState::Closed => {
                self.spans.close(self.ending.unwrap_or(Ending::Cut), at);
                self.enter(SessionState::Over);
                Ok(None)
            }
            SessionState::Over => Ok(Some(Action::Done)),
        }
    }

    pub(super) fn enter(&mut self, state: SessionState) {
        self.state = state;
        self.timers.disarm(Timer::State as usize);
    }

    #[inline(never)]
    fn start<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        let secure = self.options.secure;
        self.spans.begin(secure, at);
        if secure {
            self.enter(SessionState::Secure);
            self.spans.begin_tls(self.options.timeouts.handshake, at);
            return Ok(Some(Action::Secure));
        } else {
            self.enter(SessionState::Head);
            self.spans.between();
        }
        Ok(None)
    }

    /// Waits for the layer that secures the connection.
    #[inline(never)]
    fn secure(&mut self) -> Stepped {
        self.check_handshake()?;
        Ok(Some(Action::Wait(Interest::NONE)))
    }

    fn check_handshake(&mut self) -> Result<(), Error> {
        self.take_failure()?;
        if self.peer_closed { Err(TlsError::EndOfStream.into()) } else { Ok(()) }
    }

    #[inline(never)]
    fn handshake<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.check_handshake()?;
        let state = self.link.advance(|| self.spans.cx(at))?;
        if self.link.layer_has_output() {
            return Ok(Some(Action::Wait(Interest::WRITE)));
        }
        if state == LayerState::Opening {
            if self.is_shutting_down {
                self.spans.fail_tls(&self.link, Cause::TimedOut(Waiting::Shutdown), at);
                self.close(Ending::Shutdown, false);
                return Ok(None);
            }
            return Ok(Some(Action::Wait(Interest::READ)));
        }
        self.spans.secured(&self.link, self.options.certificates, at);
        self.spans.complete_tls(at);
        self.spans.between();
        self.enter(SessionState::Head);
        Ok(None)
    }

    /// Parses the next request. If it is not complete, sends the responses to those before it.
    fn next_request<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if let Err(error) = self.take_failure() {
            return self.failed_between_requests(error);
        }
        self.link.advance(|| self.spans.cx(at))?;
        let awaits_request = self.link.http1.awaits_request();
        let progress = if awaits_request {
            Progress::NeedInput
        } else if self.link.out_len() >= self.link.buffers().large()
            && self.link.has_output(|| self.spans.cx(at))?
        {
            return Ok(Some(Action::Wait(Interest::WRITE)));
        } else {
            self.link.read(&mut self.spans.cx(at))?
        };
        match progress {
            Progress::Event => self.open(at),
            Progress::NeedInput => {
                let begun = !awaits_request && !self.link.http1.unread().is_empty();
                if self.is_shutting_down && !begun {
                    self.close(Ending::Shutdown, false);
                    return Ok(None);
                }
                if begun && self.state == SessionState::Idle {
                    self.enter(SessionState::Head);
                }
                self.read_on(at)
            }
            Progress::Paused | Progress::Switched | Progress::Closed => {
                self.close(Ending::PeerClosed, false);
                Ok(None)
            }
        }
    }

    /// Handles a failure between two requests, where a client may pause or disconnect.
    fn failed_between_requests(&mut self, error: Error) -> Stepped {
        let begun = !self.link.http1.unread().is_empty();
        match error.cause {
            Cause::TimedOut(Waiting::Shutdown) if !begun => self.close(Ending::Shutdown, false),
            Cause::TimedOut(Waiting::Idle | Waiting::Head) if !begun => {
                self.close(Ending::Idle, false);
            }
            _ => return Err(error),
        }
        Ok(None)
    }

    /// Starts a request.
    fn open<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        let http1 = &mut self.link.http1;
        self.exchange.continued = !http1.head_info().expects_continue;
        self.exchange.is_read = http1.is_read();
        self.exchange.head_only = http1.request_kind() == RequestKind::Head;
        if self.is_shutting_down {
            http1.end_after_this();
        }
        let http1 = &*http1;
        self.spans.request(|| Some(http1.request()?.0), at);
        self.fields.clear();
        self.asked = HandlerRequest::Nothing;
        self.enter(SessionState::Open);
        if self.link.http1.expects_another() {
            self.reject(Rejection::Expectation, at);
            return Ok(None);
        }
        Ok(Some(Action::Request))
    }

    /// Returns the failure that was handed in since the last step.
    #[inline]
    pub(super) fn take_failure(&mut self) -> Result<(), Error> {
        match self.failed.take() {
            None => Ok(()),
            Some(error) => Err(*error),
        }
    }

    /// Handles a failure: answers the client if that is possible, and stops the handler if there is a
    /// request.
    #[cold]
    pub(super) fn fail<S: Sink>(&mut self, error: Error, at: At<'_, S>) -> Option<Action> {
        let cause = error.cause;
        let has_handler = matches!(self.state, SessionState::Open | SessionState::Switched);
        let can_answer = matches!(self.link.http1.state(Role::Server), State::Idle | State::Answer);
        match (Rejection::of(cause), self.state) {
            (Some(rejection), SessionState::Idle | SessionState::Head | SessionState::Open)
                if can_answer =>
            {
                self.reject(rejection, at);
            }
            (Some(_), SessionState::Drain) => self.close(Ending::Unread, true),
            (Some(_), _) => {
                self.spans.fail_request(&self.link, self.body_sent(), cause, at);
                self.cut_off();
            }
            (None, _) => {
                self.spans.fail(&self.link, self.body_sent(), cause, at);
                let is_of_layer = matches!(cause, Cause::Tls(_) | Cause::Layer(_));
                // The layer's alert is sent, and nothing else can be.
                self.enter(if is_of_layer { SessionState::Closing } else { SessionState::Close });
                self.close_notify_sent = true;
            }
        }
        self.asked = HandlerRequest::Nothing;
        self.failure = error;
        has_handler.then_some(Action::Failed)
    }

    /// Ends the connection when its output was sent.
    pub(in super::super) fn close(&mut self, ending: Ending, linger: bool) {
        self.ending.get_or_insert(ending);
        self.linger |= linger;
        self.spans.enter(Phase::Close);
        self.enter(SessionState::Closing);
    }
}
