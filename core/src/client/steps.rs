//! The steps of an exchange: what follows from where it stands and what came in.

use alloc::boxed::Box;
use core::net::SocketAddr;

use bytes::Bytes;

use super::action::Fault;
use super::exchange::Exchange;
use super::trail::{At, Detail, Operation};
use crate::error::{
    Cause, CertificateProblem, Error, Misuse, OsError, Phase, ResolveError, TlsError,
};
use crate::fields::Fields;
use crate::http1::{BodySize, Event, Progress, Role, State as Side, Version};
use crate::layer::{Layer, LayerState};
use crate::time::Waiting;
use crate::trace::{EventKind, Failure, Sink, TraceEvent};

/// Where an exchange stands: what it is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Start,
    Resolve,
    /// Trying the address of this index.
    Dial(usize),
    Handshake,
    SendHead,
    SendBody,
    ReceiveHead,
    /// The caller has the head; going on is asking for the body.
    Head,
    ReceiveBody,
    /// The body is complete.
    End,
    /// What the layer has to say before the end is on its way.
    Farewell,
    Close,
    Closed,
    Over,
}

/// What came in and needs more than to be stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Inbox {
    Resolved,
    Dialed,
    Eof,
    Failed(Fault),
    Tick,
    Body(Bytes),
    BodyEnd,
    BodyFailed(OsError),
    Cancel,
}

/// What a step asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    Resolve,
    Dial(SocketAddr),
    Write,
    Read,
    Body,
    Close,
    /// The connection's last event is for the caller.
    Event,
    Over,
}

/// A step that asks for nothing is followed by the next.
type Stepped = Result<Option<Step>, Cause>;

impl Exchange {
    /// Goes on until something is to be done.
    pub(super) fn run<S: Sink>(&mut self, at: At<'_, S>) -> Step {
        loop {
            match self.step(at) {
                Ok(None) => {}
                Ok(Some(step)) => return step,
                Err(cause) => self.fail(cause, at),
            }
        }
    }

    fn step<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.state {
            State::Start => self.start(at),
            State::Resolve => self.resolve(at),
            State::Dial(index) => self.dial(index, at),
            State::Handshake => self.handshake(at),
            State::SendHead => self.send_head(at),
            State::SendBody => self.send_body(at),
            State::ReceiveHead => self.receive_head(at),
            State::Head => self.ask_for_body(at),
            State::ReceiveBody => self.receive_body(at),
            State::End => Ok(self.end(at)),
            State::Farewell => Ok(self.farewell()),
            State::Close => {
                self.enter(State::Closed, Phase::Close);
                Ok(Some(Step::Close))
            }
            State::Closed => {
                self.trail.complete(at);
                self.enter(State::Over, Phase::Idle);
                Ok(None)
            }
            State::Over => Ok(Some(Step::Over)),
        }
    }

    fn enter(&mut self, state: State, phase: Phase) {
        self.state = state;
        self.waiting = None;
        self.trail.enter(phase);
    }

    fn start<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.enter(State::Resolve, Phase::Connect);
        self.trail.start(Operation::ConnectTcp, &self.plan, at);
        self.trail.enter(Phase::Resolve);
        self.trail.start_detail(Detail::Resolve, &self.plan, at);
        Ok(None)
    }

    fn resolve<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            None => Ok(Some(Step::Resolve)),
            Some(Inbox::Resolved) => {
                self.trail.complete_detail(self.addresses.len(), at);
                if self.addresses.is_empty() {
                    return Err(Cause::Resolve(ResolveError::NoAddress));
                }
                self.try_address(0, at);
                Ok(None)
            }
            Some(inbox) => self.interrupted(&inbox, at),
        }
    }

    fn try_address<S: Sink>(&mut self, index: usize, at: At<'_, S>) {
        self.enter(State::Dial(index), Phase::Connect);
        self.trail.start_detail(Detail::Dial(self.addresses[index]), &self.plan, at);
    }

    fn dial<S: Sink>(&mut self, index: usize, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            None => Ok(Some(Step::Dial(self.addresses[index]))),
            Some(Inbox::Dialed) => {
                self.trail.complete_detail(0, at);
                self.trail.complete(at);
                self.connected(at)
            }
            Some(inbox) => match self.interrupted(&inbox, at) {
                Err(cause) if self.may_try_next(index, cause) => {
                    self.tell_failure(cause, true, at);
                    self.try_address(index + 1, at);
                    Ok(None)
                }
                stepped => stepped,
            },
        }
    }

    /// Whether another address is worth trying: there is one, and the exchange has time.
    fn may_try_next(&self, index: usize, cause: Cause) -> bool {
        index + 1 < self.addresses.len()
            && !matches!(cause, Cause::Abandoned | Cause::TimedOut(Waiting::Total))
    }

    fn connected<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if !self.plan.request.url().scheme().is_secure() {
            return self.begin_request(at);
        }
        self.enter(State::Handshake, Phase::Tls);
        self.trail.start(Operation::StartTls, &self.plan, at);
        let layer = self.tls().map_err(Cause::Tls)?;
        self.transport.stack(layer);
        Ok(None)
    }

    #[cfg(feature = "tls")]
    fn tls(&self) -> Result<Box<dyn Layer>, TlsError> {
        let config = self.plan.options.tls.clone().ok_or(TlsError::Configuration)?;
        let host = self.plan.request.url().host();
        Ok(Box::new(crate::layer::tls::ClientTls::client(config, host)?))
    }

    #[cfg(not(feature = "tls"))]
    fn tls(&self) -> Result<Box<dyn Layer>, TlsError> {
        Err(TlsError::Configuration)
    }

    fn handshake<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            None => {}
            Some(Inbox::Eof) => return Err(Cause::Tls(TlsError::EndOfStream)),
            Some(inbox) => return self.interrupted(&inbox, at),
        }
        let state = self.transport.advance().map_err(Cause::Tls)?;
        if self.transport.layer_has_output() {
            return Ok(Some(Step::Write));
        }
        match state {
            LayerState::Opening => Ok(Some(Step::Read)),
            LayerState::Open => {
                self.trail.complete(at);
                self.begin_request(at)
            }
            LayerState::PeerClosed => Err(Cause::Tls(TlsError::EndOfStream)),
        }
    }

    fn begin_request<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.enter(State::SendHead, Phase::SendHead);
        self.trail.start(Operation::SendHead, &self.plan, at);
        let request = &self.plan.request;
        self.transport
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

    fn send_head<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if let Some(inbox) = self.inbox.take() {
            return self.sending_interrupted(&inbox, at);
        }
        if self.transport.has_output().map_err(Cause::Tls)? {
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
        self.transport.http1.finish(&mut cx, Fields::EMPTY).map_err(Cause::Misuse)
    }

    fn send_body<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            None => {}
            Some(Inbox::Body(data)) => {
                let mut cx = self.trail.cx(at);
                self.transport.http1.send_data(&mut cx, data).map_err(Cause::Misuse)?;
            }
            Some(Inbox::BodyEnd) => self.finish_body(at)?,
            Some(Inbox::BodyFailed(error)) => return Err(Cause::Body(error)),
            Some(inbox) => return self.sending_interrupted(&inbox, at),
        }
        if self.transport.has_output().map_err(Cause::Tls)? {
            return Ok(Some(Step::Write));
        }
        if self.transport.http1.state(Role::Client) == Side::Body {
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

    /// Lets the connection read on. `None` asks for more bytes.
    fn read_on<S: Sink>(&mut self, at: At<'_, S>) -> Result<Result<Progress, Step>, Cause> {
        match self.inbox.take() {
            None | Some(Inbox::Eof) => {}
            Some(inbox) => {
                if let Some(step) = self.interrupted(&inbox, at)? {
                    return Ok(Err(step));
                }
            }
        }
        self.transport.advance().map_err(Cause::Tls)?;
        if !self.write_failed && self.transport.layer_has_output() {
            // TLS answers on its own at times: to a change of keys, for one.
            return Ok(Err(Step::Write));
        }
        match self.transport.http1.advance(&mut self.trail.cx(at)).map_err(Cause::Peer)? {
            Progress::NeedInput => Ok(Err(Step::Read)),
            progress => Ok(Ok(progress)),
        }
    }

    fn receive_head<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if let Err(step) = self.read_on(at)? {
            return Ok(Some(step));
        }
        if let Some(Event::Response(head, _)) = self.transport.http1.event() {
            self.trail.head(head, &self.plan, at);
            self.enter(State::Head, Phase::ReceiveBody);
        }
        Ok(Some(Step::Event))
    }

    fn ask_for_body<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            Some(Inbox::Cancel) => Err(Cause::Abandoned),
            _ => {
                self.enter(State::ReceiveBody, Phase::ReceiveBody);
                self.trail.start(Operation::ReceiveBody, &self.plan, at);
                Ok(None)
            }
        }
    }

    fn receive_body<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        let progress = match self.read_on(at)? {
            Ok(progress) => progress,
            Err(step) => return Ok(Some(step)),
        };
        match self.transport.http1.event() {
            Some(Event::Data(_)) => Ok(Some(Step::Event)),
            _ => {
                self.trail.complete(at);
                self.enter(State::End, Phase::Close);
                // What follows a switch of protocols is no body, and has no end to tell.
                Ok((progress == Progress::Event).then_some(Step::Event))
            }
        }
    }

    fn end<S: Sink>(&mut self, at: At<'_, S>) -> Option<Step> {
        self.trail.start(Operation::ResponseClosed, &self.plan, at);
        if self.transport.http1.reuse().is_ok()
            && !self.write_failed
            && self.transport.http1.peer_version() >= Version::HTTP_11
        {
            // Nobody else wants the connection: it becomes idle, and is closed.
            self.trail.complete(at);
            self.trail.start(Operation::Close, &self.plan, at);
        }
        self.transport.say_farewell();
        self.enter(State::Farewell, Phase::Close);
        None
    }

    /// Whatever goes wrong now, the response was had or the error is known: it is not told.
    fn farewell(&mut self) -> Option<Step> {
        match self.inbox.take() {
            None | Some(Inbox::Cancel) if self.transport.layer_has_output() => Some(Step::Write),
            _ => {
                self.enter(State::Close, Phase::Close);
                None
            }
        }
    }

    /// Something came in that was not asked for.
    fn interrupted<S: Sink>(&mut self, inbox: &Inbox, at: At<'_, S>) -> Stepped {
        match inbox {
            Inbox::Failed(Fault::Os(error)) => Err(Cause::Os(*error)),
            Inbox::Failed(Fault::Resolve(error)) => Err(Cause::Resolve(*error)),
            Inbox::Cancel => Err(Cause::Abandoned),
            Inbox::Tick => match self.waiting.flatten() {
                Some(deadline) if at.now >= deadline.at => {
                    let why = deadline.why.name();
                    let mut cx = self.trail.cx(at);
                    cx.tell(EventKind::DeadlinePassed, || TraceEvent::DeadlinePassed { why });
                    Err(Cause::TimedOut(deadline.why))
                }
                _ => Ok(None),
            },
            // An answer to a question that was not asked changes nothing.
            _ => Ok(None),
        }
    }

    /// Ends the exchange: the operation that is open has failed, and what was opened is closed.
    fn fail<S: Sink>(&mut self, cause: Cause, at: At<'_, S>) {
        let phase = self.trail.phase();
        self.tell_failure(cause, false, at);
        self.error = Some(Error {
            phase,
            cause,
            secure: self.transport.is_secure(),
            request_bytes: self.transport.http1.total_sent(),
            response_bytes: self.transport.http1.received(),
        });
        match phase {
            Phase::Resolve | Phase::Connect => return self.enter(State::Over, Phase::Idle),
            Phase::Tls => {}
            _ => self.trail.start(Operation::ResponseClosed, &self.plan, at),
        }
        let transport_works = !matches!(cause, Cause::Os(_) | Cause::TimedOut(_));
        if transport_works && phase != Phase::Tls {
            self.transport.say_farewell();
        }
        let next = if transport_works { State::Farewell } else { State::Close };
        self.enter(next, Phase::Close);
    }

    /// Tells that the operation that is open, or only the part of it that is, was given up.
    fn tell_failure<S: Sink>(&mut self, cause: Cause, detail: bool, at: At<'_, S>) {
        let Self { plan, transport, trail, .. } = self;
        let fields = plan.request.fields().fields();
        let evidence = match cause {
            Cause::Peer(_) => transport.http1.evidence(),
            Cause::Tls(TlsError::Certificate(CertificateProblem::WrongName)) => {
                plan.request.url().host().as_bytes()
            }
            Cause::Misuse(error) => match error.misuse {
                Misuse::FieldName(index) => fields.nth(index).map_or(&[][..], |field| field.name),
                Misuse::FieldValue(index) => fields.line(index).unwrap_or_default(),
                _ => &[],
            },
            _ => &[],
        };
        let failure = Failure {
            phase: trail.phase(),
            cause: &cause,
            secure: transport.is_secure(),
            evidence,
            body: transport.http1.body_progress(),
        };
        if detail {
            trail.fail_detail(failure, at);
        } else {
            trail.fail(failure, at);
        }
    }
}
