//! The clock that the core has not.

use std::sync::OnceLock;
#[cfg(not(unix))]
use std::time::Instant;

use limpid_core::time::Mono;
#[cfg(unix)]
use rustix::time::{ClockId, clock_gettime};

/// The system's monotonic clock, counted from when the program needed it first: the clocks of all
/// clients and servers show the same, so that events can be put in order whoever tells them.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    #[cfg(unix)]
    origin: u64,
    #[cfg(not(unix))]
    origin: Instant,
}

#[cfg(unix)]
impl Clock {
    /// A clock, which starts now if it is the first.
    #[must_use]
    pub fn start() -> Self {
        static ORIGIN: OnceLock<u64> = OnceLock::new();
        Self { origin: *ORIGIN.get_or_init(nanos) }
    }

    /// The time since the first clock was started.
    #[must_use]
    pub fn now(&self) -> Mono {
        Mono::from_nanos(nanos().saturating_sub(self.origin))
    }
}

/// The system's reading as one number, which std's clock would first make a pair of numbers of, and
/// then a difference of pairs: an exchange looks at the clock several times. Neither part is below
/// zero, and together they pass for 584 years.
#[cfg(unix)]
fn nanos() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    let seconds = time.tv_sec.unsigned_abs();
    seconds.wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec.unsigned_abs())
}

#[cfg(not(unix))]
impl Clock {
    /// A clock, which starts now if it is the first.
    #[must_use]
    pub fn start() -> Self {
        static ORIGIN: OnceLock<Instant> = OnceLock::new();
        Self { origin: *ORIGIN.get_or_init(Instant::now) }
    }

    /// The time since the first clock was started.
    #[must_use]
    pub fn now(&self) -> Mono {
        let elapsed = self.origin.elapsed();
        let seconds = elapsed.as_secs().saturating_mul(1_000_000_000);
        Mono::from_nanos(seconds.saturating_add(elapsed.subsec_nanos().into()))
    }
}
