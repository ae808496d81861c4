//! The deadlines of an exchange.

use core::time::Duration;

use super::exchange::Exchange;
use super::state::{ExchangeState, Receiving, Sending, Timer};
use crate::time::{Deadline, Mono, Waiting};

impl Exchange {
    /// Returns until when the driver may wait for what the last [`poll`](Self::poll) asked for, or
    /// for the whole exchange if that ends earlier. When the deadline has passed, the driver calls
    /// [`handle_timeout`](Self::handle_timeout). `None` means that there is no limit, or that nothing
    /// is waited for.
    ///
    /// A timer starts at the first call while its operation is waited for, and restarts after each
    /// progress.
    #[inline]
    pub fn deadline(&mut self, now: Mono) -> Option<Deadline> {
        let timeouts = &self.plan.options.timeouts;
        let (timeout, why) = match self.state {
            ExchangeState::Transfer => {
                let has_rate = timeouts.rate > 0;
                let until = self.transfer_deadline(now);
                return if has_rate { self.limit_pace(until, now) } else { until };
            }
            ExchangeState::Dial => return self.race.until(),
            ExchangeState::Acquire => (timeouts.pool, Waiting::Pool),
            ExchangeState::Resolve | ExchangeState::Secure | ExchangeState::Handshake => {
                (timeouts.connect, Waiting::Connect)
            }
            ExchangeState::Retry => (Some(self.delay()), Waiting::Retry),
            ExchangeState::Backoff => (self.backoff(), Waiting::Retry),
            ExchangeState::CloseNotify => (timeouts.write, Waiting::Write),
            ExchangeState::Trust => return self.timers.get(Timer::Total as usize),
            _ => return None,
        };
        self.arm(Timer::Step, timeout, why, now)
    }

    /// Returns the deadline while the request and the response are transferred. The read timer runs
    /// from the end of the upload, or from the first byte of the response; the write timer while
    /// output waits. While only the caller's body is waited for, the limit of the whole exchange
    /// applies.
    #[inline]
    fn transfer_deadline(&mut self, now: Mono) -> Option<Deadline> {
        let timeouts = self.plan.options.timeouts;
        if self.sending == Sending::AwaitContinue {
            return self.arm(Timer::Step, timeouts.expect_continue, Waiting::Continue, now);
        }
        let mut earliest = None;
        if self.interest.write {
            earliest = self.arm(Timer::Write, timeouts.write, Waiting::Write, now);
        }
        if self.interest.read && (!self.sending.is_active() || self.receiving != Receiving::Nothing)
        {
            let read = self.arm(Timer::Read, timeouts.read, Waiting::Read, now);
            earliest = Deadline::earlier(earliest, read);
        }
        if self.draining.is_some() {
            let time = self.plan.options.drain.map(|limits| limits.time);
            let drain = self.arm(Timer::Step, time, Waiting::Drain, now);
            earliest = Deadline::earlier(earliest, drain);
        }
        earliest.or_else(|| self.timers.get(Timer::Total as usize))
    }

    /// Starts a timer if it does not run yet. Returns its deadline, or that of the whole exchange if
    /// that is earlier.
    #[inline]
    fn arm(
        &mut self,
        timer: Timer,
        timeout: Option<Duration>,
        why: Waiting,
        now: Mono,
    ) -> Option<Deadline> {
        let armed = self.timers.arm(timer as usize, || Deadline::after(now, timeout, why));
        Deadline::earlier(armed, self.timers.get(Timer::Total as usize))
    }
}
