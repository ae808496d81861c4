//! Failures as the exceptions of httpcore.

use std::fmt::{self, Display, Formatter};

use limpid_core::error::{Cause, OsError, OsErrorKind, Phase, SocksError};
use limpid_core::time::Waiting;
use limpid_core::trace::{Capture, Failure};

use super::Profile;
use super::h11::{MisuseException, PeerException};
use super::os::{OsException, ResolveException};
use super::repr::{Exception, Str};
use super::tls::TlsException;

/// The repr of the exception for a failure: httpcore's around its cause.
///
/// ```
/// use limpid_core::error::{Cause, OsError, OsErrorKind, Phase, SocksError};
/// use limpid_core::trace::{Capture, Failure};
/// use limpid_sinks::python::{Profile, Raised};
///
/// let cause = &Cause::Os(OsError { code: 0, kind: OsErrorKind::Refused });
/// let failure = Failure::new(Phase::Connect, cause);
/// assert_eq!(
///     Raised { failure, capture: Capture::Default, profile: Profile::HTTPX_0_28 }.to_string(),
///     "ConnectError(ConnectionRefusedError(111, 'Connection refused'))",
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Raised<'a> {
    /// The failure.
    pub failure: Failure<'a>,
    /// How much of the excerpt may be shown.
    pub capture: Capture,
    /// The release whose texts are written.
    pub profile: Profile,
}

impl Display for Raised<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { failure: Failure { phase, cause, excerpt, body, .. }, capture, profile } = *self;
        let operation = Operation::during(phase);
        match *cause {
            Cause::Os(error @ OsError { kind: OsErrorKind::TimedOut, .. }) => {
                mapped(f, operation.map(Operation::timeout), OsException(error))
            }
            Cause::Os(error) => mapped(f, operation.map(Operation::error), OsException(error)),
            Cause::TimedOut(why) => self.timed_out(why, f),
            Cause::Resolve(error) => {
                mapped(f, Some(Operation::Connect.error()), ResolveException(error))
            }
            Cause::Tls(error) => {
                let exception = TlsException { error, host: excerpt, line: profile.ssl_line };
                mapped(f, operation.map(Operation::error), exception)
            }
            Cause::Peer(error) => {
                PeerException { error, phase, line: excerpt, body, capture }.fmt(f)
            }
            Cause::Misuse(error) => MisuseException { error, field: excerpt, capture }.fmt(f),
            // Bodies are decoded above httpcore, which sees only that its reader stopped.
            Cause::Cancelled | Cause::Coding(_) => Exception("GeneratorExit", ()).fmt(f),
            Cause::Superseded => Exception("CancelledError", ()).fmt(f),
            Cause::Body(error) => OsException(error).fmt(f),
            Cause::Socks(SocksError::Malformed) => {
                Exception("ProtocolError", (Str("Malformed reply"),)).fmt(f)
            }
            Cause::Socks(error) => Exception("ProxyError", (Str(SocksText(error)),)).fmt(f),
            Cause::BodyConsumed => Exception("StreamConsumed", (Str(STREAM_CONSUMED),)).fmt(f),
            // Causes without a text in this profile have limpid's description.
            ref cause => {
                Exception(operation.map_or("Exception", Operation::error), (Str(cause),)).fmt(f)
            }
        }
    }
}

/// httpx's message for a body that can be read only once.
const STREAM_CONSUMED: &str = "Attempted to read or stream some content, but the content has \
    already been streamed. For requests, this could be due to passing a generator as request \
    content, and then receiving a redirect response or a secondary request as part of an \
    authentication flow.For responses, this could be due to attempting to stream the response \
    content more than once.";

/// httpcore's message for a SOCKS proxy.
struct SocksText(SocksError);

impl Display for SocksText {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            SocksError::Method(asked, got) => write!(
                f,
                "Requested {} from proxy server, but got {}.",
                SocksError::method(asked),
                SocksError::method(got)
            ),
            SocksError::Reply(code) => {
                write!(f, "Proxy Server could not connect: {}.", SocksError::reply(code))
            }
            _ => f.write_str("Invalid username/password"),
        }
    }
}

impl Raised<'_> {
    fn timed_out(&self, why: Waiting, f: &mut Formatter<'_>) -> fmt::Result {
        let Failure { phase, secure, .. } = self.failure;
        let operation = match why {
            Waiting::Connect => Some(Operation::Connect),
            Waiting::Read => Some(Operation::Read),
            Waiting::Write => Some(Operation::Write),
            _ => Operation::during(phase),
        };
        let class = operation.map(Operation::timeout);
        let mut raise =
            |text: fmt::Arguments<'_>| mapped(f, class, Exception("TimeoutError", (Str(text),)));
        let line = self.profile.ssl_timeout_line;
        match operation {
            Some(Operation::Connect) if phase == Phase::Tls => {
                raise(format_args!("_ssl.c:{line}: The handshake operation timed out"))
            }
            Some(Operation::Read) if secure => raise(format_args!("The read operation timed out")),
            Some(Operation::Write) if secure => {
                raise(format_args!("The write operation timed out"))
            }
            _ => raise(format_args!("timed out")),
        }
    }
}

/// Wraps an exception in httpcore's, if it has one for it.
fn mapped(f: &mut Formatter<'_>, class: Option<&'static str>, inner: impl Display) -> fmt::Result {
    match class {
        Some(class) => Exception(class, (inner,)).fmt(f),
        None => inner.fmt(f),
    }
}

/// The operations with exceptions in httpcore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Connect,
    Read,
    Write,
}

impl Operation {
    const fn during(phase: Phase) -> Option<Self> {
        match phase {
            Phase::Resolve | Phase::Connect | Phase::Tls => Some(Self::Connect),
            Phase::SendHead | Phase::SendBody => Some(Self::Write),
            Phase::ReceiveHead | Phase::ReceiveBody => Some(Self::Read),
            _ => None,
        }
    }

    const fn error(self) -> &'static str {
        match self {
            Self::Connect => "ConnectError",
            Self::Read => "ReadError",
            Self::Write => "WriteError",
        }
    }

    const fn timeout(self) -> &'static str {
        match self {
            Self::Connect => "ConnectTimeout",
            Self::Read => "ReadTimeout",
            Self::Write => "WriteTimeout",
        }
    }
}
