//! Recordings that the command reads.

use std::fmt;
use std::io;
use std::path::Path;

use limpid_core::time::Mono;
use limpid_core::trace::Sink;
use limpid_recording::format::ReadError;
use limpid_recording::{Recording, Replayed};
use limpid_sinks::TimeBase;

/// Reads a recording, or that of standard input for `-`. Sinks show the times of the recorded process from now on.
pub(crate) fn open(path: &Path) -> Result<Recording, ReadError> {
    match is_stdin(path) {
        true => Recording::read(io::stdin().lock()),
        false => Recording::open(path),
    }
    .inspect(show_its_times)
}

/// Reads a recording of which the bytes of the last file are known.
pub(crate) fn read(path: &Path, bytes: &[u8]) -> Result<Recording, ReadError> {
    match is_stdin(path) {
        true => Recording::read(bytes),
        false => Recording::open(path),
    }
    .inspect(show_its_times)
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn show_its_times(recording: &Recording) {
    TimeBase::new(Mono::default(), recording.header().started).install();
}

/// Replays a recording into `sink`. Returns what is missing of it.
pub(crate) fn replay(recording: Recording, sink: &dyn Sink) -> Result<Missing, ReadError> {
    let is_truncated = recording.is_truncated();
    let replayed = recording.replay_with(sink, limpid_io::certificate_reader())?;
    Ok(Missing { replayed, is_truncated })
}

/// What a recording does not have.
pub(crate) struct Missing {
    replayed: Replayed,
    is_truncated: bool,
}

impl Missing {
    /// Returns whether anything is missing.
    pub(crate) const fn is_any(&self) -> bool {
        self.is_truncated || self.replayed.skipped > 0 || self.replayed.incomplete > 0
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Replayed { skipped, incomplete, .. } = self.replayed;
        let mut separator = "";
        if self.is_truncated {
            f.write_str("the recording has no last frame: its process was killed, or runs still")?;
            separator = "; ";
        }
        if skipped > 0 {
            write!(f, "{separator}{skipped} exchanges began in an earlier file, which is missing")?;
            separator = "; ";
        }
        if incomplete > 0 {
            write!(f, "{separator}of {incomplete} exchanges the recording has no end")?;
        }
        Ok(())
    }
}
