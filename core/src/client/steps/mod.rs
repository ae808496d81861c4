//! The steps of an exchange: what follows from where it stands and what came in.

mod connect;
mod dial;
mod finish;
mod transfer;

use super::action::Fault;
use super::dial::DialId;
use super::exchange::Exchange;
use super::operation::Operation;
use super::plan::Plan;
use super::timings::Part;
use super::trail::At;
use crate::error::{Call, Cause, CertificateProblem, Error, Misuse, OsError, Phase, TlsError};
use crate::link::Link;
use crate::time::Deadline;
use crate::trace::{EventKind, Failure, Sink, TraceEvent};

pub(super) use dial::Told;

/// Where an exchange stands: what it is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Start,
    Trust,
    Acquire,
    Resolve,
    Dial,
    Handshake,
    Retry,
    SendHead,
    /// The server is to say whether it wants the body.
    AwaitContinue,
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
    /// The connection is given back, closed or not.
    Release,
    Released,
    Over,
    /// It holds nothing, and waits to begin with another request.
    Rest,
}

/// What came in and needs more than to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inbox {
    Reuse,
    Open,
    Resolved,
    Dialed(DialId),
    DialFailed(DialId, Fault),
    Eof,
    Failed(Fault),
    Tick,
    /// A piece of the request's body, which stands in the memory.
    Body,
    /// The end of the request's body, whose trailers stand in the memory.
    BodyEnd,
    BodyFailed(OsError),
    BodyConsumed,
    Cancel,
}

/// What a step asks for. It is small, for it is handed on many times in an exchange; the rest the exchange
/// knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Trust {
        proxy: bool,
    },
    Acquire,
    Resolve,
    /// Try the next address, or wait for those that are tried.
    Connect,
    Abandon(DialId),
    Write,
    Read,
    Body,
    Wait,
    Close,
    Release,
    /// The connection's last event is for the caller.
    Event,
    Over,
}

/// A step that asks for nothing is followed by the next.
type Stepped = Result<Option<Step>, Cause>;

impl Exchange {
    /// Goes on until something is to be done.
    #[inline]
    pub(super) fn run<S: Sink>(&mut self, at: At<'_, S>) -> Step {
        loop {
            if let Some(step) = self.advance(at) {
                return step;
            }
        }
    }

    /// Takes a step, after which there may be nothing to be done but to take the next. It is not inlined:
    /// the loop around it would keep more at hand than one step needs.
    #[inline(never)]
    fn advance<S: Sink>(&mut self, at: At<'_, S>) -> Option<Step> {
        match self.step(at) {
            Ok(step) => step,
            Err(cause) => {
                self.fail(cause, at);
                None
            }
        }
    }

    /// What few exchanges pass through is not inlined here, so that this stays a function of few
    /// values.
    #[inline]
    fn step<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if self.race.has_abandoned() {
            return Ok(self.race.abandoned().map(Step::Abandon));
        }
        match self.state {
            State::Start => {
                self.trail.begin(&self.plan, at);
                self.enter(State::Trust, Phase::Pool);
                self.trust(at)
            }
            State::Trust => self.trust(at),
            State::Acquire => self.acquire(at),
            State::Resolve => self.resolve(at),
            State::Dial => self.dial(at),
            State::Handshake => self.handshake(at),
            State::Retry => self.retry(at),
            State::SendHead => self.send_head(at),
            State::AwaitContinue => self.await_continue(at),
            State::SendBody => self.send_body(at),
            State::ReceiveHead => self.receive_head(at),
            State::Head => self.ask_for_body(at),
            State::ReceiveBody => self.receive_body(at),
            State::End => Ok(Some(self.end(at))),
            State::Farewell => Ok(Some(self.farewell())),
            State::Close => {
                self.enter(State::Closed, Phase::Close);
                Ok(Some(Step::Close))
            }
            State::Closed => {
                self.trail.complete(at);
                self.enter(State::Release, Phase::Close);
                Ok(None)
            }
            State::Release => {
                self.enter(State::Released, Phase::Close);
                Ok(Some(Step::Release))
            }
            State::Released => self.released(at),
            State::Over | State::Rest => Ok(Some(Step::Over)),
        }
    }

    #[inline]
    fn enter(&mut self, state: State, phase: Phase) {
        self.state = state;
        self.waiting = None;
        self.trail.enter(phase);
        self.clock.enter(match state {
            State::Resolve => Part::Resolve,
            _ => Part::of(phase, self.plan.tunnelling),
        });
    }

    /// Something came in that was not asked for.
    #[inline(never)]
    fn interrupted<S: Sink>(&mut self, inbox: Inbox, at: At<'_, S>) -> Stepped {
        match inbox {
            Inbox::Failed(fault) => Err(fault.into()),
            Inbox::Cancel => Err(Cause::Abandoned),
            Inbox::Tick => match self.waiting.flatten() {
                Some(deadline) if at.now >= deadline.at => Err(self.passed(deadline, at)),
                _ => Ok(None),
            },
            // An answer to a question that was not asked changes nothing.
            _ => Ok(None),
        }
    }

    /// Tells that a deadline passed.
    fn passed<S: Sink>(&mut self, deadline: Deadline, at: At<'_, S>) -> Cause {
        let why = deadline.why.name();
        let mut cx = self.trail.cx(at);
        cx.tell(EventKind::DeadlinePassed, || TraceEvent::DeadlinePassed { why });
        Cause::TimedOut(deadline.why)
    }

    /// Tells that the operation that is open was given up.
    fn tell_failure<S: Sink>(&mut self, cause: Cause, at: At<'_, S>) {
        let Self { plan, link, trail, .. } = self;
        let phase = trail.phase();
        let operation = trail.operation().unwrap_or(Operation::StartTls);
        trail.fail(failure(plan, link, operation, &cause, phase), at);
    }

    /// The exchange ends, with an error or without one.
    fn finish<S: Sink>(&mut self, error: Option<Error>, at: At<'_, S>) {
        self.enter(State::Over, Phase::Idle);
        self.error = error;
        let Self { plan, link, trail, clock, .. } = self;
        let failure = error
            .as_ref()
            .map(|error| failure(plan, link, Operation::StartTls, &error.cause, error.phase));
        trail.finish(failure, clock, at);
    }
}

/// A failure as it is told.
fn failure<'f>(
    plan: &'f Plan,
    link: &'f Link,
    operation: Operation,
    cause: &'f Cause,
    phase: Phase,
) -> Failure<'f> {
    let fields = plan.request.fields().fields();
    let evidence = match cause {
        Cause::Peer(_) => link.http1.evidence(),
        Cause::Tls(TlsError::Certificate(CertificateProblem::WrongName)) => {
            plan.server_name(operation).as_bytes()
        }
        // What is wrong with the trailers is in no field of the head.
        Cause::Misuse(error) if error.call == Call::Finish => &[],
        Cause::Misuse(error) => match error.misuse {
            Misuse::FieldName(index) => fields.nth(index).map_or(&[][..], |field| field.name),
            Misuse::FieldValue(index) => fields.line(index).unwrap_or_default(),
            _ => &[],
        },
        _ => &[],
    };
    Failure { phase, cause, secure: link.is_secure(), evidence, body: link.http1.body_progress() }
}
