//! The inputs of a session as values.

use alloc::boxed::Box;
use core::fmt;
use core::time::Duration;

use bytes::Bytes;

use super::action::Outcome;
use super::session::Session;
use crate::error::{Error, MisuseError};
use crate::http1::BodySize;
use crate::time::Mono;
use crate::trace::{ExchangeId, Sink};
use crate::transport::Layer;

/// A call of a method of a [`Session`] that can change its behaviour, with its argument, of a driver or of a handler:
/// for drivers that pass inputs on, and for recordings of them.
///
/// ```
/// use limpid_core::server::{Action, Input, Interest, Session};
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{ConnectionId, NoSink};
///
/// let mut session = Session::new(ConnectionId(1), None, Default::default());
/// let now = Mono::default();
/// assert_eq!(session.poll(now, &NoSink), Action::Wait(Interest::READ));
/// Input::Eof.hand_to(&mut session, now, &NoSink)?;
/// assert!(matches!(session.poll(now, &NoSink), Action::Close { .. }));
/// # Ok::<(), limpid_core::error::MisuseError>(())
/// ```
pub enum Input<'i> {
    /// [`set_date`](Session::set_date).
    Date(Duration),
    /// [`number`](Session::number).
    Number(ExchangeId),
    /// [`handle_secured`](Session::handle_secured).
    Secured(Box<dyn Layer>),
    /// [`handle_received`](Session::handle_received).
    Received(usize),
    /// [`handle_sent`](Session::handle_sent).
    Sent(usize),
    /// [`handle_eof`](Session::handle_eof).
    Eof,
    /// [`handle_half_close`](Session::handle_half_close).
    HalfClose,
    /// [`handle_failed`](Session::handle_failed).
    Failed(Error),
    /// [`handle_timeout`](Session::handle_timeout).
    Timeout,
    /// [`handle_shutdown`](Session::handle_shutdown).
    Shutdown(Option<Duration>),
    /// [`handle_crowding`](Session::handle_crowding).
    Crowding,
    /// [`cancel`](Session::cancel).
    Cancel,
    /// [`read_body`](Session::read_body).
    ReadBody,
    /// [`flush`](Session::flush).
    Flush,
    /// [`respond`](Session::respond).
    Respond(u16, BodySize),
    /// [`answer`](Session::answer).
    Answer(u16, Bytes),
    /// [`set_reason`](Session::set_reason).
    Reason(&'i [u8]),
    /// [`send`](Session::send).
    Send(Bytes),
    /// [`finish`](Session::finish).
    Finish,
    /// [`handled`](Session::handled).
    Handled(Outcome),
    /// [`handler_failed`](Session::handler_failed), with the text of the error.
    HandlerFailed(&'i str),
}

impl Input<'_> {
    /// Returns whether the call uses the [`fields`](Session::fields) that the handler has set since the last one that
    /// did: those of a response, or its trailers. They are a part of the input.
    #[must_use]
    pub const fn uses_fields(&self) -> bool {
        matches!(
            self,
            Self::Respond(..)
                | Self::Answer(..)
                | Self::Finish
                | Self::Handled(_)
                | Self::HandlerFailed(_)
        )
    }

    /// Calls the method.
    ///
    /// # Errors
    /// The state of the session forbids the call. Nothing changes then.
    #[inline(always)]
    pub fn hand_to<S: Sink>(
        self,
        session: &mut Session,
        now: Mono,
        sink: &S,
    ) -> Result<(), MisuseError> {
        match self {
            // These occur in every exchange. The compiler does not see that a number needs no drop.
            Self::Received(n) => {
                core::mem::forget(self);
                session.handle_received(n, now, sink)
            }
            Self::Sent(n) => {
                core::mem::forget(self);
                session.handle_sent(n, now, sink)
            }
            Self::Number(exchange) => {
                core::mem::forget(self);
                session.number(exchange);
                Ok(())
            }
            Self::Handled(outcome) => {
                core::mem::forget(self);
                session.handled(now, sink, outcome);
                Ok(())
            }
            Self::Answer(status, body) => session.answer(now, sink, status, body),
            input => input.hand_over(session, now, sink),
        }
    }

    /// Calls one of the methods that only some exchanges need.
    #[inline(never)]
    fn hand_over<S: Sink>(
        self,
        session: &mut Session,
        now: Mono,
        sink: &S,
    ) -> Result<(), MisuseError> {
        match self {
            Self::Secured(layer) => session.handle_secured(layer, now, sink),
            Self::Received(n) => session.handle_received(n, now, sink),
            Self::Sent(n) => session.handle_sent(n, now, sink),
            Self::Respond(status, size) => session.respond(now, sink, status, size),
            Self::Answer(status, body) => session.answer(now, sink, status, body),
            Self::Send(data) => session.send(now, sink, data),
            Self::Finish => session.finish(now, sink),
            other => {
                other.hand_in(session, now, sink);
                Ok(())
            }
        }
    }

    /// Calls one of the methods that every state permits.
    fn hand_in<S: Sink>(self, session: &mut Session, now: Mono, sink: &S) {
        match self {
            Self::Date(unix) => session.set_date(now, unix),
            Self::Number(exchange) => session.number(exchange),
            Self::Eof => session.handle_eof(now, sink),
            Self::HalfClose => session.handle_half_close(now, sink),
            Self::Failed(error) => session.handle_failed(error, now, sink),
            Self::Timeout => session.handle_timeout(now, sink),
            Self::Shutdown(grace) => session.handle_shutdown(grace, now, sink),
            Self::Crowding => session.handle_crowding(now, sink),
            Self::Cancel => session.cancel(now, sink),
            Self::ReadBody => session.read_body(),
            Self::Flush => session.flush(),
            Self::Reason(reason) => session.set_reason(reason),
            Self::Handled(outcome) => session.handled(now, sink, outcome),
            Self::HandlerFailed(error) => session.handler_failed(now, sink, &error),
            // hand_over() handles the others.
            _ => {}
        }
    }
}

impl fmt::Debug for Input<'_> {
    /// Formats the name of the method and the numbers of the argument, without bytes of messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |f: &mut fmt::Formatter<'_>, name| f.debug_tuple(name).finish_non_exhaustive();
        match self {
            Self::Date(unix) => f.debug_tuple("Date").field(unix).finish(),
            Self::Number(exchange) => f.debug_tuple("Number").field(exchange).finish(),
            Self::Received(n) => f.debug_tuple("Received").field(n).finish(),
            Self::Sent(n) => f.debug_tuple("Sent").field(n).finish(),
            Self::Failed(error) => f.debug_tuple("Failed").field(error).finish(),
            Self::Shutdown(grace) => f.debug_tuple("Shutdown").field(grace).finish(),
            Self::Respond(status, size) => {
                f.debug_tuple("Respond").field(status).field(size).finish()
            }
            Self::Answer(status, body) => {
                f.debug_tuple("Answer").field(status).field(&body.len()).finish()
            }
            Self::Send(data) => f.debug_tuple("Send").field(&data.len()).finish(),
            Self::Handled(outcome) => f.debug_tuple("Handled").field(outcome).finish(),
            Self::Secured(_) => named(f, "Secured"),
            Self::Reason(_) => named(f, "Reason"),
            Self::HandlerFailed(_) => named(f, "HandlerFailed"),
            Self::Eof => f.write_str("Eof"),
            Self::HalfClose => f.write_str("HalfClose"),
            Self::Timeout => f.write_str("Timeout"),
            Self::Crowding => f.write_str("Crowding"),
            Self::Cancel => f.write_str("Cancel"),
            Self::ReadBody => f.write_str("ReadBody"),
            Self::Flush => f.write_str("Flush"),
            Self::Finish => f.write_str("Finish"),
        }
    }
}
