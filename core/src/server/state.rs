//! Where a session stands, and what its steps work on.

use super::action::Action;
use crate::error::Error;

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Start,
    /// The layer that secures the connection was asked for.
    Secure,
    Handshake,
    /// Nothing of the next request has come.
    Idle,
    /// A head is coming, or the first request is waited for.
    Head,
    /// The handler has a request.
    Open,
    /// The response is complete; what is left of the request is thrown away.
    Drain,
    /// The connection has left HTTP/1.1, and waits to be taken.
    Switched,
    /// What waits for the transport is the last.
    Closing,
    /// The client is waited for to close.
    Linger,
    Close,
    Closed,
    Over,
}

/// What the handler has asked for and waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HandlerRequest {
    Nothing,
    Flush,
    Body,
}

/// The kinds of timers that a session has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Timer {
    /// For the handshake, the next request, its head, or the client to close.
    State,
    /// For the next bytes of a body.
    Body,
    /// For the transport to take bytes.
    Write,
    /// For the exchange that is open when the server shuts down.
    Shutdown,
}

impl Timer {
    /// How many there are.
    pub(super) const COUNT: usize = 4;
}

/// The request that is open.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Exchange {
    /// The client is told no `100 Continue`, for it needs none or had one.
    pub(super) continued: bool,
    /// The request is complete.
    pub(super) is_read: bool,
    /// HEAD: responses have no bodies.
    pub(super) head_only: bool,
    /// The response to this request has no body, whatever the handler sends.
    pub(super) suppress_body: bool,
    /// The end of the response's body is the end of the connection.
    pub(super) until_close: bool,
    /// The status of the final response, once there is one.
    pub(super) status: u16,
    /// Bytes of the response's body.
    pub(super) sent: u64,
    /// Bytes of the request's body that had been read when the response was complete.
    pub(super) wanted: u64,
}

/// A step that asks for nothing is followed by the next.
pub(super) type Stepped = Result<Option<Action>, Error>;
