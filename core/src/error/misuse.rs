//! Errors of the caller: calls that the state forbids, and messages that must not be sent.

use core::fmt;

use crate::values::State;

/// A call of a method of a connection, an exchange or a session.
///
/// [`MisuseError`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// Sending a request head.
    SendRequest,
    /// Sending an informational response.
    SendInformational,
    /// Sending a response head.
    SendResponse,
    /// Sending a part of a body.
    SendData,
    /// Ending a body.
    Finish,
    /// Starting the next exchange on the connection.
    Restart,
    /// Taking over the connection after a switch of protocols.
    IntoSwitched,
    /// Passing in bytes that the transport received.
    HandleReceived,
    /// Reporting how many bytes the transport accepted.
    HandleSent,
    /// Passing in the TLS layer of the connection.
    HandleSecured,
    /// Reporting which TLS configuration is used.
    HandleTrusted,
    /// Passing in an idle connection.
    HandleReused,
    /// `handle_cookies`.
    HandleCookies,
    /// Reporting that a connection may be opened.
    HandleOpened,
    /// Passing in the addresses of a host.
    HandleResolved,
    /// Reporting that an attempt to connect succeeded.
    HandleDialed,
    /// Reporting that an attempt to connect failed.
    HandleDialFailed,
    /// Passing in a part of a request's body.
    HandleBody,
    /// Reporting that a request's body is complete.
    HandleBodyEnd,
    /// Reporting that the source of a request's body failed before its end.
    HandleBodyFailed,
    /// Reporting that an operation which the machine requested failed.
    HandleFailed,
}

impl Call {
    /// Returns the name of the method.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendRequest => "send_request",
            Self::SendInformational => "send_informational",
            Self::SendResponse => "send_response",
            Self::SendData => "send_data",
            Self::Finish => "finish",
            Self::Restart => "restart",
            Self::IntoSwitched => "into_switched",
            Self::HandleReceived => "handle_received",
            Self::HandleSent => "handle_sent",
            Self::HandleSecured => "handle_secured",
            Self::HandleTrusted => "handle_trusted",
            Self::HandleReused => "handle_reused",
            Self::HandleCookies => "handle_cookies",
            Self::HandleOpened => "handle_opened",
            Self::HandleResolved => "handle_resolved",
            Self::HandleDialed => "handle_dialed",
            Self::HandleDialFailed => "handle_dial_failed",
            Self::HandleBody => "handle_body",
            Self::HandleBodyEnd => "handle_body_end",
            Self::HandleBodyFailed => "handle_body_failed",
            Self::HandleFailed => "handle_failed",
        }
    }
}

/// The reason for which a call is refused.
///
/// [`MisuseError`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Misuse {
    /// The state of the connection forbids the call.
    State,
    /// The method is not a token (RFC 9110 section 9.1).
    Method,
    /// The target is empty, contains a character that could split the message, or does not have the form that
    /// its method requires (RFC 9112 section 3.2).
    Target,
    /// The status is not valid for the call: 100 to 199 for an informational response, else 200 to 999.
    Status,
    /// The reason phrase contains a character that could split the message (RFC 9112 section 4).
    Reason,
    /// The name of the field at this index is not a token.
    FieldName(usize),
    /// The value of the field at this index contains a character that could split the message.
    FieldValue(usize),
    /// The HTTP/1.1 request has no Host field (RFC 9112 section 3.2).
    HostMissing,
    /// The request has more than one Host field (RFC 9112 section 3.2).
    HostRepeated,
    /// Content-Length or Transfer-Encoding contradicts the announced size of the body.
    Framing,
    /// The message cannot have a body (RFC 9112 section 6.3).
    NoBody,
    /// The body is longer than announced.
    BodyTooLong,
    /// The body is this many bytes shorter than announced.
    BodyTooShort(u64),
    /// There are trailers, and the body is not chunked (RFC 9112 section 7.1.2).
    TrailersNeedChunks,
    /// The field at this index must not be a trailer (RFC 9110 section 6.5.1).
    TrailerForbidden(usize),
    /// The number of bytes exceeds the buffer that was provided, or the bytes that were to be sent.
    TooManyBytes,
}

/// A call that the connection refused. Nothing was written.
///
/// ```
/// use limpid_core::http1::{Connection, Role};
/// use limpid_core::trace::{Cx, NoSink, Scope};
///
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Default::default(), &NoSink, &mut scope);
/// let mut connection = Connection::new(Role::Client, Default::default());
/// let error = connection.finish(&mut cx, Default::default()).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "finish is not possible now: the client is Idle, the server is Idle"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MisuseError {
    /// The call.
    pub call: Call,
    /// What is wrong with it.
    pub misuse: Misuse,
    /// The client's state when the call was made.
    pub client: State,
    /// The server's state when the call was made.
    pub server: State,
}

impl fmt::Display for MisuseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let call = self.call.name();
        match self.misuse {
            Misuse::State => write!(
                f,
                "{call} is not possible now: the client is {:?}, the server is {:?}",
                self.client, self.server
            ),
            Misuse::Method => write!(
                f,
                "{call}: the method is empty, or has a character that is not allowed, such as a space"
            ),
            Misuse::Target => write!(
                f,
                "{call}: the target does not have the form that its method requires, or contains \
                 an invalid character"
            ),
            Misuse::Status => write!(f, "{call}: the status is not valid for this call"),
            Misuse::Reason => write!(f, "{call}: the reason phrase has a control character"),
            Misuse::FieldName(index) => {
                write!(
                    f,
                    "{call}: the name of field {index} is empty, or has a character other than letters, \
                     digits and !#$%&'*+-.^_`|~"
                )
            }
            Misuse::FieldValue(index) => {
                write!(f, "{call}: the value of field {index} has a control character")
            }
            Misuse::HostMissing => write!(f, "{call}: the request needs a Host field"),
            Misuse::HostRepeated => write!(f, "{call}: the request has more than one Host field"),
            Misuse::Framing => write!(
                f,
                "{call}: Content-Length or Transfer-Encoding contradicts the body's announced size"
            ),
            Misuse::NoBody => write!(f, "{call}: this message has no body"),
            Misuse::BodyTooLong => write!(f, "{call}: the body is longer than announced"),
            Misuse::BodyTooShort(missing) => {
                write!(f, "{call}: the body is {missing} bytes shorter than announced")
            }
            Misuse::TrailersNeedChunks => {
                write!(f, "{call}: trailers need the chunked transfer coding")
            }
            Misuse::TrailerForbidden(index) => {
                write!(f, "{call}: field {index} must not be sent as a trailer")
            }
            Misuse::TooManyBytes => {
                write!(f, "{call}: the number of bytes exceeds the buffer, or what was to be sent")
            }
        }
    }
}

impl core::error::Error for MisuseError {}
