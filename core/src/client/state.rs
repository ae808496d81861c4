//! The state of an exchange, and the types of its steps.

use core::time::Duration;

use super::action::Action;
use super::redirect::Next;
use crate::error::{Error, Phase};
use crate::trace::Span;

/// The state of an exchange, named after the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExchangeState {
    Start,
    Trust,
    Acquire,
    /// Open a connection.
    Open,
    Resolve,
    /// The addresses are known.
    Resolved,
    Dial,
    /// The transport is connected.
    Connected,
    /// Wait for the layer that secures the connection.
    Secure,
    Handshake,
    Retry,
    /// A connection is ready for the request.
    Begin,
    /// The request is sent and the response received.
    Transfer,
    /// The layer's closing message is being sent.
    CloseNotify,
    Close,
    Closed,
    /// The connection of a request that is resent or retried is closed; the body was to be rewound.
    Resend,
    /// The connection was released, for the next hop or to send the request again.
    Released,
    /// The request is retried after a delay.
    Backoff,
    /// The connection is closed, or can be released.
    Leave,
    /// The exchange is over, with a complete response.
    Done,
    /// The exchange has failed.
    Failed,
    /// The exchange is reset, and can be restarted.
    Rest,
}

/// How much of the request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    Head,
    /// The head was sent, and `100 Continue` is waited for.
    AwaitContinue,
    Body,
    /// The whole request.
    Done,
    /// Sending has stopped: the server has answered, or the transport takes no more. The connection
    /// cannot be reused.
    Stopped,
}

impl Sending {
    /// Returns whether bytes of the request are being sent.
    pub(super) const fn is_active(self) -> bool {
        matches!(self, Self::Head | Self::Body)
    }

    /// Returns the phase of an error in this state.
    pub(super) const fn phase(self) -> Phase {
        if matches!(self, Self::Head) { Phase::SendHead } else { Phase::SendBody }
    }
}

/// Whether the request is resent because its connection was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resend {
    No,
    /// It is, once the old connection is closed and the body is rewound.
    Due,
    /// It is or was, on a new connection.
    Done,
}

/// What follows a response that is not returned.
#[derive(Debug)]
pub(super) enum Hop {
    Redirect(Next),
    /// The same request again.
    Retry,
}

/// The retries of a request by its policy.
#[derive(Debug, Default)]
pub(super) struct Retries {
    /// How many there were.
    pub(super) count: u32,
    /// The next one, until it begins.
    pub(super) next: Option<Retry>,
}

/// A retry, which becomes impossible if the body cannot be rewound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retry {
    pub(super) delay: Duration,
    pub(super) why: &'static str,
    /// A part of the body may have been taken from its source.
    pub(super) rewinds: bool,
}

/// How much of the response was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Receiving {
    /// Nothing, and the request is still being sent.
    Nothing,
    /// Nothing, and the head is waited for.
    Head,
    /// The head, after which the request is retried if its body could be rewound.
    Refused,
    /// The head, which the caller has received. The next poll asks for the body.
    HeadEmitted,
    Body,
}

/// The timers of an exchange.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(super) enum Timer {
    /// For a step as a whole: a connection of the pool, an address, a handshake, the next attempt,
    /// `100 Continue`, the rest of a response that is discarded, or bytes at the minimum rate.
    Step,
    /// For bytes from the transport.
    Read,
    /// For the transport to take bytes.
    Write,
    /// For the whole exchange.
    Total,
}

impl Timer {
    pub(super) const COUNT: usize = Self::Total as usize + 1;
}

/// What is kept with an attempt: its span, if it is traced.
pub(super) type Kept = Option<Span>;

/// The result of a step: an action, or `None` to go on with the next step.
pub(super) type Stepped = Result<Option<Action>, Error>;
