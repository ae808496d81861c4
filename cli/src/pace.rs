//! `--limit-rate`: transfers that are held back.

use std::num::NonZeroU64;
use std::thread;
use std::time::{Duration, Instant};

/// A limit on the rate of a transfer, which begins with the first bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Bytes per second.
    rate: NonZeroU64,
    begun: Option<Instant>,
    passed: u64,
    /// When the time of the transfer has passed.
    until: Option<Instant>,
}

impl Pace {
    pub(crate) const fn new(rate: NonZeroU64, until: Option<Instant>) -> Self {
        Self { rate, begun: None, passed: 0, until }
    }

    /// Returns how many bytes may be passed at once: those of a tenth of a second.
    pub(crate) fn at_once(&self) -> usize {
        usize::try_from(self.rate.get() / 10).unwrap_or(usize::MAX).max(1)
    }

    /// Counts bytes, and waits until the rate permits more. Returns whether time is left.
    pub(crate) fn pass(&mut self, bytes: usize) -> bool {
        self.passed = self.passed.saturating_add(bytes as u64);
        let begun = *self.begun.get_or_insert_with(Instant::now);
        let wait = self.due().saturating_sub(begun.elapsed());
        let left = self.until.map(|until| until.saturating_duration_since(Instant::now()));
        thread::sleep(left.map_or(wait, |left| left.min(wait)));
        left.is_none_or(|left| left > wait)
    }

    /// Returns how long after the beginning the counted bytes may have passed.
    fn due(&self) -> Duration {
        let nanos = u128::from(self.passed) * 1_000_000_000 / u128::from(self.rate.get());
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_take_the_time_that_the_rate_gives_them() {
        let mut pace = Pace::new(NonZeroU64::new(2000).unwrap(), None);
        assert_eq!((pace.at_once(), pace.due()), (200, Duration::ZERO));
        pace.passed = 500;
        assert_eq!(pace.due(), Duration::from_millis(250));
        let slowest = Pace { passed: u64::MAX, ..Pace::new(NonZeroU64::MIN, None) };
        assert_eq!((slowest.at_once(), slowest.due()), (1, Duration::from_nanos(u64::MAX)));
    }
}
