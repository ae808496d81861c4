//! The tolerances: rules that a peer may break.

use alloc::vec::Vec;

use super::{PeerError, Rule};
use crate::stored::{Reader, Stored};

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

            /// The description of each tolerance, which is what it permits, in the order of [`NAMED`](Self::NAMED).
            pub const DESCRIPTIONS: &'static [&'static str] = &[$( concat!($($doc),+), )+];
        }
    };
}

lenient! {
    /// Lines of heads and trailers may end with LF alone (RFC 9112 section 2.2).
    BARE_LF = 0,
    /// Field values of requests may be folded over several lines, which are joined with a space (RFC 9112
    /// section 5.2). In responses this is always allowed.
    FOLD_IN_REQUESTS = 1,
    /// Spaces and tabs may precede the colon of a field, and are dropped (RFC 9112 section 5.1).
    SPACE_BEFORE_COLON = 2,
    /// A message may have both Content-Length and Transfer-Encoding. The latter applies, and the
    /// connection is not reused (RFC 9112 section 6.3).
    LENGTH_WITH_CHUNKED = 3,
    /// Content-Length may be repeated with the same value (RFC 9112 section 6.3).
    REPEATED_LENGTH = 4,
    /// A minor version greater than 1 is read as 1 (RFC 9110 section 2.5).
    MINOR_VERSION = 5,
    /// Spaces and tabs may follow a chunk size (RFC 9112 section 7.1).
    SPACE_AFTER_CHUNK_SIZE = 6,
    /// HTTP/1.0 messages may be chunked; the connection is not reused (RFC 9112 section 6.1).
    CHUNKED_IN_HTTP_10 = 7,
    /// Field values may contain control characters other than NUL, CR and LF (RFC 9110 section 5.5).
    CONTROL_IN_VALUE = 8,
    /// Blank lines may precede a response (RFC 9112 section 2.2).
    BLANK_LINE_BEFORE_RESPONSE = 9,
    /// A field name may contain spaces and tabs; such a line is left out of the fields (RFC 9112 section 5.1).
    SPACE_IN_NAME = 10,
    /// A field name may contain other characters that no token has, but no control characters; such a
    /// line is left out of the fields (RFC 9110 section 5.1).
    CHARACTER_IN_NAME = 11,
    /// A field line may have no colon; such a line is left out of the fields (RFC 9112 section 5).
    LINE_WITHOUT_COLON = 12,
    /// A field line may have no name; such a line is left out of the fields (RFC 9112 section 5).
    LINE_WITHOUT_NAME = 13,
    /// Field values may contain NUL and CR, which are read as a space (RFC 9110 section 5.5).
    NUL_IN_VALUE = 14,
    /// The transfer coding `identity`, which RFC 9112 no longer has, has no effect, and the connection is
    /// not reused (RFC 9112 section 6.1).
    IDENTITY_CODING = 15,
    /// An empty Transfer-Encoding has no effect, and the connection is not reused (RFC 9112 section 6.1).
    EMPTY_CODING = 16,
    /// The coding `chunked` may be named more than once and is applied once; the connection is not
    /// reused (RFC 9112 section 6.1).
    REPEATED_CHUNKED = 17,
    /// Transfer codings may be unknown: the content stays coded, and the connection is not reused. If the
    /// last coding is unknown, the body of a response ends with the connection, and a request is rejected
    /// (RFC 9112 section 6.3).
    UNKNOWN_CODING = 18,
    /// A status line may have the version 2 or 2.0, which is read as 1.1 (RFC 9110 section 2.5).
    VERSION_2 = 19,
    /// Several spaces and tabs may separate the parts of a status line (RFC 9112 section 4).
    SPACES_IN_STATUS_LINE = 20,
    /// Lines of the chunked coding may end with LF alone, and the connection is not reused (RFC 9112
    /// section 7.1).
    BARE_LF_IN_CHUNKS = 21,
    /// Spaces and tabs may precede a chunk size, and the connection is not reused (RFC 9112 section 7.1).
    SPACE_BEFORE_CHUNK_SIZE = 22,
    /// A reason phrase may contain control characters other than NUL, CR and LF (RFC 9112 section 4).
    CONTROL_IN_REASON = 23,
}

/// The tolerances of a client, which has to talk to servers as they are: what most clients read and what
/// the RFCs recommend reading. What concerns framing
/// has one meaning that all readers share, and ends the reuse of the connection; nothing that lets a peer
/// choose where a message ends is among them.
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
        let (mut all, mut index) = (Self::NONE, 0);
        while index < CLIENT.len() {
            all = all.with(CLIENT[index]);
            index += 1;
        }
        all
    };

    /// Returns these tolerances and those of `other`.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the names of the tolerances, in upper case.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMED.iter().filter(move |(_, one)| self.allows(*one)).map(|(name, _)| *name)
    }

    /// Returns the tolerances, mostly one, that permit what this error rejects. `None` if no tolerance permits it,
    /// because the peer could then choose where the message ends.
    ///
    /// ```
    /// use limpid_core::error::{PeerError, Rule};
    /// use limpid_core::limits::Lenient;
    ///
    /// let error = PeerError { rule: Rule::FieldColon, offset: 27, byte: None };
    /// assert_eq!(Lenient::reading(&error), Some(Lenient::LINE_WITHOUT_COLON));
    /// ```
    #[must_use]
    pub const fn reading(error: &PeerError) -> Option<Self> {
        Some(match (error.rule, error.byte) {
            (Rule::BareLf, _) => Self::BARE_LF,
            (Rule::BlankLineFirst, _) => Self::BLANK_LINE_BEFORE_RESPONSE,
            (Rule::VersionUnsupported, Some(b'1')) => Self::MINOR_VERSION,
            (Rule::VersionUnsupported, Some(b'2')) => Self::VERSION_2,
            (Rule::StatusLineForm, Some(b' ' | b'\t')) => Self::SPACES_IN_STATUS_LINE,
            (Rule::ReasonCharacter, Some(1..)) => Self::CONTROL_IN_REASON,
            (Rule::FieldColon, _) => Self::LINE_WITHOUT_COLON,
            (Rule::FieldNameEmpty, _) => Self::LINE_WITHOUT_NAME,
            (Rule::FieldNameCharacter, Some(b' ' | b'\t')) => Self::SPACE_IN_NAME,
            (Rule::FieldNameCharacter, Some(b'!'..=b'~' | 0x80..)) => Self::CHARACTER_IN_NAME,
            (Rule::SpaceBeforeColon, _) => Self::SPACE_BEFORE_COLON,
            (Rule::FieldValueCharacter, Some(1..)) => Self::CONTROL_IN_VALUE,
            (Rule::FieldValueCharacter | Rule::BareCr, _) => Self::NUL_IN_VALUE,
            (Rule::ObsoleteFold, _) => Self::FOLD_IN_REQUESTS,
            (Rule::ContentLengthRepeated, _) => Self::REPEATED_LENGTH,
            (Rule::LengthAndTransferEncoding, _) => Self::LENGTH_WITH_CHUNKED,
            // The value is empty.
            (Rule::TransferEncodingUnknown, Some(b'\r' | b'\n' | b',')) => Self::EMPTY_CODING,
            (Rule::TransferEncodingUnknown, _) => Self::UNKNOWN_CODING,
            // What stands beside chunked is chunked again, or unknown.
            (Rule::TransferEncodingRepeated | Rule::TransferEncodingNotFinal, _) => {
                Self::REPEATED_CHUNKED.with(Self::UNKNOWN_CODING)
            }
            (Rule::TransferEncodingVersion, _) => Self::CHUNKED_IN_HTTP_10,
            (Rule::ChunkSize, Some(b' ' | b'\t')) => Self::SPACE_BEFORE_CHUNK_SIZE,
            (Rule::ChunkLineEnd | Rule::ChunkDataEnd, Some(b'\n')) => Self::BARE_LF_IN_CHUNKS,
            _ => return None,
        })
    }

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
        *self = self.with(other);
    }
}

impl core::ops::BitOr for Lenient {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.with(other)
    }
}

impl Stored for Lenient {
    fn store(&self, to: &mut Vec<u8>) {
        self.0.store(to);
    }

    /// Returns `None` for tolerances that this version does not have.
    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let bits = from.read()?;
        (bits & !Self::ALL.0 == 0).then_some(Self(bits))
    }
}
