//! The timers of a machine: at most one of each kind, armed where the machine has to wait.

use super::time::{Deadline, Mono};

/// A table of `N` timers. The machine that has it counts their kinds with an enum, `Kind as usize`.
///
/// A timer is armed only when the driver asks for the deadline while what the timer is for is waited
/// for. So a driver that never has to wait never looks at its clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timers<const N: usize> {
    armed: [Option<Deadline>; N],
}

impl<const N: usize> Timers<N> {
    /// Returns a table in which no timer is armed.
    pub(crate) const fn new() -> Self {
        Self { armed: [None; N] }
    }

    /// Arms a timer, unless it is armed, and returns its deadline. Without one, it stays disarmed.
    #[inline]
    pub(crate) fn arm(
        &mut self,
        timer: usize,
        deadline: impl FnOnce() -> Option<Deadline>,
    ) -> Option<Deadline> {
        let slot = self.armed.get_mut(timer)?;
        if slot.is_none() {
            *slot = deadline();
        }
        *slot
    }

    /// Disarms a timer: there was progress, or the wait is over.
    #[inline]
    pub(crate) fn disarm(&mut self, timer: usize) {
        if let Some(slot) = self.armed.get_mut(timer) {
            *slot = None;
        }
    }

    /// Returns the deadline of a timer, if it is armed.
    pub(crate) fn get(&self, timer: usize) -> Option<Deadline> {
        self.armed.get(timer).copied().flatten()
    }

    /// Returns the deadline that passes first. Of two at the same time, it is that of the first kind.
    #[inline]
    pub(crate) fn earliest(&self) -> Option<Deadline> {
        self.armed.iter().fold(None, |earliest, deadline| Deadline::earlier(earliest, *deadline))
    }

    /// Returns the first deadline, if it has passed.
    pub(crate) fn expired(&self, now: Mono) -> Option<Deadline> {
        self.earliest().filter(|deadline| deadline.at <= now)
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::time::Waiting;

    fn after(seconds: u64, why: Waiting) -> Option<Deadline> {
        Deadline::after(Mono::default(), Some(Duration::from_secs(seconds)), why)
    }

    #[test]
    fn an_armed_timer_keeps_its_deadline_until_it_is_disarmed() {
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
    fn the_earliest_timer_comes_first_and_of_equal_ones_the_first_kind() {
        let mut timers = Timers::<3>::new();
        timers.arm(2, || after(5, Waiting::Total));
        timers.arm(1, || after(7, Waiting::Write));
        assert_eq!(timers.earliest(), after(5, Waiting::Total));
        timers.arm(0, || after(5, Waiting::Read));
        assert_eq!(timers.earliest(), after(5, Waiting::Read));
    }

    #[test]
    fn a_timer_has_expired_once_its_deadline_has_come() {
        let mut timers = Timers::<1>::new();
        timers.arm(0, || after(5, Waiting::Read));
        let seconds = |n| Mono::default() + Duration::from_secs(n);
        assert_eq!(timers.expired(seconds(4)), None);
        assert_eq!(timers.expired(seconds(5)), after(5, Waiting::Read));
    }

    #[test]
    fn a_timer_without_a_deadline_is_not_armed() {
        let mut timers = Timers::<1>::new();
        timers.arm(0, || None);
        assert_eq!(timers.earliest(), None);
    }
}
