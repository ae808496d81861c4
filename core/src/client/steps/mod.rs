//! The steps of an exchange: what follows from where it stands and what came in.

mod connect;
mod dial;
mod finish;
mod transfer;

use alloc::boxed::Box;

use super::action::Do;
use super::dial::DialId;
use super::exchange::Exchange;
use super::operation::Operation;
use super::plan::Plan;
use super::stopwatch::Part;
use crate::error::{Call, Cause, CertificateProblem, Error, Misuse, Phase, TlsError};
use crate::time::{Deadline, Waiting};
use crate::trace::At;
use crate::trace::{EventKind, Failure, Sink, TraceEvent};
use crate::transport::Link;

pub(super) use dial::Kept;

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
    /// What the layer has to say before the end is on its way.
    Farewell,
    Close,
    Closed,
    /// The connection was given back, for the next hop.
    Released,
    /// It ends with this: the connection is closed, or is given back.
    Leave,
    /// It is over, and the response was complete.
    Done,
    /// It is over, and has failed.
    Failed,
    /// It holds nothing, and waits to begin with another request.
    Rest,
}

/// What came in and is left to the next step.
#[derive(Debug)]
pub(super) enum Pending {
    Reuse,
    Open,
    /// The addresses stand in the memory.
    Resolved,
    Dialed(DialId),
    Eof,
    Failed(Box<Error>),
    Tick,
    /// A piece of the request's body, which stands in the memory.
    Body,
    /// The end of the request's body, whose trailers stand in the memory.
    BodyEnd,
    Cancel,
}

/// A step that asks for nothing is followed by the next.
type Stepped = Result<Option<Do>, Error>;

impl Exchange {
    /// Goes on until something is to be done.
    #[inline]
    pub(super) fn run<S: Sink>(&mut self, at: At<'_, S>) -> Do {
        loop {
            if let Some(doing) = self.advance(at) {
                return doing;
            }
        }
    }

    /// Takes a step, after which there may be nothing to be done but to take the next. It is not inlined:
    /// the loop around it would keep more at hand than one step needs.
    #[inline(never)]
    fn advance<S: Sink>(&mut self, at: At<'_, S>) -> Option<Do> {
        match self.step(at) {
            Ok(doing) => doing,
            Err(error) => {
                self.fail(error, at);
                None
            }
        }
    }

    /// What few exchanges pass through is not inlined here, so that this stays a function of few
    /// values.
    #[inline]
    fn step<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if self.race.has_abandoned() {
            return Ok(self.race.abandoned().map(Do::Abandon));
        }
        match self.state {
            State::Start => {
                self.clock.start(at.now);
                let total = self.plan.options.timeouts.total;
                self.total = Deadline::after(at.now, total, Waiting::Total);
                self.trail.begin(&self.plan, at);
                self.enter(State::Trust, Phase::Pool);
                self.trust(at)
            }
            State::Trust => self.trust(at),
            State::Acquire => self.acquire(at),
            State::Resolve => self.resolve(at),
            State::Dial => self.try_addresses(at),
            State::Handshake => self.handshake(at),
            State::Retry => self.retry(at),
            State::SendHead => self.send_head(at),
            State::AwaitContinue => self.await_continue(at),
            State::SendBody => self.send_body(at),
            State::ReceiveHead => self.receive_head(at),
            State::Head => self.ask_for_body(at),
            State::ReceiveBody => self.receive_body(at),
            State::Farewell => Ok(Some(self.farewell())),
            State::Close => {
                self.enter(State::Closed, Phase::Close);
                Ok(Some(Do::Close))
            }
            State::Closed => {
                self.trail.complete(at);
                Ok(Some(self.leave(at)))
            }
            State::Leave => Ok(Some(self.leave(at))),
            State::Released => self.released(at),
            State::Done | State::Failed | State::Rest => Ok(Some(self.outcome())),
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

    /// What came in since the last step. Most steps find nothing, and do not move what is not there.
    #[inline]
    fn take_pending(&mut self) -> Option<Pending> {
        if self.pending.is_none() { None } else { self.pending.take() }
    }

    /// Something came in that was not asked for.
    #[inline(never)]
    fn interrupted<S: Sink>(&mut self, pending: Pending, at: At<'_, S>) -> Stepped {
        match pending {
            Pending::Failed(error) => Err(*error),
            Pending::Cancel => Err(Cause::Abandoned.into()),
            Pending::Tick => match self.waiting.flatten() {
                Some(deadline) if at.now >= deadline.at => Err(self.passed(deadline, at).into()),
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
    fn finish<S: Sink>(&mut self, at: At<'_, S>) {
        let is_complete = self.error.is_none();
        self.enter(if is_complete { State::Done } else { State::Failed }, Phase::Idle);
        let Self { plan, link, trail, clock, error, .. } = self;
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
