//! The steps of an exchange: what follows from where it stands and what came in.

mod connect;
mod dial;
mod finish;
mod transfer;

use super::action::{Do, Fault};
use super::dial::DialId;
use super::exchange::Exchange;
use super::operation::Operation;
use super::plan::Plan;
use super::stopwatch::Part;
use crate::error::{Call, Cause, CertificateProblem, Error, Misuse, OsError, Phase, TlsError};
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

/// A step that asks for nothing is followed by the next.
type Stepped = Result<Option<Do>, Cause>;

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
            State::Over | State::Rest => Ok(Some(self.outcome())),
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
