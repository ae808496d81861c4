//! Connecting to one address, or to the fastest of several.

use core::net::SocketAddr;

use super::super::action::{Action, Interest};
use super::super::dial::{Attempt, DialId};
use super::super::exchange::Exchange;
use super::super::state::{ExchangeState, Kept, Stepped, Timer};
use crate::error::{Cause, Error, Phase};
use crate::time::{Deadline, Waiting};
use crate::trace::{At, Sink};

impl Exchange {
    /// Starts to connect to one of this number of addresses.
    pub(super) fn begin_dial(&mut self, addresses: usize) {
        self.enter(ExchangeState::Dial, Phase::Connect);
        self.race.begin(addresses);
    }

    #[inline(never)]
    pub(super) fn try_addresses<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.pass_deadlines(at)?;
        if let Some(id) = self.race.abandoned() {
            return Ok(Some(Action::Abandon(id)));
        }
        if let Some(error) = self.race.lost() {
            return Err(error);
        }
        if let Some((index, pace)) = self.race.due(at.now) {
            if let Some(deadline) = pace {
                self.passed(deadline, at);
            }
            let why = match (index, pace) {
                (0, _) => "it is the first address",
                (_, Some(_)) => "the attempts before have not ended within the attempt delay",
                (_, None) => "the attempt before failed",
            };
            return Ok(Some(Action::Dial(self.try_address(index, why, at))));
        }
        Ok(Some(Action::Wait(Interest::NONE)))
    }

    /// Returns the address of an attempt; `None` for a Unix socket.
    pub(in super::super) fn address(&self, index: usize) -> Option<SocketAddr> {
        let address = self.memory.addresses.get(index).copied();
        address.filter(|_| self.plan.route.unix_socket().is_none())
    }

    fn try_address<S: Sink>(&mut self, index: usize, why: &'static str, at: At<'_, S>) -> DialId {
        let span = self.address(index).map(|address| self.spans.start_dial(address, why, at));
        let connect = Deadline::after(at.now, self.plan.options.timeouts.connect, Waiting::Connect);
        let until = Deadline::earlier(connect, self.timers.get(Timer::Total as usize));
        self.race.start(span, until, self.plan.options.attempt_delay, at.now)
    }

    /// Fails the attempts whose deadlines have passed.
    fn pass_deadlines<S: Sink>(&mut self, at: At<'_, S>) -> Result<(), Error> {
        if let Some(total) = self.timers.expired(at.now) {
            return Err(self.passed(total, at).into());
        }
        while let Some((attempt, deadline)) = self.race.expire(at.now) {
            let cause = self.passed(deadline, at);
            self.dial_failed(attempt, cause.into(), at);
        }
        Ok(())
    }

    /// Handles the failure of an attempt.
    pub(in super::super) fn dial_failed<S: Sink>(
        &mut self,
        attempt: Attempt<Kept>,
        error: Error,
        at: At<'_, S>,
    ) {
        self.spans.fail_dial(attempt.kept, error.cause, at);
        self.race.fail(attempt.index, error);
    }

    /// Cancels all attempts in progress.
    pub(in super::super) fn cancel_dials<S: Sink>(&mut self, cause: Cause, at: At<'_, S>) {
        while let Some(attempt) = self.race.cancel_next() {
            self.spans.fail_dial(attempt.kept, cause, at);
        }
    }
}
