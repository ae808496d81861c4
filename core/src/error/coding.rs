//! Bodies that are not coded as they say, or that would become too much.

use core::fmt;

use crate::values::Coding;

/// What is wrong with a coded body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CodingFault {
    /// It does not begin as the coding does, or wants something that cannot be had: a method, a
    /// dictionary.
    Header,
    /// The coded bytes make no sense.
    Data,
    /// A checksum is not that of what was decoded.
    Checksum,
    /// What was decoded has not the length that is given.
    Length,
    /// It ends before its coding does.
    Truncated,
    /// It needs a larger window than RFC 9659 allows.
    Window,
    /// It becomes more than this many bytes for each of its bytes: the limit
    /// [`expansion`](crate::limits::Limits::expansion).
    Expansion(u64),
    /// It becomes more than this many bytes: the limit [`body`](crate::limits::Limits::body).
    TooLong(u64),
}

impl CodingFault {
    /// The fault by name, for those who want to tell faults apart.
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
            Self::Header => f.write_str("it does not begin as this coding does"),
            Self::Data => f.write_str("the coded bytes make no sense"),
            Self::Checksum => f.write_str("the checksum is not that of what was decoded"),
            Self::Length => f.write_str("the length is not that of what was decoded"),
            Self::Truncated => f.write_str("it ends before its coding does"),
            Self::Window => f.write_str("it needs a larger window than 8 MiB (RFC 9659)"),
            Self::Expansion(most) => {
                write!(f, "it becomes more than {most} times as long, as bombs do")
            }
            Self::TooLong(most) => write!(f, "it becomes longer than {most} bytes"),
        }
    }
}

/// A body cannot be decoded.
///
/// ```
/// use limpid_core::coding::Coding;
/// use limpid_core::error::{CodingError, CodingFault};
///
/// let error = CodingError { coding: Coding::Gzip, fault: CodingFault::Truncated, offset: 17 };
/// assert_eq!(
///     error.to_string(),
///     "the body cannot be decoded as gzip: it ends before its coding does (after byte 17 of the \
///      coded body); ask for it without content codings"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodingError {
    /// The coding that was undone.
    pub coding: Coding,
    /// What is wrong.
    pub fault: CodingFault,
    /// Where: how many bytes of the coded body had been taken when that was found.
    pub offset: u64,
}

impl fmt::Display for CodingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { coding, fault, offset } = self;
        write!(f, "the body cannot be decoded as {}: {fault} ", coding.name())?;
        write!(f, "(after byte {offset} of the coded body); ")?;
        f.write_str(match fault {
            CodingFault::Expansion(_) => "if it is meant to, raise the limit \"expansion\"",
            CodingFault::TooLong(_) => "if it is meant to, raise the limit \"body\"",
            _ => "ask for it without content codings",
        })
    }
}

impl core::error::Error for CodingError {}
