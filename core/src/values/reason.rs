//! The reasons for which a connection is not reused.

use core::fmt;

/// The reason for which a connection cannot carry another exchange.
///
/// [`Connection`](crate::http1::Connection) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotReusable {
    /// One of the two messages is not complete.
    Unfinished,
    /// The peer sent `Connection: close`.
    PeerAsked,
    /// This side sent, or will send, `Connection: close`.
    WeAsked,
    /// The peer uses HTTP/1.0 and did not send `Connection: keep-alive`.
    Http10,
    /// The body ends with the connection.
    UntilClose,
    /// The peer closed its direction.
    PeerClosed,
    /// Bytes arrived that belong to no message.
    Surplus,
    /// The connection became a tunnel, or switched to another protocol.
    Switched,
    /// The framing broke a rule that is tolerated.
    Tolerated,
    /// The peer broke a rule.
    Failed,
}

impl NotReusable {
    /// Returns the reason in words.
    #[must_use]
    pub const fn description(self) -> &'static str {
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
        f.write_str(self.description())
    }
}

/// The reason for which an idle connection is closed.
///
/// [`Pool`](crate::client::Pool) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retirement {
    /// It was idle for too long.
    Expired,
    /// Bytes arrived on it, or the peer closed it.
    NotSilent,
    /// The driver cannot use it where the request runs: on tokio, its transport is a caller's, and was
    /// opened in another runtime.
    Unusable,
    /// The number of connections exceeds the limit.
    Surplus,
    /// It makes room for a connection to another origin.
    Evicted,
    /// The client is closed.
    Closed,
}

impl Retirement {
    /// Returns the reason in words.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Expired => "it was idle for too long",
            Self::NotSilent => "the server has closed it, or sent what was not asked for",
            Self::Unusable => "it belongs to another runtime",
            Self::Surplus => "more connections are open than are kept",
            Self::Evicted => "it makes room for a connection to another origin",
            Self::Closed => "the client is closed",
        }
    }
}
