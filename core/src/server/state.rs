//! The state of a session, and the types of its steps.

use super::action::Action;
use crate::error::Error;

/// The state of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SessionState {
    Start,
    /// Waiting for the layer that secures the connection.
    Secure,
    Handshake,
    /// Waiting for the first byte of the next request.
    Idle,
    /// Receiving a head, or waiting for the first request.
    Head,
    /// The handler has a request.
    Open,
    /// The response is complete; the rest of the request is discarded.
    Drain,
    /// The connection has left HTTP/1.1, and waits to be taken.
    Switched,
    /// Sending the last output.
    Closing,
    /// Waiting for the client to close.
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

/// The timers of a session.
#[derive(Clone, Copy, Debug)]
pub(super) enum Timer {
    /// For the handshake, the next request, its head, or the client to close.
    State,
    /// For the next bytes of a body.
    Body,
    /// For the transport to take bytes.
    Write,
    /// For the open request when the server shuts down.
    Shutdown,
}

impl Timer {
    /// How many there are.
    pub(super) const COUNT: usize = 4;
}

/// The current request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CurrentExchange {
    /// No `100 Continue` is sent: it is not expected, or was sent.
    pub(super) continued: bool,
    /// The request is complete.
    pub(super) is_read: bool,
    /// The method is HEAD, so that responses have no body.
    pub(super) head_only: bool,
    /// The response to this request has no body, whatever the handler sends.
    pub(super) suppress_body: bool,
    /// The body of the response ends with the connection.
    pub(super) until_close: bool,
    /// The status of the final response; 0 before that.
    pub(super) status: u16,
    /// The number of bytes sent of the response's body.
    pub(super) sent: u64,
    /// The number of bytes read of the request's body when the response was complete.
    pub(super) wanted: u64,
}

/// The result of a step: an action, or `None` to go on with the next step.
pub(super) type Stepped = Result<Option<Action>, Error>;
