//! The current request: its handler reads and answers it.

use super::super::action::{Action, Interest};
use super::super::session::Session;
use super::super::span_tracker::Ending;
use super::super::state::{CurrentExchange, HandlerRequest, SessionState, Stepped};
use crate::error::Error;
use crate::fields::Fields;
use crate::http1::{Event, NotReusable, Progress, Role, State};
use crate::trace::{At, Sink};

impl Session {
    /// Does what the handler has asked for.
    #[inline(never)]
    pub(super) fn serve_handler<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.asked {
            HandlerRequest::Nothing => self.await_handler(at),
            HandlerRequest::Flush => self.send_all(at),
            HandlerRequest::Body => self.next_piece(at),
        }
    }

    /// Waits for the handler. Output is sent meanwhile, and nothing is read.
    fn await_handler<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.take_failure()?;
        let write = self.link.has_output(|| self.spans.cx(at))?;
        Ok(Some(Action::Wait(Interest { write, hangup: true, ..Interest::NONE })))
    }

    /// Sends the output so far.
    fn send_all<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.take_failure()?;
        if self.link.has_output(|| self.spans.cx(at))? {
            return Ok(Some(Action::Wait(Interest { hangup: true, ..Interest::WRITE })));
        }
        if self.link.http1.state(Role::Server) == State::Switched {
            return self.next_piece(at);
        }
        self.asked = HandlerRequest::Nothing;
        Ok(Some(Action::Handle))
    }

    /// Parses more of the request's body.
    fn next_piece<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.take_failure()?;
        if let Some((head, _)) = self.link.http1.request() {
            // The body overwrites the bytes of the head.
            self.head.keep(head);
            self.reading = Default::default();
        }
        self.link.advance(|| self.spans.cx(at))?;
        match self.link.read(&mut self.spans.cx(at))? {
            // The rest of a request that was answered with a switch is discarded.
            Progress::Event if self.link.http1.state(Role::Server) == State::Switched => Ok(None),
            Progress::Event => {
                self.asked = HandlerRequest::Nothing;
                self.exchange.is_read = matches!(self.link.http1.event(), Some(Event::End(_)));
                Ok(Some(Action::Event))
            }
            Progress::NeedInput => {
                self.ask_for_body(at)?;
                self.read_on(at)
            }
            Progress::Switched => self.leave_http(at),
            Progress::Paused | Progress::Closed => {
                self.asked = HandlerRequest::Nothing;
                Ok(Some(Action::Handle))
            }
        }
    }

    /// Waits for bytes of the client. Output is sent meanwhile.
    // Gate blocking-serve.
    #[inline(always)]
    pub(super) fn read_on<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        let write = self.link.has_output(|| self.spans.cx(at))?;
        Ok(Some(Action::Wait(Interest { write, ..Interest::READ })))
    }

    /// Sends `100 Continue` to a client that waits for it (RFC 9110 section 10.1.1).
    fn ask_for_body<S: Sink>(&mut self, at: At<'_, S>) -> Result<(), Error> {
        let waits = !core::mem::replace(&mut self.exchange.continued, true);
        let http1 = &mut self.link.http1;
        // A client that sends without waiting does not need it, and one whose request is answered
        // does not get it.
        if waits && http1.unread().is_empty() && http1.state(Role::Server) == State::Answer {
            http1.send_informational(&mut self.spans.cx(at), 100, b"Continue", Fields::EMPTY)?;
        }
        Ok(())
    }

    /// Leaves HTTP/1.1 once the response to that effect was sent.
    fn leave_http<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if self.link.has_output(|| self.spans.cx(at))? {
            return Ok(Some(Action::Wait(Interest { hangup: true, ..Interest::WRITE })));
        }
        self.spans.answered(|| self.head.get(), self.exchange.status, (0, 0), at);
        self.enter(SessionState::Switched);
        Ok(None)
    }

    /// Waits for the connection to be taken, or for the session to be cancelled.
    #[inline(never)]
    pub(super) fn await_taking<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if self.asked == HandlerRequest::Nothing {
            return self.await_handler(at);
        }
        self.take_failure()?;
        self.asked = HandlerRequest::Nothing;
        Ok(Some(Action::Handle))
    }

    /// Handles the end of the response.
    pub(in super::super) fn answered<S: Sink>(&mut self, at: At<'_, S>) {
        let bytes = (self.link.http1.body_progress().0, self.exchange.sent);
        let Self { spans, link, head, exchange, .. } = self;
        let head = || head.get().or_else(|| Some(link.http1.request()?.0));
        spans.answered(head, exchange.status, bytes, at);
        self.exchange.wanted = bytes.0;
        self.enter(SessionState::Drain);
    }

    /// Discards the rest of the request. The next may follow.
    pub(super) fn drain<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.take_failure()?;
        self.link.http1.end_in_silence(&mut self.spans.cx(at));
        while self.link.http1.state(Role::Client) == State::Body {
            self.link.advance(|| self.spans.cx(at))?;
            match self.link.read(&mut self.spans.cx(at))? {
                Progress::NeedInput => return self.drain_on(at),
                Progress::Event => {}
                _ => break,
            }
        }
        if let Err(reason) = self.link.http1.reuse() {
            self.end_after_request(reason);
            return Ok(None);
        }
        self.link.http1.begin_again();
        self.head.clear();
        self.exchange = CurrentExchange::default();
        self.is_resting = false;
        self.spans.between();
        self.enter(SessionState::Idle);
        Ok(None)
    }

    /// Waits for more of the request.
    #[inline]
    fn drain_on<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.link.http1.reuse() {
            Err(NotReusable::Unfinished) if self.is_worth_draining() => {
                return self.read_on(at);
            }
            Err(reason) if reason != NotReusable::Unfinished => self.end_after_request(reason),
            _ => self.close(Ending::Unread, true),
        }
        Ok(None)
    }

    /// Ends the connection after this request.
    fn end_after_request(&mut self, reason: NotReusable) {
        // A client that asked for the end itself sends nothing more; others may.
        let http1 = &self.link.http1;
        let all_read = http1.state(Role::Client) != State::Body;
        let quiet = matches!(
            reason,
            NotReusable::PeerAsked | NotReusable::Http10 | NotReusable::PeerClosed
        );
        let linger = !(quiet && all_read && !self.link.has_unread());
        let ending = match reason {
            NotReusable::PeerClosed => Ending::PeerClosed,
            NotReusable::Switched => Ending::Switched,
            _ if self.is_shutting_down => Ending::Shutdown,
            reason => Ending::Last(reason.description()),
        };
        self.close(ending, linger);
    }

    /// Returns whether it costs less to read the rest of the request than to open another connection.
    pub(in super::super) fn is_worth_draining(&self) -> bool {
        let (received, announced) = self.link.http1.body_progress();
        let most = self.options.drain;
        // A client that has not received 100 Continue may send its body, or may not: that cannot be
        // waited for.
        let may_come = self.exchange.continued || self.link.has_unread();
        let left = announced.saturating_sub(received);
        let drained = match self.exchange.status {
            0 => 0,
            _ => received.saturating_sub(self.exchange.wanted),
        };
        may_come && left <= most && drained <= most
    }
}
