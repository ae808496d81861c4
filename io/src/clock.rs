//! The clock that drivers pass to the core.

use std::sync::OnceLock;
#[cfg(not(unix))]
use std::time::Instant;

use limpid_core::internal::share_clock;
use limpid_core::time::Mono;
#[cfg(unix)]
use rustix::time::{ClockId, clock_gettime};

/// The system's monotonic clock. It starts at its first use in the process and is the same for all
/// clients and servers, so that their events can be ordered.
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
    #[cfg(unix)]
    origin: u64,
    #[cfg(not(unix))]
    origin: Instant,
}

#[cfg(unix)]
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
#[cfg(unix)]
fn nanos() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    let seconds = time.tv_sec.unsigned_abs();
    seconds.wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec.unsigned_abs())
}

#[cfg(not(unix))]
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
        let elapsed = self.origin.elapsed();
        let seconds = elapsed.as_secs().saturating_mul(1_000_000_000);
        Mono::from_nanos(seconds.saturating_add(elapsed.subsec_nanos().into()))
    }
}
