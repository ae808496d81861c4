//! The times of day of events.

use std::time::{Duration, SystemTime};

use limpid_core::internal::shared_now;
use limpid_core::time::Mono;

use crate::time_base::TimeBase;

/// A clock that shows the time of day at a moment on the driver's clock.
#[derive(Debug)]
pub(super) enum WallClock {
    /// For recorded events.
    Fixed(TimeBase),
    /// For events that are written when they occur: the system's clock, which is read once for each second of the
    /// driver's clock.
    Live {
        /// `None` until the first event.
        base: Option<TimeBase>,
        /// When the system's clock was last read.
        read: Mono,
    },
}

impl WallClock {
    /// The time after which the system's clock is read again, since it may have been set.
    const TRUSTED: Duration = Duration::from_secs(1);

    /// The largest difference from the system's clock. Smaller ones are ignored, so that times of day are as far apart
    /// as those of the driver's clock.
    const TOLERANCE: Duration = Duration::from_millis(10);

    /// Returns a clock that follows the system's.
    pub(super) fn live() -> Self {
        Self::Live { base: None, read: Mono::default() }
    }

    /// Returns the time of day at a moment on the driver's clock.
    pub(super) fn at(&mut self, mono: Mono) -> SystemTime {
        self.with(mono, || TimeBase::now(present(mono)))
    }

    fn with(&mut self, mono: Mono, now: impl Fn() -> TimeBase) -> SystemTime {
        match self {
            Self::Fixed(base) => base.at(mono),
            Self::Live { base: Some(base), read } if mono.since(*read) < Self::TRUSTED => {
                base.at(mono)
            }
            Self::Live { base, read } => {
                *read = mono;
                let current = now();
                match base {
                    Some(base) if apart(base.at(current.mono), current.wall) <= Self::TOLERANCE => {
                        base.at(mono)
                    }
                    _ => base.insert(current).at(mono),
                }
            }
        }
    }
}

/// Returns the present time on the driver's clock, when an event arrives that occurred at `mono`: it may have been held
/// back. The event of a driver with a clock of its own is taken to have just occurred.
fn present(mono: Mono) -> Mono {
    shared_now().filter(|now| *now >= mono).unwrap_or(mono)
}

/// Returns the time between two times of day.
fn apart(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).unwrap_or_else(|error| error.duration())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::UNIX_EPOCH;

    use super::*;

    fn mono(millis: u64) -> Mono {
        Mono::from_nanos(millis * 1_000_000)
    }

    fn wall(millis: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(1_000_000 + millis)
    }

    /// Both clocks, at this number of milliseconds of each.
    fn both(mono_millis: u64, wall_millis: u64) -> TimeBase {
        TimeBase::new(mono(mono_millis), wall(wall_millis))
    }

    #[test]
    fn event_has_the_time_at_which_it_occurred() {
        let mut clock = WallClock::live();
        // It was held back for 300 milliseconds.
        assert_eq!(clock.with(mono(500), || both(800, 300)), wall(0));
        // Another thread's event is written late.
        let earlier = clock.with(mono(400), || both(801, 307));
        assert_eq!(earlier, wall(0) - Duration::from_millis(100));
        assert_eq!(clock.with(mono(1_400), || both(1_400, 907)), wall(900));
    }

    #[test]
    fn clock_is_read_once_for_each_second() {
        let (mut clock, reads) = (WallClock::live(), Cell::new(0));
        for millis in 0..3_000 {
            clock.with(mono(millis), || {
                reads.set(reads.get() + 1);
                both(millis, millis)
            });
        }
        assert_eq!(reads.get(), 3);
    }

    #[test]
    fn time_follows_a_clock_that_is_set_and_ignores_small_differences() {
        let mut clock = WallClock::live();
        assert_eq!(clock.with(mono(0), || both(0, 0)), wall(0));
        assert_eq!(clock.with(mono(2_000), || both(2_000, 2_009)), wall(2_000));
        assert_eq!(clock.with(mono(4_000), || both(4_000, 9_000)), wall(9_000));
        assert_eq!(clock.with(mono(6_000), || both(7_000, 1_000)), wall(0));
    }
}
