//! The values that events carry, as a visitor sees them.

use core::net::SocketAddr;
use core::time::Duration;

use crate::error::{Cause, Phase};
use crate::head::ResponseHead;
use crate::values::{StreamId, Timings, Version};

/// A TLS configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TlsContext {
    /// Whether certificates are verified.
    pub verify: bool,
}

impl TlsContext {
    /// Describes a configuration that verifies certificates, or does not.
    #[must_use]
    pub const fn new(verify: bool) -> Self {
        Self { verify }
    }
}

/// A socket option as `setsockopt` takes it: level, name, value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketOption {
    /// The protocol level, such as `SOL_SOCKET`.
    pub level: i32,
    /// The option, such as `SO_KEEPALIVE`.
    pub name: i32,
    /// The value.
    pub value: i32,
}

/// A user name and a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credentials<'a> {
    /// The user name.
    pub user: &'a [u8],
    /// The password.
    pub password: &'a [u8],
}

/// Why an operation failed, with the peer's words where it used any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure<'a> {
    /// What was being done.
    pub phase: Phase,
    /// Why it failed.
    pub cause: &'a Cause,
    /// Whether TLS carried the connection.
    pub secure: bool,
    /// The bytes that the cause is about: the line that broke a rule, or the name that a
    /// certificate should have had.
    pub excerpt: &'a [u8],
    /// How many bytes of the body had come, and how many were announced by then.
    pub body: (u64, u64),
}

impl<'a> Failure<'a> {
    /// Describes a failure without TLS, evidence or a body.
    #[must_use]
    pub const fn new(phase: Phase, cause: &'a Cause) -> Self {
        Self { phase, cause, secure: false, excerpt: &[], body: (0, 0) }
    }
}

/// One field of an event.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// Nothing.
    None,
    /// True or false.
    Flag(bool),
    /// A number.
    Count(u64),
    /// A length of time.
    Seconds(Duration),
    /// Text.
    Text(&'a str),
    /// One of a fixed set of words, such as a reason.
    Word(&'static str),
    /// Bytes as they were on the wire.
    Bytes(&'a [u8]),
    /// An address and a port.
    Address(SocketAddr),
    /// A version of HTTP.
    Version(Version),
    /// Socket options.
    SocketOptions(&'a [SocketOption]),
    /// A byte stream.
    Stream(StreamId),
    /// A TLS configuration.
    TlsContext(TlsContext),
    /// A request, by its method.
    Request(&'a [u8]),
    /// The head of a response.
    ResponseHead(ResponseHead<'a>),
    /// Credentials.
    Credentials(Credentials<'a>),
    /// A failure.
    Failure(Failure<'a>),
    /// Where the time of an exchange went.
    Timings(&'a Timings),
}
