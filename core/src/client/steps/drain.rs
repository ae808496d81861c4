//! Reading what the caller does not take, so that the connection can be reused.

use bytes::Bytes;

use super::super::drain_limits::DrainLimits;
use super::super::exchange::Exchange;
use super::super::state::{ExchangeState, Receiving, Sending};
use crate::error::Cause;
use crate::http1::NotReusable;
use crate::time::Mono;
use crate::trace::{At, EventKind, Sink, TraceEvent};

/// Why a connection is closed instead.
const TOO_LONG: &str = "the rest of the body is longer than what is discarded";

impl Exchange {
    /// Discards the rest of the response, of which the caller takes no more. Within the limits of
    /// [`Options::drain`](super::super::Options::drain), it is read without events, and the connection
    /// can be reused. Otherwise, and before the head of the response, this is a
    /// [`cancel`](Self::cancel).
    ///
    /// The driver polls the exchange on to its end. It may cancel it at any time, for example instead
    /// of waiting.
    pub fn discard<S: Sink>(&mut self, now: Mono, sink: &S) {
        let is_received = self.state == ExchangeState::Transfer
            && matches!(self.receiving, Receiving::HeadEmitted | Receiving::Body)
            && self.hop.is_none();
        let Some(limits) = self.plan.options.drain.filter(|_| is_received) else {
            return self.cancel(now, sink);
        };
        if self.draining.is_some() {
            return;
        }
        let at = self.at(now, sink);
        let content = self.content.none();
        (self.content, self.piece, self.is_held) = (content, Bytes::new(), false);
        self.begin_draining(limits, at);
    }

    /// Starts to discard the body of a response that another request follows. Without limits, all of it is read.
    #[cold]
    pub(super) fn discard_body<S: Sink>(&mut self, at: At<'_, S>) {
        if let Some(limits) = self.plan.options.drain {
            self.begin_draining(limits, at);
        }
    }

    fn begin_draining<S: Sink>(&mut self, limits: DrainLimits, at: At<'_, S>) {
        let (received, announced) = self.link.http1.body_progress();
        self.draining = Some(received);
        if let Some(why) = self.obstacle_to_draining() {
            self.stop_draining(why, at);
        } else if announced.saturating_sub(received) > limits.bytes {
            self.stop_draining(TOO_LONG, at);
        }
    }

    /// Returns why the connection of a dropped response cannot be reused, whatever is read. The body of
    /// a redirect is read anyway: its end is usually there.
    fn obstacle_to_draining(&self) -> Option<&'static str> {
        match self.link.reuse() {
            _ if self.hop.is_some() => None,
            _ if self.sending != Sending::Done => Some("a part of the request was not sent"),
            Ok(()) | Err(NotReusable::Unfinished) => None,
            Err(why) => Some(why.description()),
        }
    }

    /// Discards data of the body.
    #[cold]
    pub(super) fn discard_data<S: Sink>(&mut self, at: At<'_, S>) {
        let limit = self.plan.options.drain.map_or(0, |limits| limits.bytes);
        if self.discarded() > limit {
            self.stop_draining(TOO_LONG, at);
        }
    }

    /// Ends the draining because the response is complete.
    #[cold]
    pub(super) fn drained<S: Sink>(&mut self, at: At<'_, S>) {
        if self.is_discarded() {
            let unusable = self.link.reuse().err();
            let why =
                unusable.map_or("the rest of the response has arrived", |why| why.description());
            self.emit_drain(unusable.is_none(), why, at);
        }
    }

    /// Returns whether the rest of the response is discarded because it was dropped.
    pub(in super::super) const fn is_discarded(&self) -> bool {
        self.draining.is_some() && self.hop.is_none()
    }

    /// Cancels the exchange of a dropped response.
    #[cold]
    pub(in super::super) fn stop_waiting_for_rest<S: Sink>(&mut self, now: Mono, sink: &S) {
        let at = self.at(now, sink);
        self.stop_draining("the rest of the response has not arrived", at);
    }

    /// Handles the deadline of draining.
    #[cold]
    pub(in super::super) fn drain_timed_out<S: Sink>(&mut self, at: At<'_, S>) {
        self.stop_draining("the rest of the response has not arrived in time", at);
    }

    /// Discards no more of the response: closes the connection, and goes on with the redirect if there
    /// is one.
    fn stop_draining<S: Sink>(&mut self, why: &'static str, at: At<'_, S>) {
        self.emit_drain(false, why, at);
        self.fail(Cause::Cancelled.into(), at);
        if self.hop.is_some() {
            self.error = None;
        }
    }

    fn emit_drain<S: Sink>(&mut self, keeps: bool, why: &'static str, at: At<'_, S>) {
        let bytes = self.discarded();
        let event = || TraceEvent::DrainDecided { bytes, keeps, why };
        self.spans.cx(at).emit(EventKind::DrainDecided, event);
    }

    /// Returns how many bytes of the body were discarded.
    fn discarded(&self) -> u64 {
        let received = self.link.http1.body_progress().0;
        received.saturating_sub(self.draining.unwrap_or(received))
    }
}
