//! The first line: what a recording holds.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use jiff::Timestamp;
use limpid_core::trace::Capture;

/// The text before the version.
const MAGIC: &str = "limpid recording ";

/// The version that is written and read.
const VERSION: &str = "1";

/// What a recording holds, and where its numbers come from: the first line of the file.
///
/// ```
/// use limpid_core::trace::Capture;
/// use limpid_recording::format::Header;
///
/// let line = "limpid recording 1; capture: everything; bodies: 4096; process: 7; \
///             started: 2026-11-30T18:00:00.5Z; part: 1";
/// let header: Header = line.parse()?;
/// assert_eq!((header.capture, header.bodies), (Capture::Everything, Some(4096)));
/// assert_eq!(header.to_string(), line);
/// # Ok::<(), limpid_recording::format::HeaderError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// The secrets that it contains. What the capture hides is overwritten with asterisks.
    pub capture: Capture,
    /// How many bytes of each body it contains at most; `None` if bodies are whole.
    pub bodies: Option<u64>,
    /// The process that wrote it.
    pub process: u32,
    /// The time of day at which the driver's clock showed 0.
    pub started: SystemTime,
    /// The number of this file, from 1, in a recording that continues in another file when one is full.
    pub part: u32,
}

impl Default for Header {
    /// Returns the header of this process for a whole recording in one file, whose clock starts in 1970.
    fn default() -> Self {
        Self {
            capture: Capture::Everything,
            bodies: None,
            process: std::process::id(),
            started: SystemTime::UNIX_EPOCH,
            part: 1,
        }
    }
}

impl Header {
    /// Returns whether the recording of `before` continues in the file of this header.
    pub(crate) fn continues(&self, before: &Self) -> bool {
        let is_next = before.part.checked_add(1) == Some(self.part);
        is_next && self.process == before.process
    }
}

/// The modes of capture and their names, which [`Capture::from_str`] reads.
const CAPTURES: [(Capture, &str); 4] = [
    (Capture::Redacted, "redacted"),
    (Capture::Default, "default"),
    (Capture::Private, "private"),
    (Capture::Everything, "everything"),
];

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { capture, bodies, process, started, part } = self;
        let capture =
            CAPTURES.iter().find(|(mode, _)| mode == capture).map_or("", |(_, name)| name);
        write!(f, "{MAGIC}{VERSION}; capture: {capture}; bodies: ")?;
        match bodies {
            Some(most) => write!(f, "{most}")?,
            None => f.write_str("whole")?,
        }
        // A clock is not set to a time that cannot be written.
        let started = Timestamp::try_from(*started).unwrap_or(Timestamp::UNIX_EPOCH);
        write!(f, "; process: {process}; started: {started}; part: {part}")
    }
}

impl FromStr for Header {
    type Err = HeaderError;

    fn from_str(line: &str) -> Result<Self, HeaderError> {
        let rest = line.strip_prefix(MAGIC).ok_or(HeaderError::NoRecording)?;
        let (version, rest) = rest.split_once("; ").ok_or(HeaderError::NoRecording)?;
        if version != VERSION {
            return Err(HeaderError::Version(version.chars().take(16).collect()));
        }
        let mut parts = rest.split("; ");
        let mut part = |name: &'static str| {
            parts
                .next()
                .and_then(|part| part.strip_prefix(name)?.strip_prefix(": "))
                .ok_or(HeaderError::Part(name))
        };
        let capture = part("capture")?.parse().map_err(|_| HeaderError::Part("capture"))?;
        let bodies = match part("bodies")? {
            "whole" => None,
            most => Some(most.parse().map_err(|_| HeaderError::Part("bodies"))?),
        };
        let process = part("process")?.parse().map_err(|_| HeaderError::Part("process"))?;
        let started: Timestamp =
            part("started")?.parse().map_err(|_| HeaderError::Part("started"))?;
        let number = part("part")?.parse().map_err(|_| HeaderError::Part("part"))?;
        Ok(Self { capture, bodies, process, started: started.into(), part: number })
    }
}

/// Why a first line is not that of a recording.
///
/// [`ReadError`](super::ReadError) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderError {
    /// The file is another file.
    NoRecording,
    /// The recording was written by another version of limpid.
    Version(String),
    /// This part of the line is missing or invalid.
    Part(&'static str),
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRecording => {
                f.write_str("the file is no recording of limpid: its first line is another")
            }
            Self::Version(version) => write!(
                f,
                "the recording has the format {version:?}, and this version of limpid reads {VERSION}; use the version \
                 that wrote it"
            ),
            Self::Part(part) => {
                write!(
                    f,
                    "the first line of the recording has no valid {part:?}; it was changed after it was written"
                )
            }
        }
    }
}

impl std::error::Error for HeaderError {}
