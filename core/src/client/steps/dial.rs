//! Connecting: to the one address there is, or to the fastest of several.

use super::super::action::Do;
use super::super::dial::{Attempt, DialId};
use super::super::exchange::Exchange;
use super::super::state::{Kept, Pending, State, Stepped};
use crate::error::{Cause, Error, Phase};
use crate::time::{Deadline, Waiting};
use crate::trace::{At, Sink};

impl Exchange {
    /// Begins to connect to one of so many addresses.
    pub(super) fn begin_dial(&mut self, addresses: usize) {
        self.enter(State::Dial, Phase::Connect);
        self.race.begin(addresses);
    }

    #[inline(never)]
    pub(super) fn try_addresses<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.pending.take() {
            None | Some(Pending::Tick) => {}
            Some(Pending::Dialed(id)) => {
                if let Some(attempt) = self.race.take(id) {
                    return self.won(attempt, at);
                }
            }
            Some(Pending::Failed(error)) => match self.race.take_asked() {
                Some(attempt) => self.dial_failed(attempt, *error, at),
                // Waiting itself failed: nothing will be heard of any attempt.
                None => return Err(*error),
            },
            Some(pending) => return self.interrupted(pending, at),
        }
        self.pass_deadlines(at)?;
        if let Some(id) = self.race.abandoned() {
            return Ok(Some(Do::Abandon(id)));
        }
        if let Some(error) = self.race.lost() {
            return Err(error);
        }
        if let Some((index, pace)) = self.race.due(at.now) {
            if let Some(deadline) = pace {
                self.passed(deadline, at);
            }
            self.try_address(index, at);
        }
        Ok(Some(self.race.asked().map_or(Do::Await, |attempt| Do::Dial(attempt.id))))
    }

    fn try_address<S: Sink>(&mut self, index: usize, at: At<'_, S>) {
        // A Unix socket has no address that could be told.
        let address = self.memory.addresses.get(index).copied();
        let address = address.filter(|_| self.plan.route.unix_socket().is_none());
        let span = address.map(|address| self.trail.start_dial(address, at));
        let connect = Deadline::after(at.now, self.plan.options.timeouts.connect, Waiting::Connect);
        let until = Deadline::earlier(connect, self.total);
        self.race.start(span, until, self.plan.options.attempt_delay, at.now);
    }

    /// Gives up what has had its time.
    fn pass_deadlines<S: Sink>(&mut self, at: At<'_, S>) -> Result<(), Error> {
        if let Some(total) = self.total.filter(|total| at.now >= total.at) {
            return Err(self.passed(total, at).into());
        }
        while let Some((attempt, deadline)) = self.race.expire(at.now) {
            let cause = self.passed(deadline, at);
            self.dial_failed(attempt, cause.into(), at);
        }
        Ok(())
    }

    /// This attempt failed, if it is one of those that are under way.
    pub(in super::super) fn take_dial_failure<S: Sink>(
        &mut self,
        dial: DialId,
        error: Error,
        at: At<'_, S>,
    ) {
        if self.state == State::Dial
            && let Some(attempt) = self.race.take(dial)
        {
            self.dial_failed(attempt, error, at);
        }
    }

    fn dial_failed<S: Sink>(&mut self, attempt: Attempt<Kept>, error: Error, at: At<'_, S>) {
        self.trail.fail_dial(attempt.kept, error.cause, at);
        self.race.fail(attempt.index, error);
    }

    fn won<S: Sink>(&mut self, attempt: Attempt<Kept>, at: At<'_, S>) -> Stepped {
        self.trail.complete_dial(attempt.kept, at);
        self.give_up_dials(Cause::Outrun, at);
        self.connected(at)
    }

    /// No attempt that is under way is of any use now.
    pub(super) fn give_up_dials<S: Sink>(&mut self, cause: Cause, at: At<'_, S>) {
        while let Some(attempt) = self.race.give_up() {
            self.trail.fail_dial(attempt.kept, cause, at);
        }
    }
}
