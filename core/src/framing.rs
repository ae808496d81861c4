//! The framing of message bodies (RFC 9112 section 6.3): one pure function, which also returns its reason.

use crate::error::Rule;
use crate::limits::Lenient;
use crate::values::Version;

/// The framing of a body: how its end is found.
///
/// [`decide`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Framing {
    /// There is no body.
    None,
    /// The body has this many bytes.
    Length(u64),
    /// The body has the chunked transfer coding.
    Chunked,
    /// The body ends with the connection.
    UntilClose,
    /// A tunnel or another protocol follows instead of a body.
    Tunnel,
}

impl Framing {
    /// Returns the name of the framing, as log lines show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Length(_) => "length",
            Self::Chunked => "chunked",
            Self::UntilClose => "close",
            Self::Tunnel => "tunnel",
        }
    }
}

/// The properties of a message that determine the framing of its body.
///
/// [`decide`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// The kind of the message, with the relevant parts of its start line.
    pub kind: MessageKind,
    /// The version.
    pub version: Version,
    /// The value of Content-Length, which must have been checked.
    pub content_length: Option<u64>,
    /// The value of Transfer-Encoding.
    pub transfer_encoding: TransferEncoding,
}

/// The kind of a message, with the parts of its start line that determine framing.
///
/// [`decide`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// A request.
    Request {
        /// Whether its method is CONNECT.
        connect: bool,
    },
    /// A response.
    Response {
        /// The status code.
        status: u16,
        /// The kind of the request to which it responds.
        to: RequestKind,
    },
}

impl MessageKind {
    /// Returns whether this is a response that opens a tunnel, regardless of its framing fields.
    #[must_use]
    pub const fn opens_tunnel(self) -> bool {
        matches!(self, Self::Response { status: 200..=299, to: RequestKind::Connect })
    }
}

/// The kind of a request, as far as it affects the response.
///
/// [`decide`] has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestKind {
    /// A HEAD request.
    Head,
    /// A CONNECT request.
    Connect,
    /// Any other request.
    #[default]
    Other,
}

impl RequestKind {
    /// Returns the kind of a request with this method.
    #[inline]
    #[must_use]
    pub const fn by(method: &[u8]) -> Self {
        match method {
            b"HEAD" => Self::Head,
            b"CONNECT" => Self::Connect,
            _ => Self::Other,
        }
    }
}

/// The value of the Transfer-Encoding fields of a message.
///
/// [`decide`] has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TransferEncoding {
    /// The message has no such field.
    #[default]
    Absent,
    /// The last coding is chunked, and so are all others that are not tolerated.
    Chunked,
    /// The last coding is unknown, which [`Lenient::UNKNOWN_CODING`] tolerates.
    Unknown,
    /// Any other value, which breaks this rule.
    Rejected(Rule),
}

/// The reason for a framing.
///
/// [`decide`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// The message is a response to HEAD.
    AnswersHead,
    /// The status is 1xx, 204 or 304.
    StatusWithoutBody,
    /// The message is a 2xx response to CONNECT.
    AnswersConnect,
    /// The message is a CONNECT request.
    Connect,
    /// The message is a response that switches protocols.
    Switches,
    /// Transfer-Encoding is chunked.
    TransferEncoding,
    /// The last transfer coding is unknown.
    UnknownCoding,
    /// Content-Length gives the length.
    ContentLength,
    /// The request has neither field, and so no body.
    RequestWithoutLength,
    /// The response has neither field, and so ends with the connection.
    ResponseWithoutLength,
}

impl Why {
    /// Returns the reason in words, with the section of the RFC.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::AnswersHead => "a response to HEAD has no body (RFC 9112 section 6.3, rule 1)",
            Self::StatusWithoutBody => {
                "a response of 1xx, 204 or 304 has no body (RFC 9112 section 6.3, rule 1)"
            }
            Self::AnswersConnect => "2xx to CONNECT opens a tunnel (RFC 9112 section 6.3, rule 2)",
            Self::Connect => "CONNECT asks for a tunnel (RFC 9110 section 9.3.6)",
            Self::Switches => "101 switches to another protocol (RFC 9110 section 15.2.2)",
            Self::TransferEncoding => "Transfer-Encoding is chunked (RFC 9112 section 6.3, rule 4)",
            Self::UnknownCoding => {
                "the last transfer coding is unknown, so that the body ends with the connection \
                 (RFC 9112 section 6.3, rule 4)"
            }
            Self::ContentLength => "Content-Length gives it (RFC 9112 section 6.3, rule 6)",
            Self::RequestWithoutLength => {
                "a request without a length has no body (RFC 9112 section 6.3, rule 7)"
            }
            Self::ResponseWithoutLength => {
                "a response without a length ends with the connection \
                 (RFC 9112 section 6.3, rule 8)"
            }
        }
    }
}

/// The framing of a body, with the reason.
///
/// [`decide`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// How the end of the body is found.
    pub framing: Framing,
    /// The reason.
    pub why: Why,
    /// A rule that was broken and is tolerated. The connection must not be reused, because an
    /// intermediary may have framed the message differently.
    pub tolerated: Option<Rule>,
}

/// Decides where the body of a message ends.
///
/// # Errors
/// Returns the rule that the message breaks, if its framing is ambiguous or invalid.
///
/// ```
/// use limpid_core::framing::*;
/// use limpid_core::http1::Version;
/// use limpid_core::limits::Lenient;
///
/// let message = Message {
///     kind: MessageKind::Response { status: 200, to: RequestKind::Other },
///     version: Version::HTTP_11,
///     content_length: Some(648),
///     transfer_encoding: TransferEncoding::Absent,
/// };
/// let decision = decide(&message, Lenient::NONE).unwrap();
/// assert_eq!(decision.framing, Framing::Length(648));
/// assert_eq!(decision.why, Why::ContentLength);
/// ```
#[inline]
pub fn decide(message: &Message, lenient: Lenient) -> Result<Decision, Rule> {
    if message.kind.opens_tunnel() {
        let (framing, why) = (Framing::Tunnel, Why::AnswersConnect);
        return Ok(Decision { framing, why, tolerated: None });
    }
    let (chunked, tolerated) = transfer_encoding(message, lenient)?;
    let chosen = |framing, why| Ok(Decision { framing, why, tolerated });
    match message.kind {
        MessageKind::Response { to: RequestKind::Head, .. } => {
            return chosen(Framing::None, Why::AnswersHead);
        }
        MessageKind::Response { status: 101, .. } => {
            return chosen(Framing::Tunnel, Why::Switches);
        }
        MessageKind::Response { status: 100..=199 | 204 | 304, .. } => {
            return chosen(Framing::None, Why::StatusWithoutBody);
        }
        MessageKind::Request { connect: true } => {
            return if chunked || message.content_length.is_some_and(|length| length > 0) {
                Err(Rule::ConnectWithBody)
            } else {
                chosen(Framing::Tunnel, Why::Connect)
            };
        }
        MessageKind::Request { connect: false } | MessageKind::Response { .. } => {}
    }
    if message.transfer_encoding == TransferEncoding::Unknown {
        return chosen(Framing::UntilClose, Why::UnknownCoding);
    }
    match (chunked, message.content_length, message.kind) {
        (true, ..) => chosen(Framing::Chunked, Why::TransferEncoding),
        (false, Some(length), _) => chosen(Framing::Length(length), Why::ContentLength),
        (false, None, MessageKind::Request { .. }) => {
            chosen(Framing::None, Why::RequestWithoutLength)
        }
        (false, None, MessageKind::Response { .. }) => {
            chosen(Framing::UntilClose, Why::ResponseWithoutLength)
        }
    }
}

/// Returns whether the body is chunked, and the broken rule that is tolerated, if any.
fn transfer_encoding(message: &Message, lenient: Lenient) -> Result<(bool, Option<Rule>), Rule> {
    match message.transfer_encoding {
        TransferEncoding::Absent => Ok((false, None)),
        TransferEncoding::Rejected(rule) => Err(rule),
        TransferEncoding::Unknown => match message.kind {
            MessageKind::Request { .. } => Err(Rule::TransferEncodingUnknown),
            MessageKind::Response { .. } => Ok((false, None)),
        },
        TransferEncoding::Chunked if message.version == Version::HTTP_10 => {
            if lenient.allows(Lenient::CHUNKED_IN_HTTP_10) {
                Ok((true, Some(Rule::TransferEncodingVersion)))
            } else {
                Err(Rule::TransferEncodingVersion)
            }
        }
        TransferEncoding::Chunked if message.content_length.is_some() => {
            if lenient.allows(Lenient::LENGTH_WITH_CHUNKED) {
                Ok((true, Some(Rule::LengthAndTransferEncoding)))
            } else {
                Err(Rule::LengthAndTransferEncoding)
            }
        }
        TransferEncoding::Chunked => Ok((true, None)),
    }
}
