//! What can go wrong: the peer ([`PeerError`]), the caller ([`MisuseError`]), or the transport.
//!
//! No error holds a string. Each says what, where and by which rule, and its `Display` says it to a
//! person in one sentence.

mod cause;
mod coding;
pub mod limits;
mod misuse;
mod rule;

use core::fmt;

pub use cause::{
    Cause, CertificateProblem, Error, OsError, OsErrorKind, ResolveError, SocksError, TlsError,
};
pub use coding::{CodingError, CodingFault};
pub use misuse::{Call, Misuse, MisuseError};
pub use rule::{Offence, Rule};

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

/// The peer broke a rule.
///
/// ```
/// use limpid_core::error::{PeerError, Rule};
///
/// let error = PeerError { rule: Rule::SpaceBeforeColon, offset: 27, byte: Some(b' ') };
/// assert_eq!(
///     error.to_string(),
///     "white space stands between a field name and its colon \
///      (byte 27 is ' '; RFC 9112 section 5.1)"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerError {
    /// Which rule.
    pub rule: Rule,
    /// Where: how many bytes the peer had sent on this connection before the offending one.
    pub offset: u64,
    /// The offending byte; `None` where something is missing.
    pub byte: Option<u8>,
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (", self.rule.sentence())?;
        match self.byte {
            Some(byte) => write!(f, "byte {} is {}", self.offset, ShownByte(byte))?,
            None => write!(f, "at byte {}", self.offset)?,
        }
        match self.rule.section() {
            "limit" => f.write_str(")"),
            section => write!(f, "; {section})"),
        }
    }
}

impl core::error::Error for PeerError {}

/// A byte as a person reads it: its character where that can be printed, else its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShownByte(pub(crate) u8);

impl fmt::Display for ShownByte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b'\r' => f.write_str("CR"),
            b'\n' => f.write_str("LF"),
            b'\t' => f.write_str("TAB"),
            byte @ b' '..=b'~' => write!(f, "'{}'", char::from(byte)),
            byte => write!(f, "0x{byte:02x}"),
        }
    }
}
