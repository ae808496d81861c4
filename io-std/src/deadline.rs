//! Points in time, and how much time is left until they come.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use limpid_core::time::{Deadline, Mono};
use rustix::event::Timespec;

/// Some systems cannot wait longer at once. A wait that ends early is begun again.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns how much time is left until a deadline of the machine's; zero when it has passed.
#[inline]
pub(crate) fn left(until: Option<Deadline>, now: Mono) -> Option<Duration> {
    until.map(|deadline| deadline.at.since(now))
}

/// Returns when this time is over; `None` if that is never, or later than a clock can tell.
pub(crate) fn deadline_after(timeout: Option<Duration>) -> Option<Instant> {
    timeout.and_then(|timeout| Instant::now().checked_add(timeout))
}

/// Returns how much time is left until `deadline`; zero when it has passed.
pub(crate) fn timeout_until(deadline: Option<Instant>) -> Option<Duration> {
    deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
}

/// Converts a timeout for `poll`, which may wait for less.
pub(crate) fn poll_timeout(timeout: Option<Duration>) -> Option<Timespec> {
    timeout.and_then(|timeout| Timespec::try_from(timeout.min(LONGEST)).ok())
}

/// Returns a result that came in time; `None` if it says that the time of the operation is over.
#[inline]
pub(crate) fn in_time<T>(result: io::Result<T>) -> Option<io::Result<T>> {
    match result {
        Err(error) if is_timeout(&error) => None,
        result => Some(result),
    }
}

/// Returns whether `error` says that the time which the socket was given is over.
pub(crate) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
        && error.raw_os_error() != Some(connection_timed_out())
}

/// The number with which the system itself gives a connection up; no deadline of ours.
const fn connection_timed_out() -> i32 {
    if cfg!(windows) {
        10060
    } else if cfg!(target_os = "macos") {
        60
    } else {
        110
    }
}
