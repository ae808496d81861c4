//! Heads as the application sees them.

use crate::fields::Fields;
use crate::framing::Framing;
use crate::values::Version;

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
#[non_exhaustive]
pub struct HeadInfo {
    /// How the end of the body is found.
    pub framing: Framing,
    /// Whether another message may follow on this connection, as far as this message says.
    pub keep_alive: bool,
    /// Whether the client waits for `100 Continue` before it sends the body.
    pub expects_continue: bool,
}

/// Returns whether a response with this status is not the last to its request, and leaves the protocol as
/// it is.
pub(crate) const fn is_informational(status: u16) -> bool {
    // One comparison is enough for nearly all.
    status < 200 && matches!(status, 100 | 102..)
}
