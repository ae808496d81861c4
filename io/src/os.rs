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
