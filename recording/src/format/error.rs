//! Errors of reading.

use std::fmt;
use std::io;

use super::header::HeaderError;

/// Why a recording cannot be read.
///
/// ```
/// use limpid_recording::format::{FrameReader, ReadError};
///
/// let error = FrameReader::new(&b"HTTP/1.1 200 OK\r\n"[..]).unwrap_err();
/// assert_eq!(error.to_string(), "the file is no recording of limpid: its first line is another");
/// assert!(matches!(error, ReadError::Header(_)));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The file cannot be read.
    Io(io::Error),
    /// The first line is not that of a recording that this version reads.
    Header(HeaderError),
    /// The frame at this offset is damaged: its checksum is that of other bytes.
    Damaged {
        /// The offset of the frame in the file.
        offset: u64,
    },
    /// The content of the frame at this offset is not what its kind requires.
    Invalid {
        /// The offset of the frame in the file.
        offset: u64,
        /// What is wrong.
        what: &'static str,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_) => f.write_str("the recording cannot be read"),
            Self::Header(error) => error.fmt(f),
            Self::Damaged { offset } => {
                write!(
                    f,
                    "the recording is damaged: the frame at byte {offset} has a wrong checksum"
                )
            }
            Self::Invalid { offset, what } => {
                write!(f, "the recording is invalid: the frame at byte {offset} {what}")
            }
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<HeaderError> for ReadError {
    fn from(error: HeaderError) -> Self {
        Self::Header(error)
    }
}
