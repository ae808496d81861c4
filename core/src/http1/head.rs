//! Heads as the application sees them.

use core::fmt;

use crate::fields::Fields;
use crate::framing::Framing;

/// A version of HTTP/1: the digit after the dot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    minor: u8,
}

impl Version {
    /// HTTP/1.0.
    pub const HTTP_10: Self = Self { minor: 0 };
    /// HTTP/1.1.
    pub const HTTP_11: Self = Self { minor: 1 };

    /// HTTP/1.`minor`; `minor` is one digit.
    pub(crate) const fn from_minor(minor: u8) -> Self {
        Self { minor }
    }

    /// The digit after the dot.
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

/// The head of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestHead<'a> {
    /// The method, in the case in which it was sent: methods are case-sensitive.
    pub method: &'a [u8],
    /// The target as it was sent (RFC 9112 section 3.2): `/path?query`, a URL, `host:port` or `*`.
    pub target: &'a [u8],
    /// The version.
    pub version: Version,
    /// The fields.
    pub fields: Fields<'a>,
}

impl RequestHead<'_> {
    /// What stands for a head where there is none: nothing is in it.
    pub const NONE: Self =
        Self { method: b"", target: b"", version: Version::HTTP_11, fields: Fields::EMPTY };
}

/// The head of a response, final or informational.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseHead<'a> {
    /// The version.
    pub version: Version,
    /// The status code, 100 to 999.
    pub status: u16,
    /// The reason phrase; often empty, and never to be relied on.
    pub reason: &'a [u8],
    /// The fields.
    pub fields: Fields<'a>,
}

/// What the connection makes of a head that it received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// How the end of the body is found.
    pub framing: Framing,
    /// Whether another message may follow on this connection, as far as this message says.
    pub keep_alive: bool,
    /// Whether the client waits for `100 Continue` before it sends the body.
    pub expects_continue: bool,
}

/// Whether a response with this status is not the last to its request, and leaves the protocol as
/// it is.
pub(super) const fn is_informational(status: u16) -> bool {
    matches!(status, 100 | 102..=199)
}
