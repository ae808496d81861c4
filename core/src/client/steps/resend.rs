//! Resending a request because the reused connection that it was sent on was closed.

use super::super::action::Action;
use super::super::exchange::Exchange;
use super::super::state::{ExchangeState, Resend};
use crate::error::{Cause, OsErrorKind, Phase, Rule};
use crate::trace::{At, Sink};

impl Exchange {
    /// Decides, when the exchange fails, whether the request is resent (RFC 9112 section 9.3.1).
    /// Decides nothing if the failure is not that of a reused connection that was closed or reset
    /// before the first byte of the response.
    #[cold]
    pub(super) fn decide_resend<S: Sink>(&mut self, cause: Cause, at: At<'_, S>) {
        if self.state != ExchangeState::Transfer
            || !was_closed(cause)
            || !self.link.is_reused()
            || self.link.response_bytes() > 0
        {
            return;
        }
        match self.obstacle_to_resending() {
            None => self.resend = Resend::Due,
            Some(why) => self.spans.resend_decided(false, why, at),
        }
    }

    /// Returns why the request must not be resent, as far as that is known without its body.
    fn obstacle_to_resending(&self) -> Option<&'static str> {
        match self.resend {
            _ if !self.plan.options.resend => Some("requests are not to be sent again"),
            Resend::Due | Resend::Done => Some("it was sent again before"),
            Resend::No if self.may_send_again() => None,
            Resend::No => Some("its method is not idempotent, and a part of it was sent"),
        }
    }

    /// Returns whether a second request does no harm (RFC 9110 section 9.2.2).
    fn may_send_again(&self) -> bool {
        self.plan.request.is_idempotent() || self.link.request_bytes() == 0
    }

    /// Goes on after the connection was closed, with the same request if that is resent or retried.
    #[cold]
    pub(super) fn send_again_or_leave<S: Sink>(&mut self, at: At<'_, S>) -> Action {
        if self.resend == Resend::Due {
            self.resend(at)
        } else if self.is_retried_after_failure() {
            self.retry_failed(at)
        } else {
            self.leave(at)
        }
    }

    /// Asks to rewind the body if there is one, then releases the connection.
    fn resend<S: Sink>(&mut self, at: At<'_, S>) -> Action {
        if self.plan.request.has_content() && self.state != ExchangeState::Resend {
            self.enter(ExchangeState::Resend, Phase::Close);
            return Action::Rewind;
        }
        let why = match self.link.request_bytes() {
            0 => "the reused connection was closed before any of the request was sent",
            _ => {
                "the reused connection was closed before the response, and the method is idempotent"
            }
        };
        self.spans.resend_decided(true, why, at);
        self.release_for_next()
    }

    /// Handles a body that cannot be rewound: the exchange ends with the error of its connection.
    #[cold]
    pub(in super::super) fn resend_impossible<S: Sink>(&mut self, at: At<'_, S>) {
        self.spans.resend_decided(false, "its body cannot be produced again", at);
        self.resend = Resend::No;
    }

    /// Forgets that the request is to be resent, because the exchange is cancelled.
    #[cold]
    pub(in super::super) fn forget_resend(&mut self) {
        if self.resend == Resend::Due {
            self.resend = Resend::No;
        }
    }

    /// Starts the request again after the old connection was released.
    #[cold]
    pub(super) fn begin_resend(&mut self) {
        self.resend = Resend::Done;
        self.error = None;
        // The body was rewound already.
        self.rewind = false;
        self.spans.hop();
        self.clock.resent();
        self.enter(ExchangeState::Trust, Phase::Pool);
    }
}

/// Returns whether the peer has closed or reset the connection, as opposed to any other failure, such
/// as one of time.
const fn was_closed(cause: Cause) -> bool {
    match cause {
        Cause::Peer(error) => matches!(error.rule, Rule::EndBeforeResponse),
        Cause::Os(error) => matches!(
            error.kind,
            OsErrorKind::Reset | OsErrorKind::Aborted | OsErrorKind::BrokenPipe
        ),
        _ => false,
    }
}
