//! The clock that the drivers of a process share.

use std::sync::OnceLock;

use crate::time::Mono;

static CLOCK: OnceLock<fn() -> Mono> = OnceLock::new();

/// Makes the clock known to the sinks of the process, unless there is one already.
pub fn share_clock(now: fn() -> Mono) {
    // All drivers that share a clock call this.
    let _ = CLOCK.set(now);
}

/// Returns the time on the shared clock; `None` while no driver has made one known.
pub fn shared_now() -> Option<Mono> {
    CLOCK.get().map(|now| now())
}
