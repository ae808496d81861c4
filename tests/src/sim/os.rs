//! Errors as the system gives them: with their numbers, where those are known.

use std::io::{self, ErrorKind};

/// There is no such file.
pub(super) fn missing() -> io::Error {
    error(2, ErrorKind::NotFound)
}

/// What is written will be read by nobody.
pub(super) fn broken() -> io::Error {
    error(32, ErrorKind::BrokenPipe)
}

/// The other end was reset.
pub(super) fn reset() -> io::Error {
    error(104, ErrorKind::ConnectionReset)
}

/// Nobody is let in.
pub(super) fn refused() -> io::Error {
    error(111, ErrorKind::ConnectionRefused)
}

fn error(number: i32, kind: ErrorKind) -> io::Error {
    // The numbers are those of Linux.
    if cfg!(target_os = "linux") { io::Error::from_raw_os_error(number) } else { kind.into() }
}
