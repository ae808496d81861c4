//! The operating system's errors in the core's terms.

use std::io::{self, ErrorKind};

use limpid_core::error::{OsError, OsErrorKind};

/// What `error` is in terms that every system shares.
#[must_use]
pub fn os_error(error: &io::Error) -> OsError {
    let kind = match error.kind() {
        ErrorKind::ConnectionRefused => OsErrorKind::Refused,
        ErrorKind::ConnectionReset => OsErrorKind::Reset,
        ErrorKind::ConnectionAborted => OsErrorKind::Aborted,
        ErrorKind::BrokenPipe => OsErrorKind::BrokenPipe,
        ErrorKind::NetworkUnreachable => OsErrorKind::NetworkUnreachable,
        ErrorKind::HostUnreachable => OsErrorKind::HostUnreachable,
        ErrorKind::AddrNotAvailable => OsErrorKind::AddressUnavailable,
        ErrorKind::AddrInUse => OsErrorKind::AddressInUse,
        ErrorKind::TimedOut => OsErrorKind::TimedOut,
        ErrorKind::NotFound => OsErrorKind::NotFound,
        ErrorKind::PermissionDenied => OsErrorKind::Denied,
        _ => OsErrorKind::Other,
    };
    OsError { code: error.raw_os_error().unwrap_or(0), kind }
}

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
