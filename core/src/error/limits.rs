//! Limits for what a peer may send, and the rules that it may break.

use super::Rule;
pub use super::lenient::Lenient;
use crate::values::BufferSizes;

/// The limits of a connection: of what the peer may send, and of the memory for it. A connection enforces each
/// limit before it has received all of what exceeds it, so it never buffers more than its limits and one read.
///
/// ```
/// use limpid_core::limits::Limits;
///
/// let limits = Limits::with(|limits| limits.head = 16 * 1024);
/// assert_eq!(limits.head, 16 * 1024);
/// ```
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
    /// Bytes in a body, without framing. The same limit applies to the decoded body. No limit by default,
    /// except for [servers](Self::SERVER).
    pub body: u64,
    /// Ratio of decoded bytes to coded bytes of a body, once the decoded body is longer than
    /// [`UNSUSPICIOUS`](Self::UNSUSPICIOUS). 200 by default: text has a ratio of 3 to 20, and only repetitive
    /// data has more. A decompression bomb of zeros has 1032 in gzip and a million in br.
    pub expansion: u64,
    /// Informational responses before the final one. 16 by default.
    pub informational: usize,
    /// Bytes of room for a read of the transport, at least. 4 KiB by default.
    pub read: usize,
    /// Bytes in a receive buffer: its first size, twice that of [`read`](Self::read) or more. 8 KiB by default, and
    /// at least 128 bytes. A longer head makes it grow, up to [`head`](Self::head). From 8 KiB on, a read that fills
    /// the buffer makes it one of 64 KiB; a smaller buffer stays as small, so that a body of any length passes through
    /// it. The other buffers of a connection are not larger than its receive buffer.
    pub buffer: usize,
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
        read: 4 * 1024,
        buffer: 8 * 1024,
    };

    /// The limits with which a client starts: heads of 256 KiB with 1,000 fields, since servers set many
    /// cookies. At worst a connection then has a buffer of 284 KiB for a head, and, while the head is moved
    /// there, the one of 140 KiB before it; and 16 KiB of positions of fields. A response that a driver returns
    /// has a copy of the head and of the positions.
    pub const CLIENT: Self =
        Self { head: 256 * 1024, fields: 1000, read: 16 * 1024, ..Self::DEFAULT };

    /// The limits with which a server starts: bodies of 16 MiB, so that no client can fill the memory or the
    /// disk of a handler that stores what it receives. A longer body is refused with 413.
    pub const SERVER: Self = Self { body: 16 * 1024 * 1024, ..Self::DEFAULT };

    /// The limits for a small device, in either role: buffers of 512 bytes, and heads of 2 KiB with 32 fields. A
    /// connection without TLS then has at most 2 KiB of received bytes, and for a moment, while a long head is moved,
    /// 1 KiB more; a body passes through 512 bytes. `docs/EMBEDDING.md` in the repository has what the machines take
    /// in all.
    pub const SMALL: Self = Self {
        start_line: 1024,
        head: 2 * 1024,
        fields: 32,
        chunk_line: 128,
        chunk_extensions: 512,
        trailers: 512,
        informational: 4,
        read: 256,
        buffer: 512,
        ..Self::DEFAULT
    };

    /// Length in bytes of a decoded body up to which [`expansion`](Self::expansion) does not apply: 16 MiB.
    pub const UNSUSPICIOUS: u64 = 16 * 1024 * 1024;

    /// Returns the sizes of buffers.
    pub(crate) const fn buffers(&self) -> BufferSizes {
        BufferSizes::new(self.buffer)
    }

    /// Returns the least room for a read of the transport.
    pub(crate) const fn read_size(&self) -> usize {
        if self.read == 0 { 1 } else { self.read }
    }

    /// Returns the name and the value of the limit that a rule enforces, if it enforces one.
    pub(crate) fn of(&self, rule: Rule) -> Option<(&'static str, u64)> {
        let value = match rule {
            Rule::StartLineTooLong => self.start_line as u64,
            Rule::HeadTooLong => self.head as u64,
            Rule::TooManyFields => self.fields as u64,
            Rule::TooManyBlankLines => self.blank_lines as u64,
            Rule::ChunkLineTooLong => self.chunk_line as u64,
            Rule::ChunkExtensionsTooLong => self.chunk_extensions as u64,
            Rule::TrailersTooLong => self.trailers as u64,
            Rule::BodyTooLong => self.body,
            Rule::TooManyInformational => self.informational as u64,
            _ => return None,
        };
        Some((rule.limit()?, value))
    }
}

/// The configuration of a connection: how it treats its peer.
///
/// ```
/// use limpid_core::http1::{Connection, Role};
/// use limpid_core::limits::{Config, Lenient};
///
/// let config = Config::with(|config| config.lenient = Lenient::BARE_LF);
/// let connection = Connection::new(Role::Server, config);
/// # let _ = connection;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The limits for what the peer may send.
    pub limits: Limits,
    /// The rules that the peer may break.
    pub lenient: Lenient,
    /// Whether the framing of a chunked body is passed on with its data, as it came: the chunk-size lines, the line ends and
    /// the trailer section, which the end of the message has too. Content codings are not decoded then. `false` by
    /// default.
    pub raw: bool,
}

impl Config {
    /// The configuration with which a server and a bare connection start: no tolerance.
    pub const STRICT: Self = Self { limits: Limits::DEFAULT, lenient: Lenient::NONE, raw: false };

    /// The configuration of httpx, which reads no more than control characters: for the same lines.
    pub const HTTPX: Self = Self {
        limits: Limits { read: Limits::CLIENT.read, ..Limits::DEFAULT },
        lenient: Lenient::CONTROL_IN_VALUE.with(Lenient::CONTROL_IN_REASON),
        raw: false,
    };

    /// The configuration with which a client starts: [`Limits::CLIENT`] and [`Lenient::CLIENT`].
    pub const CLIENT: Self = Self { limits: Limits::CLIENT, lenient: Lenient::CLIENT, raw: false };

    /// The configuration for a server on a small device: [`Limits::SMALL`], and no tolerance.
    pub const SMALL: Self = Self { limits: Limits::SMALL, lenient: Lenient::NONE, raw: false };

    /// The configuration for a client on a small device: [`Limits::SMALL`] and [`Lenient::CLIENT`].
    pub const SMALL_CLIENT: Self =
        Self { limits: Limits::SMALL, lenient: Lenient::CLIENT, raw: false };
}

crate::values::with!(Limits, Config);

crate::stored::stored_struct! {
    Limits {
        start_line head fields blank_lines chunk_line chunk_extensions trailers body expansion informational
        read buffer
    }
    Config { limits lenient raw }
}
