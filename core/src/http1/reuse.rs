//! Why a connection cannot serve another exchange.

use core::fmt;

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotReusable {
    /// One of the two messages is not complete.
    Unfinished,
    /// The peer said `Connection: close`.
    PeerAsked,
    /// We said `Connection: close`.
    WeAsked,
    /// The peer speaks HTTP/1.0 and did not say `Connection: keep-alive`.
    Http10,
    /// The body ends with the connection.
    UntilClose,
    /// The peer closed its direction.
    PeerClosed,
    /// Bytes arrived that belong to no message.
    Surplus,
    /// The connection became a tunnel, or speaks another protocol.
    Switched,
    /// The framing broke a rule that is tolerated.
    Tolerated,
    /// The peer broke a rule.
    Failed,
}

impl NotReusable {
    /// The reason in words.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unfinished => "a message is not complete",
            Self::PeerAsked => "the peer said Connection: close",
            Self::WeAsked => "we said Connection: close",
            Self::Http10 => "the peer speaks HTTP/1.0 without keep-alive",
            Self::UntilClose => "the body ends with the connection",
            Self::PeerClosed => "the peer closed its direction",
            Self::Surplus => "bytes arrived that belong to no message",
            Self::Switched => "the connection has left HTTP/1.1",
            Self::Tolerated => "the framing broke a rule that is tolerated",
            Self::Failed => "the peer broke a rule",
        }
    }
}

impl fmt::Display for NotReusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}
