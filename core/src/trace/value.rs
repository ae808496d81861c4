//! The values of event fields, as a visitor receives them.

use core::fmt;
use core::net::SocketAddr;
use core::time::Duration;

use crate::error::{Cause, Phase};
use crate::head::{RequestHead, ResponseHead};
use crate::values::{StreamId, Timings, Version};

/// A TLS configuration.
///
/// [`Value`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TlsContext {
    /// Whether certificates are verified.
    pub verify: bool,
}

impl TlsContext {
    /// Creates the description of a TLS configuration.
    #[must_use]
    pub const fn new(verify: bool) -> Self {
        Self { verify }
    }
}

/// A socket option: the arguments of `setsockopt`.
///
/// [`Value`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketOption {
    /// The protocol level, such as `SOL_SOCKET`.
    pub level: i32,
    /// The option, such as `SO_KEEPALIVE`.
    pub name: i32,
    /// The value.
    pub value: i32,
}

crate::stored::stored_struct! { SocketOption { level name value } }

/// A user name and a password.
///
/// [`Value`] has an example.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credentials<'a> {
    /// The user name.
    pub user: &'a [u8],
    /// The password.
    pub password: &'a [u8],
}

/// The failure of an operation: its cause, and the bytes that show it.
///
/// [`Value`] has an example.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure<'a> {
    /// The phase in which the operation failed.
    pub phase: Phase,
    /// Why it failed.
    pub cause: &'a Cause,
    /// Whether the connection used TLS.
    pub secure: bool,
    /// The bytes that the cause refers to: the line that broke a rule, or the name that the certificate
    /// does not contain.
    pub excerpt: &'a [u8],
    /// Number of body bytes that had arrived, and number of those announced by then.
    pub body: (u64, u64),
}

impl<'a> Failure<'a> {
    /// Creates a failure without TLS, excerpt or body.
    #[must_use]
    pub const fn new(phase: Phase, cause: &'a Cause) -> Self {
        Self { phase, cause, secure: false, excerpt: &[], body: (0, 0) }
    }
}

impl fmt::Display for Failure<'_> {
    /// Formats the phase and the cause, in the words of [`Error`](crate::error::Error).
    ///
    /// ```
    /// use limpid_core::error::{Cause, Phase};
    /// use limpid_core::trace::Failure;
    ///
    /// let failure = Failure::new(Phase::ReceiveBody, &Cause::Cancelled);
    /// let text = "while receiving the response body: the response was dropped before its end";
    /// assert_eq!(failure.to_string(), text);
    /// ```
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(phase) = self.phase.failed_while() {
            write!(f, "while {phase}: ")?;
        }
        self.cause.fmt(f)
    }
}

/// The value of one field of an event.
///
/// ```
/// use limpid_core::trace::{TraceEvent, Value};
///
/// let event = TraceEvent::StartLineRead { line: b"GET / HTTP/1.1", offset: 0 };
/// let mut shown = Vec::new();
/// event.visit(|field, value| shown.push((field.name, value)));
/// assert_eq!(shown[0], ("line", Value::Bytes(b"GET / HTTP/1.1")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// No value.
    None,
    /// True or false.
    Flag(bool),
    /// A number.
    Count(u64),
    /// A duration.
    Seconds(Duration),
    /// Text.
    Text(&'a str),
    /// One of a fixed set of texts, such as a reason.
    Word(&'static str),
    /// Bytes of the connection.
    Bytes(&'a [u8]),
    /// An address and a port.
    Address(SocketAddr),
    /// An HTTP version.
    Version(Version),
    /// Socket options.
    SocketOptions(&'a [SocketOption]),
    /// A byte stream.
    Stream(StreamId),
    /// A TLS configuration.
    TlsContext(TlsContext),
    /// The method of a request.
    Request(&'a [u8]),
    /// The head of a request.
    RequestHead(RequestHead<'a>),
    /// The head of a response.
    ResponseHead(ResponseHead<'a>),
    /// Credentials.
    Credentials(Credentials<'a>),
    /// A failure.
    Failure(Failure<'a>),
    /// The duration of each part of an exchange.
    Timings(&'a Timings),
}
