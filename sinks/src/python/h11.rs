//! h11's messages for bytes that violate a rule, and for invalid requests.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use limpid_core::error::{Cause, Misuse, MisuseError, PeerError, Phase, Rule};
use limpid_core::trace::Capture;

use super::repr::{ByteArray, Bytes, Exception, Str};

/// The text for a violated rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Words {
    /// This text.
    Fixed(&'static str),
    /// This text and the line.
    Line(&'static str),
    /// The line, which is a status line or a line in its position.
    StatusLine,
    /// The line, or the status if that is invalid.
    Status,
    /// The line, whose content determines the text.
    AnyLine,
    /// The bytes where a chunk should end.
    ChunkEnd,
    /// The end of the stream within a body of known length.
    ShortBody,
    /// The end of the stream within chunks.
    ShortChunks,
    /// httpcore's own message: one exception, not one within another.
    Disconnected,
    /// h11 does not have the rule: limpid's description.
    Ours,
}

/// Returns h11's text for each rule.
const fn words(rule: Rule) -> Words {
    match rule {
        Rule::BareLf | Rule::BareCr => Words::AnyLine,
        Rule::BlankLineFirst | Rule::TooManyBlankLines => Words::Fixed("no response line received"),
        Rule::FoldFirst => Words::Fixed("continuation line at start of headers"),

        Rule::RequestLineForm
        | Rule::MethodCharacter
        | Rule::TargetCharacter
        | Rule::TargetForm
        | Rule::TargetHostEmpty
        | Rule::ConnectPort
        | Rule::VersionMissing => Words::Line("illegal request line"),
        Rule::VersionForm
        | Rule::VersionUnsupported
        | Rule::TlsRecord
        | Rule::Http2
        | Rule::Shoutcast
        | Rule::OtherGreeting
        | Rule::DocumentFirst
        | Rule::StatusLineMissing
        | Rule::StatusLineForm
        | Rule::ReasonCharacter => Words::StatusLine,
        Rule::StatusCode => Words::Status,

        Rule::FieldColon
        | Rule::FieldNameEmpty
        | Rule::FieldNameCharacter
        | Rule::SpaceBeforeColon
        | Rule::FieldValueCharacter
        | Rule::ObsoleteFold
        | Rule::HostInvalid => Words::Line("illegal header line"),
        Rule::HostMissing => Words::Fixed(HOST_MISSING),
        Rule::HostRepeated => Words::Fixed(HOST_REPEATED),

        _ => words_of_body(rule),
    }
}

/// Returns h11's text for each rule that frames a body, or concerns the state of the connection.
const fn words_of_body(rule: Rule) -> Words {
    match rule {
        Rule::ContentLengthInvalid | Rule::ContentLengthTooLarge => {
            Words::Fixed("bad Content-Length")
        }
        Rule::ContentLengthRepeated | Rule::ContentLengthConflict => Words::Fixed(LENGTHS_CONFLICT),
        Rule::TransferEncodingUnknown | Rule::TransferEncodingNotFinal => {
            Words::Fixed("Only Transfer-Encoding: chunked is supported")
        }
        Rule::TransferEncodingRepeated => Words::Fixed("multiple Transfer-Encoding headers"),

        Rule::ChunkSize | Rule::ChunkSizeTooLarge | Rule::ChunkExtension | Rule::ChunkLineEnd => {
            Words::Line("illegal chunk header")
        }
        Rule::ChunkDataEnd => Words::ChunkEnd,

        Rule::ResponseUnasked => {
            Words::Fixed("can't handle event type Response when role=SERVER and state=IDLE")
        }
        Rule::SwitchUnasked => {
            Words::Fixed("Received server _SWITCH_UPGRADE event without a pending proposal")
        }

        Rule::StartLineTooLong
        | Rule::HeadTooLong
        | Rule::TooManyFields
        | Rule::ChunkLineTooLong
        | Rule::TrailersTooLong => Words::Fixed("Receive buffer too long"),

        Rule::EndBeforeResponse | Rule::EndInHead => Words::Disconnected,
        Rule::EndInBody => Words::ShortBody,
        Rule::EndInChunks => Words::ShortChunks,

        _ => Words::Ours,
    }
}

const HOST_MISSING: &str = "Missing mandatory Host: header";
const HOST_REPEATED: &str = "Found multiple Host: headers";
const SHORT: &str = "peer closed connection without sending complete message body";
const LENGTHS_CONFLICT: &str = "conflicting Content-Length headers";

/// The `RemoteProtocolError` for a violated rule.
pub(super) struct PeerException<'a> {
    pub(super) error: PeerError,
    pub(super) phase: Phase,
    /// The rejected line.
    pub(super) line: &'a [u8],
    /// The received and the announced bytes of the body.
    pub(super) body: (u64, u64),
    pub(super) capture: Capture,
}

impl Display for PeerException<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const CLASS: &str = "RemoteProtocolError";
        let words = match words(self.error.rule) {
            // The stream ended within the line, for which h11 waits.
            Words::StatusLine if self.line.is_empty() => Words::Disconnected,
            words => words,
        };
        if words == Words::Disconnected {
            let text = Str("Server disconnected without sending a response.");
            return Exception(CLASS, (text,)).fmt(f);
        }
        let cause = Cause::Peer(self.error);
        let complaint = Complaint {
            words,
            rule: self.error.rule,
            phase: self.phase,
            line: self.line,
            body: self.body,
            shown: self.capture.excerpt(&cause, self.line),
        };
        Exception(CLASS, (Exception(CLASS, (Str(complaint),)),)).fmt(f)
    }
}

/// The text of h11's exception.
struct Complaint<'a> {
    words: Words,
    rule: Rule,
    phase: Phase,
    line: &'a [u8],
    body: (u64, u64),
    shown: Cow<'a, [u8]>,
}

impl Complaint<'_> {
    fn with_line(&self, words: &str, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{words}: {}", ByteArray(&self.shown))
    }

    fn with_status_line(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.line.first() {
            // h11 rejects these before it has a line, and calls it a request line.
            Some(0..=b' ') => f.write_str("illegal request line"),
            _ => self.with_line("illegal status line", f),
        }
    }
}

impl Display for Complaint<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.words {
            Words::Fixed(words) => f.write_str(words),
            Words::Line(words) => self.with_line(words, f),
            Words::StatusLine => self.with_status_line(f),
            Words::Status => match low_status(self.line) {
                Some(status) => write!(
                    f,
                    "InformationalResponse status_code should be in range [100, 200), not {status}"
                ),
                None => self.with_status_line(f),
            },
            Words::AnyLine if self.line.starts_with(b"HTTP/") => self.with_status_line(f),
            Words::AnyLine if self.line.contains(&b':') => self.with_line("illegal header line", f),
            Words::AnyLine if self.phase == Phase::ReceiveBody => {
                self.with_line("illegal chunk header", f)
            }
            Words::AnyLine => self.with_status_line(f),
            Words::ChunkEnd => {
                self.with_line("malformed chunk footer", f)?;
                write!(f, " (expected {})", Bytes(b"\r\n"))
            }
            Words::ShortBody => {
                let (received, expected) = self.body;
                write!(f, "{SHORT} (received {received} bytes, expected {expected})")
            }
            Words::ShortChunks if self.line.is_empty() => {
                write!(f, "{SHORT} (incomplete chunked read)")
            }
            Words::ShortChunks => f.write_str("peer unexpectedly closed connection"),
            Words::Disconnected | Words::Ours => f.write_str(self.rule.description()),
        }
    }
}

/// Returns the status of an otherwise valid status line if it is below 100.
fn low_status(line: &[u8]) -> Option<u8> {
    let [b'0', tens @ b'0'..=b'9', units @ b'0'..=b'9', rest @ ..] = line.get(9..)? else {
        return None;
    };
    matches!(rest, [] | [b' ', ..]).then_some((tens - b'0') * 10 + (units - b'0'))
}

/// The `LocalProtocolError` for an invalid request.
pub(super) struct MisuseException<'a> {
    pub(super) error: MisuseError,
    /// The invalid field: its name, or its whole line if the value is invalid.
    pub(super) field: &'a [u8],
    pub(super) capture: Capture,
}

impl Display for MisuseException<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const CLASS: &str = "LocalProtocolError";
        // httpcore wraps h11's errors about a head, and passes on those about a body.
        let mut head =
            |text: &dyn Display| Exception(CLASS, (Exception(CLASS, (Str(text),)),)).fmt(f);
        match self.error.misuse {
            Misuse::Method => head(&"Illegal method characters"),
            Misuse::Target => head(&"Illegal target characters"),
            Misuse::FieldName(_) => {
                let name = self.capture.line(self.field);
                head(&format_args!("Illegal header name {}", Bytes(&name)))
            }
            Misuse::FieldValue(_) => {
                let value = field_value(self.field, self.capture);
                head(&format_args!("Illegal header value {}", Bytes(&value)))
            }
            Misuse::HostMissing => head(&HOST_MISSING),
            Misuse::HostRepeated => head(&HOST_REPEATED),
            Misuse::Framing => head(&LENGTHS_CONFLICT),
            misuse => Exception(CLASS, (Str(body_words(misuse, &self.error)),)).fmt(f),
        }
    }
}

fn body_words(misuse: Misuse, error: &MisuseError) -> &dyn Display {
    match misuse {
        Misuse::BodyTooLong | Misuse::NoBody => &"Too much data for declared Content-Length",
        Misuse::BodyTooShort(_) => &"Too little data for declared Content-Length",
        Misuse::TrailersNeedChunks => &"Content-Length and trailers don't mix",
        _ => error,
    }
}

/// Returns the value of a field line as far as it may be shown. A line without a name is hidden like a
/// credential.
fn field_value(line: &[u8], capture: Capture) -> Cow<'_, [u8]> {
    let name_ends = |pair: &[u8]| pair == b": ";
    let (name, value) = match line.windows(2).position(name_ends) {
        Some(colon) if !line[..colon].contains(&b' ') => (&line[..colon], &line[colon + 2..]),
        _ => (&b"authorization"[..], line),
    };
    capture.field(name, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rules_lack_text_of_h11() {
        let ours: Vec<_> =
            Rule::ALL.iter().copied().filter(|rule| words(*rule) == Words::Ours).collect();
        assert_eq!(
            ours,
            [
                Rule::LengthAndTransferEncoding,
                Rule::TransferEncodingVersion,
                Rule::ConnectWithBody,
                Rule::ReadersDisagree,
                Rule::ChunkExtensionsTooLong,
                Rule::BodyTooLong,
                Rule::TooManyInformational,
            ]
        );
    }

    #[test]
    fn status_below_100_differs_from_invalid_line() {
        assert_eq!(low_status(b"HTTP/1.1 099 Odd"), Some(99));
        assert_eq!(low_status(b"HTTP/1.1 007"), Some(7));
        assert_eq!(low_status(b"HTTP/1.1 0990 Odd"), None);
        assert_eq!(low_status(b"HTTP/1.1 20 OK"), None);
        assert_eq!(low_status(b"HTTP/1.1"), None);
    }
}
