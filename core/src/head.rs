//! The heads of messages, as the application receives them.

use crate::fields::Fields;
use crate::framing::Framing;
use crate::values::Version;

/// The head of a request.
///
/// [`Connection`](crate::http1::Connection) has an example.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestHead<'a> {
    /// The method. Methods are case-sensitive.
    pub method: &'a [u8],
    /// The target as sent (RFC 9112 section 3.2): `/path?query`, a URL, `host:port` or `*`.
    pub target: &'a [u8],
    /// The version.
    pub version: Version,
    /// The fields.
    pub fields: Fields<'a>,
}

impl RequestHead<'_> {
    /// An empty head, for use as a placeholder.
    pub const NONE: Self =
        Self { method: b"", target: b"", version: Version::HTTP_11, fields: Fields::EMPTY };
}

/// The head of a response, final or informational.
///
/// [`Connection`](crate::http1::Connection) has an example.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ResponseHead<'a> {
    /// The version.
    pub version: Version,
    /// The status code, 100 to 999.
    pub status: u16,
    /// The reason phrase, which is often empty. Do not rely on its value.
    pub reason: &'a [u8],
    /// The fields.
    pub fields: Fields<'a>,
}

/// The information that a connection derives from a received head.
///
/// [`Connection`](crate::http1::Connection) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeadInfo {
    /// The framing of the body.
    pub framing: Framing,
    /// Whether this message allows another message on the connection.
    pub keep_alive: bool,
    /// Whether the client waits for `100 Continue` before it sends the body.
    pub expects_continue: bool,
}

/// Returns whether a response with this status is informational and not 101, which switches protocols.
pub(crate) const fn is_informational(status: u16) -> bool {
    // One comparison is enough for nearly all statuses.
    status < 200 && matches!(status, 100 | 102..)
}
