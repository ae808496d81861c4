//! Errors of sockets that have a timeout.

use std::io::{self, ErrorKind};

/// Whether `error` says that the time which the socket was given is over.
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
