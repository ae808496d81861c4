//! Conversions between deadlines and timeouts.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use limpid_core::time::{Deadline, Mono};
use rustix::event::Timespec;

/// The longest single wait, which some systems limit. Callers wait again after it.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns the time until a deadline of the core; zero when it has passed.
#[inline]
pub(crate) fn left(until: Option<Deadline>, now: Mono) -> Option<Duration> {
    until.map(|deadline| deadline.at.since(now))
}

/// Returns the deadline of a timeout that starts now; `None` without one, or if it exceeds the
/// clock's range.
pub(crate) fn deadline_after(timeout: Option<Duration>) -> Option<Instant> {
    timeout.and_then(|timeout| Instant::now().checked_add(timeout))
}

/// Returns the time until `deadline`; zero when it has passed.
pub(crate) fn timeout_until(deadline: Option<Instant>) -> Option<Duration> {
    deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
}

/// Converts a timeout for `poll`, which may wait for a shorter time.
pub(crate) fn poll_timeout(timeout: Option<Duration>) -> Option<Timespec> {
    timeout.and_then(|timeout| Timespec::try_from(timeout.min(LONGEST)).ok())
}

/// Returns the result of an operation; `None` if it timed out.
#[inline]
pub(crate) fn in_time<T>(result: io::Result<T>) -> Option<io::Result<T>> {
    match result {
        Err(error) if is_timeout(&error) => None,
        result => Some(result),
    }
}

/// Returns whether `error` means that the timeout of the socket has passed.
pub(crate) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
        && error.raw_os_error() != Some(connection_timed_out())
}

/// Returns the error number of a timeout of the system itself, which is not one of a deadline.
const fn connection_timed_out() -> i32 {
    if cfg!(windows) {
        10060
    } else if cfg!(target_os = "macos") {
        60
    } else {
        110
    }
}
