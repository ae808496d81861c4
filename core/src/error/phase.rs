//! The phases of an exchange.

use core::fmt;

/// The phase of an exchange.
///
/// [`Error`](super::Error) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Not started, or over.
    #[default]
    Idle,
    /// Waiting for a connection from the pool.
    Pool,
    /// Looking up the addresses of a host.
    Resolve,
    /// Opening a connection.
    Connect,
    /// Performing the TLS handshake.
    Tls,
    /// Sending a head.
    SendHead,
    /// Sending a body.
    SendBody,
    /// Receiving a head.
    ReceiveHead,
    /// Receiving a body.
    ReceiveBody,
    /// Closing the connection.
    Close,
    /// Waiting for a request, as a server.
    RequestHead,
    /// Answering a request, as a server.
    Answer,
    /// Going on to the URL of a redirect.
    Redirect,
    /// Waiting before the request is retried.
    Retry,
}

impl Phase {
    /// Returns the phase in words: what is being done.
    #[must_use]
    pub const fn doing(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Pool => "waiting for a free connection",
            Self::Resolve => "resolving the host name",
            Self::Connect => "connecting",
            Self::Tls => "starting TLS",
            Self::SendHead => "sending the request head",
            Self::SendBody => "sending the request body",
            Self::ReceiveHead => "waiting for the response head",
            Self::ReceiveBody => "receiving the response body",
            Self::Close => "closing",
            Self::RequestHead => "waiting for a request",
            Self::Answer => "answering a request",
            Self::Redirect => "following a redirect",
            Self::Retry => "waiting to retry the request",
        }
    }
}

impl Phase {
    /// Returns the phase in words that continue the sentence "failed while", or `None` for [`Idle`](Self::Idle): what
    /// fails then has not begun.
    ///
    /// ```
    /// use limpid_core::error::Phase;
    ///
    /// assert_eq!(Phase::Connect.failed_while(), Some("connecting"));
    /// assert_eq!(Phase::Idle.failed_while(), None);
    /// ```
    #[must_use]
    pub const fn failed_while(self) -> Option<&'static str> {
        match self {
            Self::Idle => None,
            phase => Some(phase.doing()),
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.doing())
    }
}
