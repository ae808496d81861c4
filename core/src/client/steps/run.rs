//! Runs the steps of an exchange until one requires an action.

use super::super::action::{Action, Interest};
use super::super::exchange::Exchange;
use super::super::plan::Plan;
use super::super::span_tracker::Slot;
use super::super::state::{ExchangeState, Stepped, Timer};
use super::super::stopwatch::TimedPart;
use crate::error::{Call, Cause, CertificateProblem, Error, Misuse, Phase, TlsError};
use crate::time::{Deadline, Waiting};
use crate::trace::{At, EventKind, Failure, Sink, SpanKind, TraceEvent};
use crate::transport::Link;

impl Exchange {
    /// Runs steps until one requires an action.
    #[inline]
    pub(in super::super) fn run<S: Sink>(&mut self, at: At<'_, S>) -> Action {
        loop {
            if let Some(action) = self.advance(at) {
                return action;
            }
        }
    }

    /// Runs a step; `None` if the next step can follow. It is not inlined, because the loop around it
    /// would keep more values in registers than a step needs.
    #[inline(never)]
    fn advance<S: Sink>(&mut self, at: At<'_, S>) -> Option<Action> {
        match self.step(at) {
            Ok(action) => action,
            Err(error) => {
                self.fail(error, at);
                None
            }
        }
    }

    /// Makes the next step. Rare steps are not inlined here, so that this function keeps few values.
    #[inline]
    fn step<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if self.race.has_abandoned() {
            return Ok(self.race.abandoned().map(Action::Abandon));
        }
        match self.state {
            ExchangeState::Start => {
                self.start(at);
                match self.plan.request.refusal() {
                    _ if self.plan.lacks_https() => self.refuse(Cause::NotHttps.into(), at),
                    Some(misuse) if !self.plan.options.validate_connected => {
                        self.refuse(self.link.http1.request_refused(misuse).into(), at);
                    }
                    _ => return self.trust(at),
                }
                Ok(None)
            }
            ExchangeState::Trust => self.trust(at),
            ExchangeState::Begin => self.begin_request(at),
            ExchangeState::Acquire | ExchangeState::Retry | ExchangeState::Backoff => {
                Ok(Some(Action::Wait(Interest::NONE)))
            }
            ExchangeState::Open => {
                self.open(at);
                Ok(None)
            }
            ExchangeState::Resolve => Ok(Some(self.ask(Action::Resolve))),
            ExchangeState::Resolved => self.resolved(at),
            ExchangeState::Dial => self.try_addresses(at),
            ExchangeState::Connected => self.connected(at),
            ExchangeState::Secure => Ok(Some(self.secure())),
            ExchangeState::Handshake => self.handshake(at),
            ExchangeState::Transfer => self.transfer(at),
            ExchangeState::CloseNotify => Ok(Some(self.close_notify())),
            ExchangeState::Close => {
                self.enter(ExchangeState::Closed, Phase::Close);
                Ok(Some(Action::Close))
            }
            ExchangeState::Closed => {
                self.spans.complete(Slot::Connection, at);
                Ok(Some(self.send_again_or_leave(at)))
            }
            ExchangeState::Leave | ExchangeState::Resend => Ok(Some(self.send_again_or_leave(at))),
            ExchangeState::Released => self.released(at),
            ExchangeState::Done | ExchangeState::Failed | ExchangeState::Rest => {
                Ok(Some(self.outcome()))
            }
        }
    }

    /// Starts the exchange.
    pub(in super::super) fn start<S: Sink>(&mut self, at: At<'_, S>) {
        self.clock.start(at.now);
        let total = self.plan.options.timeouts.total;
        self.timers.arm(Timer::Total as usize, || Deadline::after(at.now, total, Waiting::Total));
        self.spans.begin(&self.plan, at);
        self.enter(ExchangeState::Trust, Phase::Pool);
    }

    /// Fails the exchange before it starts to connect, because its request cannot be sent.
    #[cold]
    fn refuse<S: Sink>(&mut self, error: Error, at: At<'_, S>) {
        self.error = Some(self.complete(error, Phase::Idle));
        self.finish(at);
    }

    #[inline]
    pub(super) fn enter(&mut self, state: ExchangeState, phase: Phase) {
        self.state = state;
        self.asked = false;
        self.timers.disarm(Timer::Step as usize);
        self.spans.enter(phase);
        let part = match state {
            ExchangeState::Resolve => Some(TimedPart::Resolve),
            _ => TimedPart::of(phase, self.plan.tunnelling),
        };
        if let Some(part) = part {
            self.clock.enter(part);
        }
    }

    /// Enters a phase of the same state.
    #[inline]
    pub(super) fn enter_phase(&mut self, phase: Phase) {
        self.timers.disarm(Timer::Step as usize);
        self.spans.enter(phase);
        if let Some(part) = TimedPart::of(phase, self.plan.tunnelling) {
            self.clock.enter(part);
        }
    }

    /// Emits that a deadline has passed. Returns it as a cause.
    pub(in super::super) fn passed<S: Sink>(&mut self, deadline: Deadline, at: At<'_, S>) -> Cause {
        let why = deadline.why.name();
        let mut cx = self.spans.cx(at);
        cx.emit(EventKind::DeadlinePassed, || TraceEvent::DeadlinePassed { why });
        Cause::TimedOut(deadline.why)
    }

    /// Fails the open spans.
    pub(in super::super) fn emit_failure<S: Sink>(&mut self, cause: Cause, at: At<'_, S>) {
        let Self { plan, link, spans, .. } = self;
        let phase = spans.phase();
        let span = spans.current().unwrap_or(SpanKind::StartTls);
        spans.fail(failure(plan, link, span, &cause, phase), at);
    }

    /// Fails the span of sending, which was in this phase.
    pub(super) fn emit_sending_failure<S: Sink>(
        &mut self,
        cause: Cause,
        phase: Phase,
        at: At<'_, S>,
    ) {
        let Self { plan, link, spans, .. } = self;
        let failure = failure(plan, link, SpanKind::SendRequestBody, &cause, phase);
        spans.fail_slot(Slot::Sending, failure, at);
    }

    /// Ends the exchange, with an error or without one.
    pub(super) fn finish<S: Sink>(&mut self, at: At<'_, S>) {
        let is_complete = self.error.is_none();
        self.enter(
            if is_complete { ExchangeState::Done } else { ExchangeState::Failed },
            Phase::Idle,
        );
        let Self { plan, link, spans, clock, error, .. } = self;
        let failure = error
            .as_ref()
            .map(|error| failure(plan, link, SpanKind::StartTls, &error.cause, error.phase));
        spans.finish(failure, clock, at);
    }
}

/// Returns a failure for trace events.
fn failure<'f>(
    plan: &'f Plan,
    link: &'f Link,
    span: SpanKind,
    cause: &'f Cause,
    phase: Phase,
) -> Failure<'f> {
    let fields = plan.request.fields().fields();
    let excerpt = match cause {
        Cause::Peer(_) => link.http1.excerpt(),
        Cause::Tls(TlsError::Certificate(CertificateProblem::WrongName)) => {
            plan.route.server_name(span).as_bytes()
        }
        // An error in the trailers is not in a field of the head.
        Cause::Misuse(error) if error.call == Call::Finish => &[],
        Cause::Misuse(error) => match error.misuse {
            Misuse::FieldName(index) => fields.nth(index).map_or(&[][..], |field| field.name),
            Misuse::FieldValue(index) => fields.line(index).unwrap_or_default(),
            _ => &[],
        },
        _ => &[],
    };
    Failure { phase, cause, secure: link.is_secure(), excerpt, body: link.http1.body_progress() }
}
