//! From the driver's clock to the system's.

use std::time::SystemTime;

use limpid_core::time::Mono;

/// One moment on two clocks: with it, the times of events become times of day.
///
/// Events that are kept and shown later carry the time on the driver's clock, which counts from
/// wherever the driver began. Without a base a sink would show when it was told of them again.
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
    /// A moment on both clocks.
    #[must_use]
    pub const fn new(mono: Mono, wall: SystemTime) -> Self {
        Self { mono, wall }
    }

    /// The driver's clock shows `mono` now.
    #[must_use]
    pub fn now(mono: Mono) -> Self {
        Self::new(mono, SystemTime::now())
    }

    /// What the system's clock would have shown at `mono`. A time that it cannot show is that of
    /// the base.
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
