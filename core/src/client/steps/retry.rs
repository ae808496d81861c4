//! Retrying a request by the policy of its options, because of the status of its response or because it failed.

use crate::values::Arc;
use core::time::Duration;

use super::super::action::{Action, Emitted};
use super::super::exchange::Exchange;
use super::super::retry_policy::{
    NOT_LISTED, RetryFailures, RetryPolicy, STATUS, Tried, retry_after,
};
use super::super::state::{ExchangeState, Hop, Receiving, Resend, Retry, Sending, Timer};
use crate::error::{Cause, Phase};
use crate::time::{Deadline, Mono, Waiting};
use crate::trace::{At, Sink};

const NOT_IDEMPOTENT: &str = "its method is not idempotent, and a part of it was sent";

/// A decision: a retry, or the reason against one.
type Decided = Result<Retry, &'static str>;

/// Decisions.
impl Exchange {
    /// Decides whether the request is retried because of the status of the response. Returns the retry, which becomes
    /// impossible if the body must be rewound and cannot be. `None` if the response is returned.
    #[cold]
    pub(super) fn decide_retry_of_status<S: Sink>(&mut self, at: At<'_, S>) -> Option<Retry> {
        let policy = self.plan.options.retries.clone()?;
        let (head, _) = self.link.http1.response()?;
        if !policy.statuses.contains(&head.status) {
            return None;
        }
        let asked = retry_after(head.fields);
        let decided = if self.plan.request.is_idempotent() || policy.all_methods {
            self.limit_retry(&policy, asked, STATUS, at.now)
        } else {
            Err(NOT_IDEMPOTENT)
        };
        self.keep_retry(decided, at)
    }

    /// Decides whether the request is retried because it failed.
    #[cold]
    pub(super) fn decide_retry_after<S: Sink>(&mut self, cause: Cause, at: At<'_, S>) {
        let Some(policy) = self.plan.options.retries.clone() else { return };
        // What follows is decided already, or the caller has decided it.
        if self.hop.is_some() || self.resend == Resend::Due || cause == Cause::Cancelled {
            return;
        }
        let decided = self
            .may_retry_after(&policy, cause)
            .and_then(|why| self.limit_retry(&policy, None, why, at.now));
        self.keep_retry(decided, at);
    }

    /// Returns the reason for a retry after a failure, or the reason against it.
    fn may_retry_after(
        &self,
        policy: &RetryPolicy,
        cause: Cause,
    ) -> Result<&'static str, &'static str> {
        let (kind, why) = RetryFailures::of(cause)?;
        if self.state == ExchangeState::Transfer
            && !self.plan.tunnelling
            && !matches!(self.receiving, Receiving::Nothing | Receiving::Head)
        {
            return Err("the response has begun");
        }
        if cause == Cause::TimedOut(Waiting::Total) && !policy.timeout_each {
            return Err("the time of the whole exchange is over");
        }
        if !policy.failures.contains(kind) {
            return Err(NOT_LISTED);
        }
        let is_safe = self.plan.request.is_idempotent() || self.request_bytes() == 0;
        if is_safe || policy.all_methods { Ok(why) } else { Err(NOT_IDEMPOTENT) }
    }

    /// Applies the limits of the policy to a retry, for which the server has asked for a delay or not.
    fn limit_retry(
        &self,
        policy: &Arc<RetryPolicy>,
        asked: Option<Duration>,
        why: &'static str,
        now: Mono,
    ) -> Decided {
        let passed = now.since(self.clock.started());
        let tried = Tried { exchange: self.id(), retries: self.retry_count(), passed };
        let (delay, why) = policy.limit(asked, why, &tried)?;
        let end = now + delay;
        let total = self.timers.get(Timer::Total as usize);
        if !policy.timeout_each && total.is_some_and(|total| end >= total.at) {
            return Err("the time of the whole exchange would be exceeded");
        }
        // The body is asked for once the transport has taken the head.
        let is_begun = self.state == ExchangeState::Transfer
            && self.sending != Sending::Head
            && self.request_bytes() > 0;
        Ok(Retry { delay, why, rewinds: is_begun && self.plan.request.has_content() })
    }

    /// Keeps a retry until it begins, or logs the reason against one.
    fn keep_retry<S: Sink>(&mut self, decided: Decided, at: At<'_, S>) -> Option<Retry> {
        match decided {
            Ok(retry) => self.retries.get_or_insert_default().next = Some(retry),
            Err(why) => self.spans.request_retry_decided(None, self.retry_count(), why, at),
        }
        decided.ok()
    }

    fn retry_count(&self) -> u32 {
        self.retries.as_ref().map_or(0, |retries| retries.count)
    }

    /// Returns the retry that was decided, until it begins.
    #[inline]
    pub(super) fn next_retry(&self) -> Option<Retry> {
        self.retries.as_ref()?.next
    }
}

/// From a decision to the next request.
impl Exchange {
    /// Returns whether the body is being rewound for a retry.
    pub(in super::super) fn rewinds_to_retry(&self) -> bool {
        let rewinds = match self.state {
            ExchangeState::Transfer => self.receiving == Receiving::Refused,
            state => state == ExchangeState::Resend,
        };
        rewinds && self.next_retry().is_some()
    }

    /// Handles a body that cannot be rewound: the response is returned, or the failure is the error of the exchange.
    #[cold]
    pub(in super::super) fn retry_impossible<S: Sink>(&mut self, at: At<'_, S>) {
        self.forget_retry();
        let (count, why) = (self.retry_count(), "its body cannot be produced again");
        self.spans.request_retry_decided(None, count, why, at);
    }

    /// Forgets that the request is to be retried.
    #[cold]
    pub(in super::super) fn forget_retry(&mut self) {
        if let Some(retries) = &mut self.retries {
            retries.next = None;
        }
    }

    /// Goes on after a response with a status after which to retry, once the body was rewound if that is necessary.
    #[cold]
    pub(super) fn retry_refused<S: Sink>(&mut self, at: At<'_, S>) -> Option<Action> {
        let Some(retry) = self.next_retry() else { return self.emit_head(at) };
        self.emit_retry(retry, at);
        self.go_on(Hop::Retry, at);
        Some(Action::Event(Emitted::Retried))
    }

    /// Returns whether a failure does not matter, because a response failed that is not returned.
    pub(super) fn is_refused(&self, cause: Cause) -> bool {
        matches!(self.hop, Some(Hop::Retry))
            && !matches!(cause, Cause::Cancelled | Cause::TimedOut(Waiting::Total))
    }

    /// Returns whether the request is retried because it failed.
    pub(super) fn is_retried_after_failure(&self) -> bool {
        self.error.is_some() && self.hop.is_none() && self.next_retry().is_some()
    }

    /// Goes on after the connection of a failed request was closed: asks to rewind the body if that is necessary, then
    /// releases the connection.
    #[cold]
    pub(super) fn retry_failed<S: Sink>(&mut self, at: At<'_, S>) -> Action {
        if let Some(retry) = self.next_retry() {
            if retry.rewinds && self.state != ExchangeState::Resend {
                self.enter(ExchangeState::Resend, Phase::Close);
                return Action::Rewind;
            }
            self.emit_retry(retry, at);
        }
        self.release_for_next()
    }

    fn emit_retry<S: Sink>(&mut self, retry: Retry, at: At<'_, S>) {
        let Retry { delay, why, .. } = retry;
        self.spans.request_retry_decided(Some(delay), self.retry_count(), why, at);
    }

    /// Starts to wait before a retry, after the connection was released.
    #[cold]
    pub(super) fn begin_backoff(&mut self) {
        self.error = None;
        self.enter(ExchangeState::Backoff, Phase::Retry);
        if self.plan.options.retries.as_ref().is_some_and(|policy| policy.timeout_each) {
            self.timers.disarm(Timer::Total as usize);
        }
    }

    /// Returns the delay before a retry.
    #[cold]
    pub(in super::super) fn backoff(&self) -> Option<Duration> {
        self.next_retry().map(|retry| retry.delay)
    }

    /// Retries the request, after the delay.
    #[cold]
    pub(in super::super) fn begin_retry<S: Sink>(&mut self, at: At<'_, S>) {
        if let Some(retries) = &mut self.retries {
            retries.count += 1;
            // A body that was rewound need not be rewound again.
            self.rewind &= !retries.next.take().is_some_and(|retry| retry.rewinds);
        }
        (self.resend, self.draining) = (Resend::No, None);
        let total = self.plan.options.timeouts.total;
        self.timers.arm(Timer::Total as usize, || Deadline::after(at.now, total, Waiting::Total));
        self.spans.hop();
        self.clock.request_retried();
        self.enter(ExchangeState::Trust, Phase::Pool);
    }
}
