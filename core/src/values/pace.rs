//! The pace of a peer: it may neither pause for long nor transfer indefinitely slowly.

use core::num::{NonZeroU32, NonZeroU64};
use core::time::Duration;

use super::time::Mono;

/// The bytes that a peer sent or took, and how long it was waited for meanwhile.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    /// Nanoseconds.
    waited: u64,
    moved: u64,
    /// When the current wait started.
    since: Option<Mono>,
}

impl Pace {
    /// Returns until when the next bytes are waited for. Repeated calls do not start another wait.
    ///
    /// The peer may be late by `patience`, compared with `rate` in bytes per second; 0 means that only
    /// each wait is limited.
    pub(crate) fn deadline(&mut self, now: Mono, patience: Duration, rate: u32) -> Mono {
        let since = *self.since.get_or_insert(now);
        let Some(rate) = NonZeroU32::new(rate) else { return since + patience };
        let earned = nanos_for(self.moved, rate);
        if earned > self.waited {
            // Time that a fast start has gained is not saved for a slow rest.
            (self.waited, self.moved) = (0, 0);
        }
        let late = self.waited.saturating_sub(earned);
        Mono::from_nanos((since + patience).as_nanos().saturating_sub(late).max(since.as_nanos()))
    }

    /// Ends the wait, because bytes arrived or are not waited for any more.
    #[inline]
    pub(crate) const fn pause(&mut self, now: Mono) {
        if let Some(since) = self.since.take() {
            let waited = now.as_nanos().saturating_sub(since.as_nanos());
            self.waited = self.waited.saturating_add(waited);
        }
    }

    /// Ends the wait with `n` bytes that were transferred.
    #[inline]
    pub(crate) const fn moved(&mut self, now: Mono, n: u64) {
        self.pause(now);
        self.moved = self.moved.saturating_add(n);
    }

    /// Ends the wait without counting it.
    pub(crate) const fn forget(&mut self) {
        self.since = None;
    }

    /// Returns whether the peer is waited for.
    pub(crate) const fn is_waiting(&self) -> bool {
        self.since.is_some()
    }
}

/// Returns how many nanoseconds `bytes` take at a rate in bytes per second.
fn nanos_for(bytes: u64, rate: NonZeroU32) -> u64 {
    const SECOND: u64 = 1_000_000_000;
    let rate = NonZeroU64::from(rate);
    match bytes.checked_mul(SECOND) {
        Some(product) => product / rate,
        // The rest of a division by 32 bits, times a billion, fits into 64 bits.
        None => (bytes / rate).saturating_mul(SECOND).saturating_add(bytes % rate * SECOND / rate),
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
    fn slow_peer_receives_less_and_less_time() {
        let mut pace = Pace::default();
        pace.deadline(at(0), PATIENCE, 100);
        pace.moved(at(9), 0);
        assert_eq!(pace.deadline(at(9), PATIENCE, 100), at(10), "one second is left");
        pace.moved(at(10), 500);
        assert_eq!(pace.deadline(at(10), PATIENCE, 100), at(15), "five were earned");
    }

    #[test]
    fn fraction_of_a_second_is_earned() {
        let mut pace = Pace::default();
        pace.deadline(at(0), PATIENCE, 1_000_000);
        pace.moved(at(1), 250_000);
        let late = Duration::from_millis(750);
        assert_eq!(pace.deadline(at(1), PATIENCE, 1_000_000), at(1) + (PATIENCE - late));
    }

    #[test]
    fn time_of_any_number_of_bytes_is_exact() {
        let [slowest, fastest] = [NonZeroU32::MIN, NonZeroU32::MAX];
        assert_eq!(nanos_for(3, NonZeroU32::new(2).unwrap()), 1_500_000_000);
        assert_eq!(nanos_for(u64::from(u32::MAX) - 1, fastest), 999_999_999);
        assert_eq!(nanos_for(u64::from(u32::MAX) * 100, fastest), 100_000_000_000);
        assert_eq!(nanos_for(u64::MAX, slowest), u64::MAX, "the end of the clock");
    }

    #[test]
    fn fast_start_does_not_allow_a_slow_rest() {
        let mut pace = Pace::default();
        pace.deadline(at(0), PATIENCE, 100);
        pace.moved(at(1), 1_000_000);
        assert_eq!(pace.deadline(at(1), PATIENCE, 100), at(11));
        pace.moved(at(10), 0);
        assert_eq!(pace.deadline(at(10), PATIENCE, 100), at(11), "nine seconds were used");
    }

    #[test]
    fn only_time_of_waiting_for_the_peer_counts() {
        let mut pace = Pace::default();
        pace.deadline(at(0), PATIENCE, 100);
        pace.moved(at(1), 100);
        assert_eq!(pace.deadline(at(1000), PATIENCE, 100), at(1010));
        pace.forget();
        assert_eq!(pace.deadline(at(1009), PATIENCE, 100), at(1019), "the wait did not count");
    }
}
