//! The timers of a machine: at most one of each kind, armed while the machine waits.

use super::time::{Deadline, Mono, Waiting};

/// A table of `N` timers. The machine numbers their kinds with an enum, `Kind as usize`.
///
/// A timer is armed when the driver requests the deadline during the wait that the timer limits. A
/// driver that never waits therefore never reads its clock.
///
/// The table is read at every wait. Times are stored apart from reasons, and a timer that is not armed
/// expires at the end of the clock, so that finding the earliest only compares numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timers<const N: usize> {
    at: [Mono; N],
    why: [Waiting; N],
}

/// The end of the clock, at which no timer can be armed.
const NEVER: Mono = Mono::from_nanos(u64::MAX);

impl<const N: usize> Timers<N> {
    /// Creates a table in which no timer is armed.
    pub(crate) const fn new() -> Self {
        Self { at: [NEVER; N], why: [Waiting::Total; N] }
    }

    /// Arms a timer, unless it is armed, and returns its deadline. Without one, it stays disarmed.
    #[inline]
    pub(crate) fn arm(
        &mut self,
        timer: usize,
        deadline: impl FnOnce() -> Option<Deadline>,
    ) -> Option<Deadline> {
        let (at, why) = (self.at.get_mut(timer)?, self.why.get_mut(timer)?);
        if *at == NEVER {
            let deadline = deadline()?;
            (*at, *why) = (deadline.at, deadline.why);
        }
        Some(Deadline { at: *at, why: *why })
    }

    /// Disarms a timer, after progress or at the end of the wait.
    #[inline]
    pub(crate) const fn disarm(&mut self, timer: usize) {
        if timer < N {
            self.at[timer] = NEVER;
        }
    }

    /// Returns the deadline of a timer, if it is armed.
    pub(crate) fn get(&self, timer: usize) -> Option<Deadline> {
        let (&at, &why) = (self.at.get(timer)?, self.why.get(timer)?);
        (at != NEVER).then_some(Deadline { at, why })
    }

    /// Returns the earliest deadline. Of two at the same time, that of the first kind.
    #[inline]
    pub(crate) fn earliest(&self) -> Option<Deadline> {
        let mut first = (NEVER, Waiting::Total);
        for (&at, &why) in self.at.iter().zip(&self.why) {
            first = if at < first.0 { (at, why) } else { first };
        }
        let (at, why) = first;
        (at != NEVER).then_some(Deadline { at, why })
    }

    /// Returns the earliest deadline, if it has passed.
    pub(crate) fn expired(&self, now: Mono) -> Option<Deadline> {
        self.earliest().filter(|deadline| deadline.at <= now)
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    fn after(seconds: u64, why: Waiting) -> Option<Deadline> {
        Deadline::after(Mono::default(), Some(Duration::from_secs(seconds)), why)
    }

    #[test]
    fn armed_timer_keeps_its_deadline_until_it_is_disarmed() {
        let mut timers = Timers::<2>::new();
        timers.arm(0, || after(5, Waiting::Read));
        timers.arm(0, || after(9, Waiting::Read));
        assert_eq!(timers.earliest(), after(5, Waiting::Read));
        timers.disarm(0);
        assert_eq!(timers.earliest(), None);
        timers.arm(0, || after(9, Waiting::Read));
        assert_eq!(timers.earliest(), after(9, Waiting::Read));
    }

    #[test]
    fn earliest_prefers_the_first_kind_at_equal_times() {
        let mut timers = Timers::<3>::new();
        timers.arm(2, || after(5, Waiting::Total));
        timers.arm(1, || after(7, Waiting::Write));
        assert_eq!(timers.earliest(), after(5, Waiting::Total));
        timers.arm(0, || after(5, Waiting::Read));
        assert_eq!(timers.earliest(), after(5, Waiting::Read));
    }

    #[test]
    fn timer_expires_at_its_deadline() {
        let mut timers = Timers::<1>::new();
        timers.arm(0, || after(5, Waiting::Read));
        let seconds = |n| Mono::default() + Duration::from_secs(n);
        assert_eq!(timers.expired(seconds(4)), None);
        assert_eq!(timers.expired(seconds(5)), after(5, Waiting::Read));
    }

    #[test]
    fn timer_without_a_deadline_is_not_armed() {
        let mut timers = Timers::<1>::new();
        timers.arm(0, || None);
        assert_eq!(timers.earliest(), None);
    }
}
