//! Errors of the system, with their numbers if those are known.

use std::io::{self, ErrorKind};

/// Returns the error for a missing file.
pub(super) fn missing() -> io::Error {
    error(2, ErrorKind::NotFound)
}

/// Returns the error for a write without a reader.
pub(super) fn broken() -> io::Error {
    error(32, ErrorKind::BrokenPipe)
}

/// Returns the error for a reset connection.
pub(super) fn reset() -> io::Error {
    error(104, ErrorKind::ConnectionReset)
}

/// Returns the error for a refused connection.
pub(super) fn refused() -> io::Error {
    error(111, ErrorKind::ConnectionRefused)
}

fn error(number: i32, kind: ErrorKind) -> io::Error {
    // The numbers are those of Linux.
    if cfg!(target_os = "linux") { io::Error::from_raw_os_error(number) } else { kind.into() }
}
