//! Why a recording ends.

use std::fmt;
use std::io;
use std::sync::Arc;

use limpid_core::internal::{Reader, Stored};

/// Why a recording ends.
///
/// ```
/// use limpid_recording::Stop;
///
/// assert_eq!(Stop::Full.to_string(), "the file has the maximum size");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Stop {
    /// The recorder was closed.
    Closed,
    /// The file has the maximum size.
    Full,
    /// The recording goes on in the next file.
    Continued,
    /// The file cannot be written.
    Failed(Arc<io::Error>),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "the recorder was closed",
            Self::Full => "the file has the maximum size",
            Self::Continued => "the recording continues in the next file",
            Self::Failed(error) => return write!(f, "the file cannot be written: {error}"),
        })
    }
}

impl Stored for Stop {
    fn store(&self, to: &mut Vec<u8>) {
        to.push(match self {
            Self::Closed => 0,
            Self::Full => 1,
            Self::Continued => 2,
            // A file that cannot be written does not say so.
            Self::Failed(_) => 3,
        });
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        match from.read::<u8>()? {
            0 => Some(Self::Closed),
            1 => Some(Self::Full),
            2 => Some(Self::Continued),
            _ => None,
        }
    }
}
