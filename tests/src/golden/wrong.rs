//! Errors about the data.

use std::io;

/// An error about something that is in the data.
pub(super) fn wrong(what: &str, problem: &str) -> io::Error {
    io::Error::other(format!("{what} {problem}"))
}
