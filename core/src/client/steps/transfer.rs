//! The request goes out and the response comes in.

use super::super::exchange::Exchange;
use super::super::trail::{At, Operation};
use super::{Inbox, State, Step, Stepped};
use crate::error::{Cause, Phase};
use crate::fields::Fields;
use crate::http1::{BodySize, Event, Progress, Role, State as Side};
use crate::trace::Sink;

impl Exchange {
    pub(super) fn begin_request<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.enter(State::SendHead, Phase::SendHead);
        self.trail.start(Operation::SendHead, &self.plan, at);
        let request = &self.plan.request;
        self.link
            .http1
            .send_request(
                &mut self.trail.cx(at),
                request.method(),
                request.url().target().as_bytes(),
                request.fields().fields(),
                request.size(),
            )
            .map_err(Cause::Misuse)?;
        Ok(None)
    }

    pub(super) fn send_head<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if let Some(inbox) = self.inbox.take() {
            return self.sending_interrupted(&inbox, at);
        }
        if self.link.has_output().map_err(Cause::Tls)? {
            return Ok(Some(Step::Write));
        }
        self.trail.complete(at);
        self.enter(State::SendBody, Phase::SendBody);
        self.trail.start(Operation::SendBody, &self.plan, at);
        if matches!(self.plan.request.size(), BodySize::None | BodySize::Length(0)) {
            self.finish_body(at)?;
        }
        Ok(None)
    }

    fn finish_body<S: Sink>(&mut self, at: At<'_, S>) -> Result<(), Cause> {
        let mut cx = self.trail.cx(at);
        self.link.http1.finish(&mut cx, Fields::EMPTY).map_err(Cause::Misuse)
    }

    pub(super) fn send_body<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            None => {}
            Some(Inbox::Body(data)) => {
                let mut cx = self.trail.cx(at);
                self.link.http1.send_data(&mut cx, data).map_err(Cause::Misuse)?;
            }
            Some(Inbox::BodyEnd) => self.finish_body(at)?,
            Some(Inbox::BodyFailed(error)) => return Err(Cause::Body(error)),
            Some(Inbox::BodyConsumed) => return Err(Cause::BodyConsumed),
            Some(inbox) => return self.sending_interrupted(&inbox, at),
        }
        if self.link.has_output().map_err(Cause::Tls)? {
            return Ok(Some(Step::Write));
        }
        if self.link.http1.state(Role::Client) == Side::Body {
            return Ok(Some(Step::Body));
        }
        self.trail.complete(at);
        self.await_response(at);
        Ok(None)
    }

    fn await_response<S: Sink>(&mut self, at: At<'_, S>) {
        self.enter(State::ReceiveHead, Phase::ReceiveHead);
        self.trail.start(Operation::ReceiveHead, &self.plan, at);
    }

    /// A server that has heard enough may answer and close: the response is worth looking for even
    /// though the request could not be sent.
    fn sending_interrupted<S: Sink>(&mut self, inbox: &Inbox, at: At<'_, S>) -> Stepped {
        match self.interrupted(inbox, at) {
            Err(cause @ Cause::Os(_)) => {
                self.write_failed = true;
                self.tell_failure(cause, false, at);
                self.await_response(at);
                Ok(None)
            }
            stepped => stepped,
        }
    }

    /// Lets the connection read on, or says what it needs first.
    fn read_on<S: Sink>(&mut self, at: At<'_, S>) -> Result<Result<Progress, Step>, Cause> {
        match self.inbox.take() {
            None | Some(Inbox::Eof) => {}
            Some(inbox) => {
                if let Some(step) = self.interrupted(&inbox, at)? {
                    return Ok(Err(step));
                }
            }
        }
        self.link.advance().map_err(Cause::Tls)?;
        if !self.write_failed && self.link.layer_has_output() {
            // TLS answers on its own at times: to a change of keys, for one.
            return Ok(Err(Step::Write));
        }
        match self.link.http1.advance(&mut self.trail.cx(at)).map_err(Cause::Peer)? {
            Progress::NeedInput => Ok(Err(Step::Read)),
            progress => Ok(Ok(progress)),
        }
    }

    pub(super) fn receive_head<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if let Err(step) = self.read_on(at)? {
            return Ok(Some(step));
        }
        let Some(Event::Response(head, _)) = self.link.http1.event() else {
            return Ok(Some(Step::Event));
        };
        self.trail.head(head, &self.plan, at);
        let hop = self.hop_after(head);
        self.enter(State::Head, Phase::ReceiveBody);
        self.hop = hop?;
        // The head of a redirect that is followed is nothing that the caller asked for.
        Ok(self.hop.is_none().then_some(Step::Event))
    }

    pub(super) fn ask_for_body<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            Some(Inbox::Cancel) => Err(Cause::Abandoned),
            _ => {
                self.enter(State::ReceiveBody, Phase::ReceiveBody);
                self.trail.start(Operation::ReceiveBody, &self.plan, at);
                Ok(None)
            }
        }
    }

    pub(super) fn receive_body<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        let progress = match self.read_on(at)? {
            Ok(progress) => progress,
            Err(step) => return Ok(Some(step)),
        };
        let mine = self.hop.is_some();
        match self.link.http1.event() {
            Some(Event::Data(_)) => Ok((!mine).then_some(Step::Event)),
            _ => {
                self.trail.complete(at);
                self.enter(State::End, Phase::Close);
                // What follows a switch of protocols is no body, and has no end to tell.
                Ok((progress == Progress::Event && !mine).then_some(Step::Event))
            }
        }
    }
}
