//! Versions of HTTP/1.

use core::fmt;

/// A version of HTTP/1.
///
/// ```
/// use limpid_core::http1::Version;
///
/// assert_eq!(Version::HTTP_11.to_string(), "HTTP/1.1");
/// assert_eq!(Version::HTTP_10.minor(), 0);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    minor: u8,
}

impl Version {
    /// HTTP/1.0.
    pub const HTTP_10: Self = Self { minor: 0 };
    /// HTTP/1.1.
    pub const HTTP_11: Self = Self { minor: 1 };

    /// Returns the version HTTP/1.`minor`; `minor` must be one digit.
    pub(crate) const fn from_minor(minor: u8) -> Self {
        Self { minor }
    }

    /// Returns the digit after the dot.
    #[must_use]
    pub const fn minor(self) -> u8 {
        self.minor
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP/1.{}", self.minor)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
