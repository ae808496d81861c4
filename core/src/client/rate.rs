//! The minimum rate of a server.

use alloc::boxed::Box;

use super::exchange::Exchange;
use super::server_pace::ServerPace;
use super::state::{Receiving, Sending, Timer};
use crate::time::{Deadline, Mono, Timeouts, Waiting};

impl Exchange {
    /// Returns the earlier of `until` and the time until which the server may send or take nothing without
    /// falling too far behind the minimum rate. The latter applies only while the server is waited for.
    #[cold]
    pub(super) fn limit_pace(&mut self, until: Option<Deadline>, now: Mono) -> Option<Deadline> {
        if !self.awaits_server() {
            return until;
        }
        let Self { plan, link, timers, pace, .. } = self;
        let Timeouts { rate, rate_time, .. } = plan.options.timeouts;
        let ServerPace { pace, counted } = &mut **pace.get_or_insert_with(Box::default);
        let limit = timers.arm(Timer::Step as usize, || {
            let passed = link.passed();
            pace.moved(now, passed.saturating_sub(core::mem::replace(counted, passed)));
            Some(Deadline { at: pace.deadline(now, rate_time, rate), why: Waiting::Rate })
        });
        Deadline::earlier(until, limit)
    }

    /// Returns whether the server alone delays the transfer. The caller delays it while it yields the
    /// request's body, and before the first byte of the response the server may work on it.
    fn awaits_server(&self) -> bool {
        let has_begun = match self.receiving {
            Receiving::Nothing | Receiving::Head => self.link.http1.received() > self.clock.before,
            Receiving::Refused | Receiving::HeadEmitted | Receiving::Body => true,
        };
        let waits = self.interest.write || (self.interest.read && has_begun);
        // Waiting for `100 Continue`, and for the rest of a response that is discarded, has another limit.
        let is_limited = self.sending == Sending::AwaitContinue || self.draining.is_some();
        waits && !is_limited && !self.interest.body
    }

    /// Returns whether bytes have passed the transport since the wait for the server began.
    pub(super) fn server_has_moved(&self) -> bool {
        self.pace.as_ref().is_some_and(|server| self.link.passed() != server.counted)
    }

    /// Ends the wait for the server, if there is one.
    #[cold]
    pub(super) fn end_server_wait(&mut self, now: Mono) {
        if let Some(server) = &mut self.pace
            && server.pace.is_waiting()
        {
            server.pace.pause(now);
            self.timers.disarm(Timer::Step as usize);
        }
    }

    /// Ends the wait for the server without counting it.
    pub(super) fn forget_server_wait(&mut self) {
        if let Some(server) = &mut self.pace
            && server.pace.is_waiting()
        {
            server.pace.forget();
            self.timers.disarm(Timer::Step as usize);
        }
    }

    /// Starts over with the server of another transfer.
    #[inline]
    pub(super) fn reset_pace(&mut self) {
        if let Some(server) = &mut self.pace {
            **server = ServerPace::default();
        }
    }

    /// Ends a wait whose result is not handed in, because the driver abandons it: what the caller does
    /// until the next [`poll`](Self::poll) is then not counted as time of waiting for the server
    /// ([`Timeouts::rate`](crate::time::Timeouts::rate)). An asynchronous driver calls this when a
    /// future that waits is dropped.
    pub fn pause(&mut self, now: Mono) {
        self.end_server_wait(now);
    }
}
