//! Errors of content codings: bodies that are invalid, or that exceed a limit when decoded.

use core::fmt;

use crate::values::Coding;

/// The fault of a coded body.
///
/// [`CodingError`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CodingFault {
    /// The header is not that of the coding, or it requires an unsupported method or dictionary.
    Header,
    /// The coded data is invalid.
    Data,
    /// The checksum does not match the decoded data.
    Checksum,
    /// The length does not match the decoded data.
    Length,
    /// The body ends before the coded data does.
    Truncated,
    /// The coded data requires a larger window than RFC 9659 allows.
    Window,
    /// The body decodes to more than this many bytes for each coded byte: the limit
    /// [`expansion`](crate::limits::Limits::expansion).
    Expansion(u64),
    /// The body decodes to more than this many bytes: the limit [`body`](crate::limits::Limits::body).
    TooLong(u64),
}

impl CodingFault {
    /// Returns the name of the fault, as log lines show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Data => "data",
            Self::Checksum => "checksum",
            Self::Length => "length",
            Self::Truncated => "truncated",
            Self::Window => "window",
            Self::Expansion(_) => "expansion",
            Self::TooLong(_) => "body",
        }
    }
}

impl fmt::Display for CodingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => f.write_str("it does not have a valid header of this coding"),
            Self::Data => f.write_str("the coded data is invalid"),
            Self::Checksum => f.write_str("the checksum does not match the decoded data"),
            Self::Length => f.write_str("the length does not match the decoded data"),
            Self::Truncated => f.write_str("it ends before the coded data is complete"),
            Self::Window => f.write_str("it requires a larger window than 8 MiB (RFC 9659)"),
            Self::Expansion(most) => {
                write!(
                    f,
                    "it decodes to more than {most} times its length, like a decompression bomb"
                )
            }
            Self::TooLong(most) => write!(f, "it decodes to more than {most} bytes"),
        }
    }
}

/// The failure to decode a body.
///
/// ```
/// use limpid_core::coding::Coding;
/// use limpid_core::error::{CodingError, CodingFault};
///
/// let error = CodingError { coding: Coding::Gzip, fault: CodingFault::Truncated, offset: 17 };
/// assert_eq!(
///     error.to_string(),
///     "the body cannot be decoded as gzip: it ends before the coded data is complete (after byte 17 of the \
///      coded body); request it without content codings"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodingError {
    /// The coding that failed.
    pub coding: Coding,
    /// What is wrong with the coded body.
    pub fault: CodingFault,
    /// Number of bytes of the coded body that the decoder took before it found the fault.
    pub offset: u64,
}

impl fmt::Display for CodingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { coding, fault, offset } = self;
        write!(f, "the body cannot be decoded as {}: {fault} ", coding.name())?;
        write!(f, "(after byte {offset} of the coded body); ")?;
        f.write_str(match fault {
            CodingFault::Expansion(_) => "if this is intended, raise the limit \"expansion\"",
            CodingFault::TooLong(_) => "if this is intended, raise the limit \"body\"",
            _ => "request it without content codings",
        })
    }
}

impl core::error::Error for CodingError {}
