//! Errors in the data.

use std::io;

/// Returns an error about a part of the data.
pub(super) fn wrong(what: &str, problem: &str) -> io::Error {
    io::Error::other(format!("{what} {problem}"))
}
