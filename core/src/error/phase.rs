//! What was being done when something went wrong.

use core::fmt;

/// What an exchange was doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Nothing yet, or nothing any more.
    #[default]
    Idle,
    /// Waiting for a connection of the pool.
    Pool,
    /// Looking up the addresses of a host.
    Resolve,
    /// Opening a connection.
    Connect,
    /// Shaking hands over TLS.
    Tls,
    /// Sending a head.
    SendHead,
    /// Sending a body.
    SendBody,
    /// Receiving a head.
    ReceiveHead,
    /// Receiving a body.
    ReceiveBody,
    /// Closing.
    Close,
    /// A server waits for a request.
    RequestHead,
    /// A server answers a request.
    Answer,
}

impl Phase {
    /// The phase in words that finish the sentence "failed while".
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
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.doing())
    }
}
