//! Limits for what a peer may send, and the rules that it may break.

use super::Rule;

/// The limits of a connection. A connection enforces each limit before it has received all of what exceeds
/// it, so it never buffers more than its limits and one read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes in a start line, including its line end. 64 KiB by default.
    pub start_line: usize,
    /// Bytes in a head, including the start line and the blank line. 64 KiB by default.
    pub head: usize,
    /// Fields in a head, and in a trailer section. 128 by default.
    pub fields: usize,
    /// Blank lines before a request. 4 by default.
    pub blank_lines: usize,
    /// Bytes in a chunk-size line, including its line end. 4 KiB by default.
    pub chunk_line: usize,
    /// Bytes of chunk extensions in a whole body. 16 KiB by default.
    pub chunk_extensions: usize,
    /// Bytes in a trailer section. 16 KiB by default.
    pub trailers: usize,
    /// Bytes in a body, without framing. The same limit applies to the decoded body. No limit by default.
    pub body: u64,
    /// Ratio of decoded bytes to coded bytes of a body, once the decoded body is longer than
    /// [`UNSUSPICIOUS`](Self::UNSUSPICIOUS). 200 by default: text has a ratio of 3 to 20, and only repetitive
    /// data has more. A decompression bomb of zeros has 1032 in gzip and a million in br.
    pub expansion: u64,
    /// Informational responses before the final one. 16 by default.
    pub informational: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Limits {
    const DEFAULT: Self = Self {
        start_line: 64 * 1024,
        head: 64 * 1024,
        fields: 128,
        blank_lines: 4,
        chunk_line: 4 * 1024,
        chunk_extensions: 16 * 1024,
        trailers: 16 * 1024,
        body: u64::MAX,
        expansion: 200,
        informational: 16,
    };

    /// The limits with which a client starts: heads of 256 KiB with 1,000 fields, for servers set many
    /// cookies. At worst a connection then keeps 256 KiB of a head, 16 KB of positions in it, and one
    /// read.
    pub const CLIENT: Self = Self { head: 256 * 1024, fields: 1000, ..Self::DEFAULT };

    /// Length in bytes of a decoded body up to which [`expansion`](Self::expansion) does not apply: 16 MiB.
    pub const UNSUSPICIOUS: u64 = 16 * 1024 * 1024;

    /// Returns the name and the value of the limit that a rule enforces, if it enforces one.
    pub(crate) const fn of(&self, rule: Rule) -> Option<(&'static str, u64)> {
        Some(match rule {
            Rule::StartLineTooLong => ("start_line", self.start_line as u64),
            Rule::HeadTooLong => ("head", self.head as u64),
            Rule::TooManyFields => ("fields", self.fields as u64),
            Rule::TooManyBlankLines => ("blank_lines", self.blank_lines as u64),
            Rule::ChunkLineTooLong => ("chunk_line", self.chunk_line as u64),
            Rule::ChunkExtensionsTooLong => ("chunk_extensions", self.chunk_extensions as u64),
            Rule::TrailersTooLong => ("trailers", self.trailers as u64),
            Rule::BodyTooLong => ("body", self.body),
            Rule::TooManyInformational => ("informational", self.informational as u64),
            _ => return None,
        })
    }
}

/// Rules that a peer may break: a set of named bits. A client starts with
/// [`CLIENT`](Self::CLIENT), a server and a bare connection with [`NONE`](Self::NONE). Each use emits an event
/// with the rule and the offset.
///
/// ```
/// use limpid_core::limits::Lenient;
///
/// let lenient = Lenient::BARE_LF | Lenient::SPACE_BEFORE_COLON;
/// assert!(lenient.allows(Lenient::BARE_LF));
/// assert!(!Lenient::NONE.allows(Lenient::BARE_LF));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lenient(u32);

macro_rules! lenient {
    ($( $(#[doc = $doc:literal])+ $name:ident = $bit:literal, )+) => {
        impl Lenient {
            $( $(#[doc = $doc])+ pub const $name: Self = Self(1 << $bit); )+

            /// All tolerances.
            pub const ALL: Self = Self($( Self::$name.0 )|+);

            /// Each tolerance with its name.
            pub const NAMED: &'static [(&'static str, Self)] = &[
                $( (stringify!($name), Self::$name), )+
            ];
        }
    };
}

lenient! {
    /// Lines of heads and trailers may end with LF alone (RFC 9112 section 2.2).
    BARE_LF = 0,
    /// Field values of requests may be folded over several lines, which are joined with a space (RFC 9112
    /// section 5.2). In responses this is always allowed.
    FOLD_IN_REQUESTS = 1,
    /// White space may precede the colon of a field, and is dropped (RFC 9112 section 5.1).
    SPACE_BEFORE_COLON = 2,
    /// A message may have both Content-Length and Transfer-Encoding. The latter applies, and the
    /// connection is not reused (RFC 9112 section 6.3).
    LENGTH_WITH_CHUNKED = 3,
    /// Content-Length may be repeated with the same value (RFC 9112 section 6.3).
    REPEATED_LENGTH = 4,
    /// A minor version greater than 1 is read as 1 (RFC 9110 section 2.5).
    MINOR_VERSION = 5,
    /// White space may follow a chunk size (RFC 9112 section 7.1).
    SPACE_AFTER_CHUNK_SIZE = 6,
    /// HTTP/1.0 messages may be chunked; the connection is not reused (RFC 9112 section 6.1).
    CHUNKED_IN_HTTP_10 = 7,
    /// Field values may contain control characters other than NUL, CR and LF (RFC 9110 section 5.5).
    CONTROL_IN_VALUE = 8,
    /// Blank lines may precede a response (RFC 9112 section 2.2).
    BLANK_LINE_BEFORE_RESPONSE = 9,
    /// A field name may contain white space; such a line is left out of the fields (RFC 9112 section 5.1).
    SPACE_IN_NAME = 10,
    /// A field name may contain other characters that no token has, but no control characters; such a
    /// line is left out of the fields (RFC 9110 section 5.1).
    CHARACTER_IN_NAME = 11,
    /// A field line may have no colon; such a line is left out of the fields (RFC 9112 section 5).
    LINE_WITHOUT_COLON = 12,
    /// A field line may have no name; such a line is left out of the fields (RFC 9112 section 5).
    LINE_WITHOUT_NAME = 13,
    /// Field values may contain NUL and CR, which are read as SP (RFC 9110 section 5.5).
    NUL_IN_VALUE = 14,
    /// The transfer coding `identity`, which RFC 9112 no longer has, has no effect, and the connection is
    /// not reused (RFC 9112 section 6.1).
    IDENTITY_CODING = 15,
    /// An empty Transfer-Encoding has no effect, and the connection is not reused (RFC 9112 section 6.1).
    EMPTY_CODING = 16,
    /// The coding `chunked` may be named more than once and is applied once; the connection is not
    /// reused (RFC 9112 section 6.1).
    REPEATED_CHUNKED = 17,
    /// The last transfer coding of a response may be unknown: its body ends with the connection (RFC 9112
    /// section 6.3).
    UNKNOWN_CODING = 18,
    /// A status line may have the version 2.0, which is read as 1.1 (RFC 9110 section 2.5).
    VERSION_2 = 19,
    /// Several blanks or tabs may separate the parts of a status line (RFC 9112 section 4).
    SPACES_IN_STATUS_LINE = 20,
    /// Lines of the chunked coding may end with LF alone, and the connection is not reused (RFC 9112
    /// section 7.1).
    BARE_LF_IN_CHUNKS = 21,
    /// White space may precede a chunk size, and the connection is not reused (RFC 9112 section 7.1).
    SPACE_BEFORE_CHUNK_SIZE = 22,
    /// A reason phrase may contain control characters other than NUL, CR and LF (RFC 9112 section 4).
    CONTROL_IN_REASON = 23,
}

/// The tolerances of a client, which has to talk to servers as they are: what most clients read and what
/// the RFCs recommend reading. Nothing that lets a peer choose where a message ends is among them.
const CLIENT: [Lenient; 13] = [
    Lenient::BARE_LF,
    Lenient::SPACE_BEFORE_COLON,
    Lenient::LENGTH_WITH_CHUNKED,
    Lenient::REPEATED_LENGTH,
    Lenient::MINOR_VERSION,
    Lenient::SPACE_AFTER_CHUNK_SIZE,
    Lenient::CHUNKED_IN_HTTP_10,
    Lenient::CONTROL_IN_VALUE,
    Lenient::CONTROL_IN_REASON,
    Lenient::BLANK_LINE_BEFORE_RESPONSE,
    Lenient::SPACE_IN_NAME,
    Lenient::IDENTITY_CODING,
    Lenient::REPEATED_CHUNKED,
];

impl Lenient {
    /// No tolerance, with which a server and a bare connection start.
    pub const NONE: Self = Self(0);

    /// The tolerances with which a client starts: what most clients read.
    pub const CLIENT: Self = {
        let (mut all, mut index) = (0, 0);
        while index < CLIENT.len() {
            all |= CLIENT[index].0;
            index += 1;
        }
        Self(all)
    };

    /// Returns the tolerance of this name, without regard to case; `-` stands for `_`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let is_same = |other: &str| {
            let bytes = name.bytes().map(|byte| if byte == b'-' { b'_' } else { byte });
            other.len() == name.len()
                && bytes.zip(other.bytes()).all(|(a, b)| a.eq_ignore_ascii_case(&b))
        };
        Self::NAMED.iter().find(|(other, _)| is_same(other)).map(|(_, tolerance)| *tolerance)
    }

    /// Returns whether every tolerance in `tolerance` is set.
    #[inline]
    #[must_use]
    pub const fn allows(self, tolerance: Self) -> bool {
        self.0 & tolerance.0 == tolerance.0
    }
}

impl core::ops::BitOrAssign for Lenient {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl core::ops::BitOr for Lenient {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The configuration of a connection: how it treats its peer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The limits for what the peer may send.
    pub limits: Limits,
    /// The rules that the peer may break.
    pub lenient: Lenient,
}

impl Config {
    /// The configuration with which a server and a bare connection start: no tolerance.
    pub const STRICT: Self = Self { limits: Limits::DEFAULT, lenient: Lenient::NONE };

    /// The configuration of httpx, which reads no more than control characters: for the same lines.
    pub const HTTPX: Self = Self {
        limits: Limits::DEFAULT,
        lenient: Lenient(Lenient::CONTROL_IN_VALUE.0 | Lenient::CONTROL_IN_REASON.0),
    };

    /// The configuration with which a client starts: [`Limits::CLIENT`] and [`Lenient::CLIENT`].
    pub const CLIENT: Self = Self { limits: Limits::CLIENT, lenient: Lenient::CLIENT };
}

crate::values::with!(Limits, Config);
