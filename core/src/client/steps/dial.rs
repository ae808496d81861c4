//! Connecting: to the one address there is, or to the fastest of several.

use super::super::action::{Do, Fault};
use super::super::dial::Attempt;
use super::super::exchange::Exchange;
use super::{Inbox, State, Stepped};
use crate::error::{Cause, Phase};
use crate::time::{Deadline, Waiting};
use crate::trace::At;
use crate::trace::{Sink, Span};

/// What is kept with an attempt: its span, if it is told.
pub(in super::super) type Kept = Option<Span>;

impl Exchange {
    /// Begins to connect to one of so many addresses.
    pub(super) fn begin_dial(&mut self, addresses: usize) {
        self.enter(State::Dial, Phase::Connect);
        self.race.begin(addresses);
    }

    #[inline(never)]
    pub(super) fn try_addresses<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            None | Some(Inbox::Tick) => {}
            Some(Inbox::Dialed(id)) => {
                if let Some(attempt) = self.race.take(id) {
                    return self.won(attempt, at);
                }
            }
            Some(Inbox::DialFailed(id, fault)) => {
                if let Some(attempt) = self.race.take(id) {
                    self.dial_failed(attempt, fault.into(), at);
                }
            }
            Some(Inbox::Failed(fault)) => match self.race.take_asked() {
                Some(attempt) => self.dial_failed(attempt, fault.into(), at),
                // Waiting itself failed: nothing will be heard of any attempt.
                None => return Err(fault.into()),
            },
            Some(inbox) => return self.interrupted(inbox, at),
        }
        self.pass_deadlines(at)?;
        if let Some(id) = self.race.abandoned() {
            return Ok(Some(Do::Abandon(id)));
        }
        if let Some(cause) = self.race.lost() {
            return Err(cause);
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
        let address = self.memory.addresses.get(index).copied().filter(|_| !self.plan.is_unix());
        let span = address.map(|address| self.trail.start_dial(address, at));
        let connect = Deadline::after(at.now, self.plan.options.timeouts.connect, Waiting::Connect);
        let until = Deadline::earlier(connect, self.total);
        self.race.start(span, until, self.plan.options.attempt_delay, at.now);
    }

    /// Gives up what has had its time.
    fn pass_deadlines<S: Sink>(&mut self, at: At<'_, S>) -> Result<(), Cause> {
        if let Some(total) = self.total.filter(|total| at.now >= total.at) {
            return Err(self.passed(total, at));
        }
        while let Some((attempt, deadline)) = self.race.expire(at.now) {
            let cause = self.passed(deadline, at);
            self.dial_failed(attempt, cause, at);
        }
        Ok(())
    }

    fn dial_failed<S: Sink>(&mut self, attempt: Attempt<Kept>, cause: Cause, at: At<'_, S>) {
        self.race.fail(attempt.index, cause);
        self.trail.fail_dial(attempt.kept, cause, at);
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

impl From<Fault> for Cause {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Os(error) => Self::Os(error),
            Fault::Resolve(error) => Self::Resolve(error),
            Fault::Tls(error) => Self::Tls(error),
        }
    }
}
