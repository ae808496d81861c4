//! Where the body of a message ends (RFC 9112 section 6.3): one pure function, and its reason.

use crate::error::Rule;
use crate::limits::Lenient;
use crate::values::Version;

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Framing {
    /// No body can follow.
    None,
    /// After this many bytes.
    Length(u64),
    /// By the chunked transfer coding.
    Chunked,
    /// By the end of the connection.
    UntilClose,
    /// Never: what follows is no message, but a tunnel or another protocol.
    Tunnel,
}

impl Framing {
    /// Returns a word for it.
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

/// What the decision is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// A request or a response, and what else of its start line matters.
    pub kind: MessageKind,
    /// The version.
    pub version: Version,
    /// Content-Length, checked to be one number.
    pub content_length: Option<u64>,
    /// Transfer-Encoding.
    pub transfer_encoding: TransferEncoding,
}

/// What of a start line matters for the end of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// A request; whether its method is CONNECT.
    Request {
        /// Whether its method is CONNECT.
        connect: bool,
    },
    /// A response, with its status, and the request that it answers.
    Response {
        /// The status code.
        status: u16,
        /// What it answers.
        to: RequestKind,
    },
}

impl MessageKind {
    /// Returns whether it is an answer that opens a tunnel, whatever its fields say of a body.
    #[must_use]
    pub const fn opens_tunnel(self) -> bool {
        matches!(self, Self::Response { status: 200..=299, to: RequestKind::Connect })
    }
}

/// What of a request matters for the response to it.
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
    /// Returns what of a request with this method matters.
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

/// What the Transfer-Encoding fields of a message say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TransferEncoding {
    /// There is none.
    #[default]
    Absent,
    /// The one coding is chunked.
    Chunked,
    /// Something else, which is refused by this rule.
    Rejected(Rule),
}

/// Why a framing was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// It answers HEAD.
    AnswersHead,
    /// The status is 1xx, 204 or 304.
    StatusWithoutBody,
    /// It answers CONNECT with 2xx.
    AnswersConnect,
    /// It is a CONNECT request.
    Connect,
    /// It switches protocols.
    Switches,
    /// Transfer-Encoding says so.
    TransferEncoding,
    /// Content-Length says so.
    ContentLength,
    /// A request without either has no body.
    RequestWithoutLength,
    /// A response without either ends with the connection.
    ResponseWithoutLength,
}

impl Why {
    /// Returns the reason in words, with the section that says so.
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

/// The decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// How the end of the body is found.
    pub framing: Framing,
    /// Why.
    pub why: Why,
    /// A rule that was broken and is tolerated. The connection must not be used again, for the
    /// other side may have decided otherwise.
    pub tolerated: Option<Rule>,
}

/// Decides where the body of a message ends.
///
/// # Errors
/// The rule that the message breaks, where nobody should guess.
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
/// let decision = decide(&message, Lenient::STRICT).unwrap();
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

/// Returns whether the body is chunked, and the rule that was bent for it.
fn transfer_encoding(message: &Message, lenient: Lenient) -> Result<(bool, Option<Rule>), Rule> {
    match message.transfer_encoding {
        TransferEncoding::Absent => Ok((false, None)),
        TransferEncoding::Rejected(rule) => Err(rule),
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
