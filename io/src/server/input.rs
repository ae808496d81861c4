//! The inputs of a session, and how they are recorded.

use limpid_core::error::MisuseError;
use limpid_core::server::{Action, Input, Outcome, Session};
use limpid_core::time::{Deadline, Mono};
use limpid_core::trace::{EventKind, ExchangeId, TraceEvent};
use limpid_core::transport::Switched;

use crate::machine_input::MachineInput;
use crate::recording::SessionRecorder;
use crate::settings::SharedSink;

/// An input of a session that is recorded. Recording it does not change it, so that the compiler still knows it.
pub(super) trait SessionInput: MachineInput<Session> {
    /// Records the input.
    fn record(&self, recorder: &mut SessionRecorder, session: &mut Session, now: Mono);
}

impl MachineInput<Session> for Input<'_> {
    type Output = Result<(), MisuseError>;

    #[inline(always)]
    fn enter(self, session: &mut Session, now: Mono, sink: &SharedSink) -> Self::Output {
        self.hand_to(session, now, sink)
    }
}

/// A call for the next action.
pub(super) struct Poll;

impl MachineInput<Session> for Poll {
    type Output = Action;

    #[inline(always)]
    fn enter(self, session: &mut Session, now: Mono, sink: &SharedSink) -> Action {
        session.poll(now, sink)
    }
}

/// A call for the deadline, which starts timers.
pub(super) struct AskDeadline;

impl MachineInput<Session> for AskDeadline {
    type Output = Option<Deadline>;

    #[inline(always)]
    fn enter(self, session: &mut Session, now: Mono, _: &SharedSink) -> Option<Deadline> {
        session.deadline(now)
    }
}

/// A call that emits an event of the handler, which counts among the session's.
pub(super) struct Emit<F>(pub(super) EventKind, pub(super) F);

impl<'e, F: FnOnce() -> TraceEvent<'e>> MachineInput<Session> for Emit<F> {
    type Output = ();

    #[inline(always)]
    fn enter(self, session: &mut Session, now: Mono, sink: &SharedSink) {
        let Self(kind, event) = self;
        session.emit(now, sink, kind, event);
    }
}

/// A call that takes the connection from the session, if it has left HTTP/1.1.
pub(super) struct TakeSwitched;

impl MachineInput<Session> for TakeSwitched {
    type Output = Option<Switched>;

    #[inline(always)]
    fn enter(self, session: &mut Session, now: Mono, sink: &SharedSink) -> Option<Switched> {
        session.take_switched(now, sink)
    }
}

impl SessionInput for Input<'_> {
    fn record(&self, recorder: &mut SessionRecorder, session: &mut Session, now: Mono) {
        recorder.input(self, session, now);
    }
}

impl SessionInput for Poll {
    fn record(&self, recorder: &mut SessionRecorder, _: &mut Session, now: Mono) {
        recorder.poll(now);
    }
}

impl SessionInput for AskDeadline {
    fn record(&self, recorder: &mut SessionRecorder, _: &mut Session, now: Mono) {
        recorder.ask_deadline(now);
    }
}

impl SessionInput for TakeSwitched {
    fn record(&self, recorder: &mut SessionRecorder, _: &mut Session, now: Mono) {
        recorder.take_switched(now);
    }
}

impl<'e, E: FnOnce() -> TraceEvent<'e>> SessionInput for Emit<E> {
    /// Records nothing: an event of a handler changes no behaviour.
    fn record(&self, _: &mut SessionRecorder, _: &mut Session, _: Mono) {}
}

/// Declares inputs that every exchange has: a number is passed in a register, an [`Input`] is not.
macro_rules! numbers {
    ($( $(#[doc = $doc:literal])+ $name:ident($type:ty) -> $output:ty: $method:expr; )+) => {$(
        $(#[doc = $doc])+
        pub(super) struct $name(pub(super) $type);

        impl MachineInput<Session> for $name {
            type Output = $output;

            #[inline(always)]
            fn enter(self, session: &mut Session, now: Mono, sink: &SharedSink) -> $output {
                let method: fn(&mut Session, $type, Mono, &SharedSink) -> $output = $method;
                method(session, self.0, now, sink)
            }
        }

        impl SessionInput for $name {
            fn record(&self, recorder: &mut SessionRecorder, session: &mut Session, now: Mono) {
                recorder.input(&Input::$name(self.0), session, now);
            }
        }
    )+};
}

numbers! {
    /// [`Input::Received`].
    Received(usize) -> Result<(), MisuseError>: |session, n, now, sink| session.handle_received(n, now, sink);
    /// [`Input::Sent`].
    Sent(usize) -> Result<(), MisuseError>: |session, n, now, sink| session.handle_sent(n, now, sink);
    /// [`Input::Number`].
    Number(ExchangeId) -> (): |session, exchange, _, _| session.number(exchange);
    /// [`Input::Handled`].
    Handled(Outcome) -> (): |session, outcome, now, sink| session.handled(now, sink, outcome);
}
