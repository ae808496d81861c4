//! The pace of a client: it may neither pause for long nor send indefinitely slowly.

use core::time::Duration;

use crate::time::Mono;

/// One direction of a connection, and how long the client was waited for in it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    waited: Duration,
    moved: u64,
    /// When the current wait started.
    since: Option<Mono>,
}

impl Pace {
    /// Returns until when the next bytes are waited for. Repeated calls do not start another wait.
    pub(super) fn deadline(&mut self, now: Mono, patience: Duration, rate: u32) -> Mono {
        let since = *self.since.get_or_insert(now);
        if rate == 0 {
            return since + patience;
        }
        let earned = Duration::from_secs(self.moved / u64::from(rate));
        if earned > self.waited {
            // Time that a fast start has gained is not saved for a slow rest.
            (self.waited, self.moved) = (Duration::ZERO, 0);
        }
        since + patience.saturating_sub(self.waited.saturating_sub(earned))
    }

    /// Ends the wait, because bytes arrived or are not waited for any more.
    #[inline]
    pub(super) fn pause(&mut self, now: Mono) {
        if let Some(since) = self.since.take() {
            self.waited = self.waited.saturating_add(now.since(since));
        }
    }

    /// Counts `n` bytes that were transferred.
    pub(super) fn moved(&mut self, now: Mono, n: usize) {
        self.pause(now);
        self.moved = self.moved.saturating_add(n as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    fn at(seconds: u64) -> Mono {
        Mono::default() + Duration::from_secs(seconds)
    }

    #[test]
    fn progress_starts_another_wait_and_asking_does_not() {
        let mut pace = Pace::default();
        assert_eq!(pace.deadline(at(0), PATIENCE, 0), at(10));
        assert_eq!(pace.deadline(at(4), PATIENCE, 0), at(10));
        pace.moved(at(9), 1);
        assert_eq!(pace.deadline(at(9), PATIENCE, 0), at(19));
    }

    #[test]
    fn slow_client_receives_less_and_less_time() {
        let mut pace = Pace::default();
        pace.deadline(at(0), PATIENCE, 100);
        pace.moved(at(9), 1);
        assert_eq!(pace.deadline(at(9), PATIENCE, 100), at(10), "one second is left");
        pace.moved(at(10), 500);
        assert_eq!(pace.deadline(at(10), PATIENCE, 100), at(15), "five were earned");
    }

    #[test]
    fn fast_start_does_not_allow_a_slow_rest() {
        let mut pace = Pace::default();
        pace.deadline(at(0), PATIENCE, 100);
        pace.moved(at(1), 1_000_000);
        assert_eq!(pace.deadline(at(1), PATIENCE, 100), at(11));
        pace.moved(at(10), 1);
        assert_eq!(pace.deadline(at(10), PATIENCE, 100), at(11), "nine seconds were used");
    }

    #[test]
    fn only_time_of_waiting_for_the_client_counts() {
        let mut pace = Pace::default();
        pace.deadline(at(0), PATIENCE, 100);
        pace.moved(at(1), 100);
        assert_eq!(pace.deadline(at(1000), PATIENCE, 100), at(1010));
    }
}
