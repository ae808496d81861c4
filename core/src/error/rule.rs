//! The rules that a peer can break, each with its section and the status of a server's response.

/// The class of an error: what kind of rule was broken.
///
/// ```
/// use limpid_core::error::{ErrorClass, Rule};
///
/// assert_eq!(Rule::SpaceBeforeColon.class(), ErrorClass::Malformed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// The bytes do not follow the grammar, or contradict each other.
    Malformed,
    /// The bytes may follow the grammar, but exceed a limit.
    TooLarge,
    /// The message is valid, but not supported.
    Unsupported,
    /// The peer closed the connection within a message.
    EndOfStream,
}

macro_rules! rules {
    ($( $variant:ident: $class:ident $status:literal $section:literal $description:literal, )+) => {
        /// A rule of HTTP/1.1 or a configured limit, which a peer's bytes can break.
        ///
        /// [`PeerError`](super::PeerError) has an example.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(
                #[doc = concat!($description, " (", $section, "; answer ", stringify!($status), ").")]
                $variant,
            )+
        }

        impl Rule {
            /// All rules, in the order of their documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the class of the error.
            #[must_use]
            pub const fn class(self) -> ErrorClass {
                match self { $(Self::$variant => ErrorClass::$class,)+ }
            }

            /// Returns the status with which a server refuses a request that breaks the rule.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// Returns the section of the RFC that defines the rule, or "limit" for a configured limit.
            #[must_use]
            pub const fn section(self) -> &'static str {
                match self { $(Self::$variant => $section,)+ }
            }

            /// Returns what was wrong, in words that continue the sentence "the peer's bytes are refused:".
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description,)+ }
            }

            /// Returns the name of the variant.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)+ }
            }
        }
    };
}

impl Rule {
    /// Returns the field of [`Limits`](crate::limits::Limits) that the rule enforces, if it enforces one.
    #[must_use]
    pub const fn limit(self) -> Option<&'static str> {
        Some(match self {
            Self::StartLineTooLong => "start_line",
            Self::HeadTooLong => "head",
            Self::TooManyFields => "fields",
            Self::TooManyBlankLines => "blank_lines",
            Self::ChunkLineTooLong => "chunk_line",
            Self::ChunkExtensionsTooLong => "chunk_extensions",
            Self::TrailersTooLong => "trailers",
            Self::BodyTooLong => "body",
            Self::TooManyInformational => "informational",
            _ => return None,
        })
    }
}

rules! {
    // Lines.
    BareLf: Malformed 400 "RFC 9112 section 2.2" "a line ends in LF without a CR before it",
    BareCr: Malformed 400 "RFC 9112 section 2.2" "a CR is not followed by LF",
    BlankLineFirst: Malformed 400 "RFC 9112 section 2.2" "a blank line stands where a message should start",
    FoldFirst: Malformed 400 "RFC 9112 section 2.2" "white space stands between the start line and the first field",

    // What is not HTTP/1.1.
    TlsRecord: Unsupported 400 "RFC 8446 section 5.1" "the peer speaks TLS on a connection without TLS",
    Http2: Unsupported 505 "RFC 9113 section 3.4" "the peer speaks HTTP/2",
    Shoutcast: Unsupported 502 "RFC 9112 section 2.3" "the server speaks Shoutcast (ICY)",
    OtherGreeting: Unsupported 400 "RFC 9112 section 2.1" "the peer greets as in SSH, SMTP, FTP, POP3 or IMAP",
    DocumentFirst: Malformed 502 "RFC 9112 section 4" "an HTML or XML document stands where a status line should",
    StatusLineMissing: Malformed 502 "RFC 9112 section 4" "the response has no status line, as in HTTP/0.9",
    VersionMissing: Malformed 400 "RFC 9112 section 3" "the request line has no version, as in HTTP/0.9",

    // Request lines.
    RequestLineForm: Malformed 400 "RFC 9112 section 3" "the request line is not method, target and version, with one space between them",
    MethodCharacter: Malformed 400 "RFC 9110 section 9.1" "the method has a character that no token has",
    TargetCharacter: Malformed 400 "RFC 9112 section 3.2" "the request target has a character that no URI has",
    TargetForm: Malformed 400 "RFC 9112 section 3.2" "the request target has none of the four forms, or not the form its method needs",
    TargetHostEmpty: Malformed 400 "RFC 9110 section 4.2.1" "the request target has no host",
    ConnectPort: Malformed 400 "RFC 9110 section 9.3.6" "the target of CONNECT has no port from 1 to 65535",
    VersionForm: Malformed 400 "RFC 9112 section 2.3" "the version is not HTTP/ and a digit, a dot and a digit",
    VersionUnsupported: Unsupported 505 "RFC 9110 section 15.6.6" "the version is neither HTTP/1.0 nor HTTP/1.1",

    // Status lines.
    StatusLineForm: Malformed 502 "RFC 9112 section 4" "the status line is not version, status code and reason, with one space between them",
    StatusCode: Malformed 502 "RFC 9110 section 15" "the status code is not three digits from 100 to 999",
    ReasonCharacter: Malformed 502 "RFC 9112 section 4" "the reason phrase has a control character",

    // Fields.
    FieldColon: Malformed 400 "RFC 9112 section 5" "a field line has no colon",
    FieldNameEmpty: Malformed 400 "RFC 9112 section 5" "a field line has no name before its colon",
    FieldNameCharacter: Malformed 400 "RFC 9110 section 5.1" "a field name has a character that no token has",
    SpaceBeforeColon: Malformed 400 "RFC 9112 section 5.1" "white space stands between a field name and its colon",
    FieldValueCharacter: Malformed 400 "RFC 9110 section 5.5" "a field value has a control character",
    ObsoleteFold: Malformed 400 "RFC 9112 section 5.2" "a field value is folded over several lines",

    // Host.
    HostMissing: Malformed 400 "RFC 9112 section 3.2" "an HTTP/1.1 request has no Host field",
    HostRepeated: Malformed 400 "RFC 9112 section 3.2" "a request has more than one Host field",
    HostInvalid: Malformed 400 "RFC 9112 section 3.2" "the Host field is not a host and an optional port",

    // Framing.
    ContentLengthInvalid: Malformed 400 "RFC 9110 section 8.6" "Content-Length is not a decimal number",
    ContentLengthTooLarge: Malformed 400 "RFC 9110 section 8.6" "Content-Length is more than 63 bits can count",
    ContentLengthRepeated: Malformed 400 "RFC 9112 section 6.3" "Content-Length is given more than once",
    ContentLengthConflict: Malformed 400 "RFC 9112 section 6.3" "Content-Length is given twice with different values",
    LengthAndTransferEncoding: Malformed 400 "RFC 9112 section 6.3" "Content-Length and Transfer-Encoding are both given",
    TransferEncodingUnknown: Unsupported 501 "RFC 9112 section 6.1" "a transfer coding other than chunked is used",
    TransferEncodingNotFinal: Malformed 400 "RFC 9112 section 6.3" "chunked is not the last transfer coding, or stands there twice",
    TransferEncodingRepeated: Malformed 400 "RFC 9112 section 6.1" "Transfer-Encoding is given on more than one line",
    TransferEncodingVersion: Malformed 400 "RFC 9112 section 6.1" "Transfer-Encoding is used in a message of HTTP/1.0",

    ConnectWithBody: Malformed 400 "RFC 9110 section 9.3.6" "a CONNECT request has a body",

    // Chunks.
    ChunkSize: Malformed 400 "RFC 9112 section 7.1" "a chunk size is not a hexadecimal number",
    ChunkSizeTooLarge: Malformed 400 "RFC 9112 section 7.1" "a chunk size is more than 63 bits can count",
    ChunkExtension: Malformed 400 "RFC 9112 section 7.1.1" "a chunk extension does not follow its grammar",
    ChunkLineEnd: Malformed 400 "RFC 9112 section 7.1" "a chunk-size line does not end in CR LF",
    ChunkDataEnd: Malformed 400 "RFC 9112 section 7.1" "the data of a chunk is not followed by CR LF",

    // Two readers.
    ReadersDisagree: Malformed 400 "RFC 9112 section 11.2" "a second reader (httparse) reads the head or the trailers differently",

    // Order of messages.
    ResponseUnasked: Malformed 502 "RFC 9112 section 6.3" "bytes arrive on a connection on which no request waits for a response",
    SwitchUnasked: Malformed 502 "RFC 9110 section 7.8" "the server switches protocols, and the request did not ask for it",

    // Limits.
    StartLineTooLong: TooLarge 414 "limit" "the start line is longer than the limit",
    HeadTooLong: TooLarge 431 "limit" "the head is longer than the limit",
    TooManyFields: TooLarge 431 "limit" "the head has more fields than the limit",
    TooManyBlankLines: TooLarge 400 "limit" "more blank lines than the limit stand before the message",
    ChunkLineTooLong: TooLarge 400 "limit" "a chunk-size line is longer than the limit",
    ChunkExtensionsTooLong: TooLarge 413 "limit" "the chunk extensions of a body are longer together than the limit",
    TrailersTooLong: TooLarge 431 "limit" "the trailer section is longer than the limit",
    BodyTooLong: TooLarge 413 "limit" "the body is longer than the limit",
    TooManyInformational: TooLarge 502 "limit" "more informational responses than the limit come before the response",

    // Ends.
    EndBeforeResponse: EndOfStream 502 "RFC 9112 section 8" "the peer closed the connection without sending a response",
    EndInHead: EndOfStream 400 "RFC 9112 section 8" "the peer closed the connection within a head",
    EndInBody: EndOfStream 400 "RFC 9112 section 8" "the peer closed the connection before the body was complete",
    EndInChunks: EndOfStream 400 "RFC 9112 section 8" "the peer closed the connection within a chunked body",
}
