//! The clock that drivers pass to the core.

use std::sync::OnceLock;
#[cfg(any(not(unix), feature = "tokio-time"))]
use std::time::Duration;
#[cfg(all(not(unix), not(feature = "tokio-time")))]
use std::time::Instant;

use limpid_core::internal::share_clock;
use limpid_core::time::Mono;
#[cfg(all(unix, not(feature = "tokio-time")))]
use rustix::time::{ClockId, clock_gettime};
#[cfg(feature = "tokio-time")]
use tokio::time::Instant;

/// The system's monotonic clock. It starts at its first use in the process and is the same for all
/// clients and servers, so that their events can be ordered. With the feature `tokio-time`, it is the clock of tokio, which a
/// test can pause; outside a runtime, that is the system's.
///
/// ```
/// use limpid_io::Clock;
///
/// let clock = Clock::start();
/// let first = clock.now();
/// assert!(clock.now() >= first);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    #[cfg(all(unix, not(feature = "tokio-time")))]
    origin: u64,
    #[cfg(any(not(unix), feature = "tokio-time"))]
    origin: Instant,
}

#[cfg(all(unix, not(feature = "tokio-time")))]
impl Clock {
    /// Returns the clock, which starts now if it is not running.
    #[must_use]
    pub fn start() -> Self {
        static ORIGIN: OnceLock<u64> = OnceLock::new();
        Self { origin: *ORIGIN.get_or_init(|| shared(nanos())) }
    }

    /// Returns the time since the clock was started.
    #[must_use]
    pub fn now(&self) -> Mono {
        Mono::from_nanos(nanos().saturating_sub(self.origin))
    }
}

/// Makes the clock that starts at `origin` known to sinks, which convert its times to times of day.
fn shared<T>(origin: T) -> T {
    share_clock(|| Clock::start().now());
    origin
}

/// Returns the system's time in nanoseconds. This avoids std's clock, which converts to a pair of
/// numbers and subtracts pairs: an exchange reads the clock several times. Neither part is negative,
/// and together they last for 584 years.
#[cfg(all(unix, not(feature = "tokio-time")))]
fn nanos() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    let seconds = time.tv_sec.unsigned_abs();
    seconds.wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec.unsigned_abs())
}

#[cfg(any(not(unix), feature = "tokio-time"))]
impl Clock {
    /// Returns the clock, which starts now if it is not running.
    #[must_use]
    pub fn start() -> Self {
        static ORIGIN: OnceLock<Instant> = OnceLock::new();
        Self { origin: *ORIGIN.get_or_init(|| shared(Instant::now())) }
    }

    /// Returns the time since the clock was started.
    #[must_use]
    pub fn now(&self) -> Mono {
        let now = Instant::now();
        match self.origin.checked_duration_since(now) {
            None => Mono::default() + (START + now.duration_since(self.origin)),
            Some(behind) => Mono::default() + START.saturating_sub(behind),
        }
    }
}

/// The time at the start of the clock. A clock of tokio that is paused may be behind the one of the thread that has started it.
#[cfg(any(not(unix), feature = "tokio-time"))]
const START: Duration = Duration::from_secs(if cfg!(feature = "tokio-time") { 3600 } else { 0 });
