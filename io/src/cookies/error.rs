//! Cookies that are not accepted.

use std::error::Error;
use std::fmt;

/// Why a jar does not accept a cookie.
///
/// ```
/// use limpid_io::CookieJar;
///
/// let error = CookieJar::new().insert("a=1; Domain=example.org", "https://example.com/").unwrap_err();
/// assert!(error.to_string().starts_with("the cookie is not accepted"));
/// ```
#[derive(Debug)]
pub struct CookieError {
    why: Box<str>,
}

impl CookieError {
    pub(super) fn new(why: impl fmt::Display) -> Self {
        Self { why: why.to_string().into() }
    }
}

impl fmt::Display for CookieError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the cookie is not accepted: {}", self.why)
    }
}

impl Error for CookieError {}
