//! From the driver's clock to the system's.

use std::time::SystemTime;

use limpid_core::time::Mono;

/// One moment on two clocks, which converts the times of events to times of day.
///
/// Recorded events carry the time on the driver's clock, whose start is arbitrary. Without a base, a sink
/// would show the time of their replay.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use limpid_core::time::Mono;
/// use limpid_sinks::TimeBase;
///
/// let base = TimeBase::new(Mono::from_nanos(500), UNIX_EPOCH + Duration::from_secs(60));
/// assert_eq!(base.at(Mono::from_nanos(700)), base.wall + Duration::from_nanos(200));
/// assert_eq!(base.at(Mono::from_nanos(400)), base.wall - Duration::from_nanos(100));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeBase {
    /// The moment on the driver's clock.
    pub mono: Mono,
    /// The same moment on the system's clock.
    pub wall: SystemTime,
}

impl TimeBase {
    /// Returns one moment on both clocks.
    #[must_use]
    pub const fn new(mono: Mono, wall: SystemTime) -> Self {
        Self { mono, wall }
    }

    /// Returns the present moment, at which the driver's clock shows `mono`.
    #[must_use]
    pub fn now(mono: Mono) -> Self {
        Self::new(mono, SystemTime::now())
    }

    /// Returns the system's time at `mono`, or that of the base if the system cannot represent it.
    #[must_use]
    pub fn at(self, mono: Mono) -> SystemTime {
        if mono >= self.mono {
            self.wall.checked_add(mono.since(self.mono))
        } else {
            self.wall.checked_sub(self.mono.since(mono))
        }
        .unwrap_or(self.wall)
    }
}
