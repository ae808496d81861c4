//! Errors of URLs.

use core::fmt;

/// The kind of an error in a URL.
///
/// [`UrlError`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UrlProblem {
    /// It has no scheme.
    NoScheme,
    /// Its scheme is not `http`, `https`, `ws` or `wss`.
    UnknownScheme,
    /// It has no host.
    NoHost,
    /// Its host is neither a valid name nor an address.
    BadHost,
    /// Its host is outside ASCII, and this program was built without the feature `idna`.
    NeedsIdna,
    /// It contains a backslash before its path. Some programs end the host there, so they would
    /// connect to another one.
    Backslash,
    /// Its port is not a number from 0 to 65535.
    BadPort,
    /// It contains a control character.
    ControlCharacter,
    /// It is longer than 65,536 bytes.
    TooLong,
}

/// The error for a text that is not a URL to which a request can be sent.
///
/// ```
/// use limpid_core::client::{Url, UrlProblem};
///
/// let error = "ftp://example.com/".parse::<Url>().unwrap_err();
/// assert_eq!((error.problem, error.offset), (UrlProblem::UnknownScheme, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UrlError {
    /// What is wrong.
    pub problem: UrlProblem,
    /// Where: the offset in the text, in bytes.
    pub offset: usize,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.problem {
            UrlProblem::NoScheme => "the URL has no scheme; write all of it, such as http://localhost:8080/path",
            UrlProblem::UnknownScheme => "the URL's scheme is not http, https, ws or wss",
            UrlProblem::NoHost => "the URL has no host",
            UrlProblem::BadHost => "the URL's host is not a valid name or address",
            UrlProblem::NeedsIdna => {
                "the URL's host is outside ASCII, for which limpid needs its feature `idna`: enable it, or write the \
                 host in ASCII (xn--...)"
            }
            UrlProblem::Backslash => "the URL has a backslash before its path; write / or %5C",
            UrlProblem::BadPort => "the URL's port is not a number from 0 to 65535",
            UrlProblem::ControlCharacter => "the URL contains a control character",
            UrlProblem::TooLong => "the URL is longer than 65536 bytes",
        })?;
        write!(f, " (at byte {})", self.offset)
    }
}

impl core::error::Error for UrlError {}
