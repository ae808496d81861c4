//! From the driver's clock to the system's.

use std::sync::OnceLock;
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

/// The base of a process that only shows events of another one.
static INSTALLED: OnceLock<TimeBase> = OnceLock::new();

impl TimeBase {
    /// Makes this the base of all sinks of the process that have none of their own. This is for programs that show only
    /// events that were recorded, all in one other process. The first base that is installed stays.
    ///
    /// ```
    /// use std::time::UNIX_EPOCH;
    ///
    /// use limpid_core::time::Mono;
    /// use limpid_sinks::TimeBase;
    ///
    /// let base = TimeBase::new(Mono::from_nanos(500), UNIX_EPOCH);
    /// base.install();
    /// assert_eq!(TimeBase::now(Mono::default()), base);
    /// ```
    pub fn install(self) {
        // A second recording is shown as if it were of the first process.
        let _ = INSTALLED.set(self);
    }

    /// Returns the base of the process, if it has one.
    fn installed() -> Option<Self> {
        INSTALLED.get().copied()
    }

    /// Returns the time of day that a line shows for an event: the present one, unless a base is installed.
    pub(crate) fn shown(at: Mono) -> SystemTime {
        Self::installed().map_or_else(SystemTime::now, |base| base.at(at))
    }

    /// Returns one moment on both clocks.
    #[must_use]
    pub const fn new(mono: Mono, wall: SystemTime) -> Self {
        Self { mono, wall }
    }

    /// Returns the present moment, at which the driver's clock shows `mono`, or the [installed](Self::install) base.
    #[must_use]
    pub fn now(mono: Mono) -> Self {
        Self::installed().unwrap_or_else(|| Self::new(mono, SystemTime::now()))
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
