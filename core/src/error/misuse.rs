//! Calls that the state of a connection forbids, and messages that must not be sent.

use core::fmt;

use crate::values::State;

/// A call on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// Sending a request head.
    SendRequest,
    /// Sending an informational response.
    SendInformational,
    /// Sending a response head.
    SendResponse,
    /// Sending a piece of a body.
    SendData,
    /// Ending a body.
    Finish,
    /// Starting the next exchange on the connection.
    Restart,
    /// Taking the connection over after a switch of protocols.
    IntoSwitched,
    /// Handing in bytes of the transport.
    HandleReceived,
    /// Saying how many bytes the transport took.
    HandleSent,
    /// Handing in the layer that secures the connection.
    HandleSecured,
    /// Saying which TLS configuration is used.
    HandleTrusted,
    /// Handing in an idle connection.
    HandleReused,
    /// Saying that a connection is to be opened.
    HandleOpened,
    /// Handing in the addresses of a host.
    HandleResolved,
    /// Saying that an attempt at connecting has succeeded.
    HandleDialed,
    /// Saying that an attempt at connecting has failed.
    HandleDialFailed,
    /// Handing in a piece of a request's body.
    HandleBody,
    /// Saying that a request's body is complete.
    HandleBodyEnd,
    /// Saying that there is no more of a request's body, though it is not complete.
    HandleBodyFailed,
    /// Saying that there is no answer to what was asked for.
    HandleFailed,
}

impl Call {
    /// The call's name as Rust code writes it.
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

/// What is wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Misuse {
    /// The state of the connection forbids it.
    State,
    /// The method is empty or has a character that no token has (RFC 9110 section 9.1).
    Method,
    /// The target is empty, has a character that could split the message, or has not the form that
    /// its method needs (RFC 9112 section 3.2).
    Target,
    /// The status does not fit the call: 100 to 199 for an informational response, 200 to 999 else.
    Status,
    /// The reason phrase has a character that could split the message (RFC 9112 section 4).
    Reason,
    /// The field of this index has an empty name or a character that no token has.
    FieldName(usize),
    /// The field of this index has a character in its value that could split the message.
    FieldValue(usize),
    /// A request of HTTP/1.1 needs a Host field (RFC 9112 section 3.2).
    HostMissing,
    /// A request must not have two Host fields (RFC 9112 section 3.2).
    HostRepeated,
    /// Content-Length or Transfer-Encoding contradicts the body that was announced.
    Framing,
    /// This message has no body (RFC 9112 section 6.3).
    NoBody,
    /// More bytes than announced.
    BodyTooLong,
    /// Fewer bytes than announced; this many are missing.
    BodyTooShort(u64),
    /// Trailers need the chunked transfer coding (RFC 9112 section 7.1.2).
    TrailersNeedChunks,
    /// The field of this index must not be a trailer (RFC 9110 section 6.5.1).
    TrailerForbidden(usize),
    /// More bytes than the room that was lent for them, or than there were to be sent.
    TooManyBytes,
}

/// The caller asked for something that must not be; nothing was written.
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
            Misuse::Method => write!(f, "{call}: the method is not a token"),
            Misuse::Target => write!(
                f,
                "{call}: the target has not the form that its method needs, or a character that \
                 no target has"
            ),
            Misuse::Status => write!(f, "{call}: the status does not fit this call"),
            Misuse::Reason => write!(f, "{call}: the reason phrase has a control character"),
            Misuse::FieldName(index) => write!(f, "{call}: the name of field {index} is no token"),
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
                write!(f, "{call}: more bytes than there was room for, or than were to be sent")
            }
        }
    }
}

impl core::error::Error for MisuseError {}
