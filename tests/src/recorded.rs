//! Recordings of tests: the events that they are replayed to are those of the run.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use limpid_core::trace::{Capture, Meta, OwnedTraceEvent};
use limpid_recording::{Recorder, RecorderOptions, Recording};
use limpid_sinks::EventList;

use crate::directory::Directory;
use crate::json_lines;

/// A recording of a test, in a directory of its own.
#[derive(Debug)]
pub struct Recorded {
    directory: Directory,
    recorder: Arc<Recorder>,
}

impl Recorded {
    /// Starts to record all that a run does.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn start() -> io::Result<Self> {
        let directory = Directory::new()?;
        let options = RecorderOptions::with(|options| options.capture = Capture::Everything);
        let recorder = Recorder::create(path(&directory), options)?;
        Ok(Self { directory, recorder })
    }

    /// Returns the recorder.
    #[must_use]
    pub fn recorder(&self) -> Arc<Recorder> {
        Arc::clone(&self.recorder)
    }

    /// Ends the recording, and compares the events of its replay with those of the run. Returns the first difference.
    #[must_use]
    pub fn difference(&self, events: &EventList) -> Option<String> {
        self.recorder.close();
        if let Some(missing) = Some(self.recorder.missing()).filter(|missing| *missing > 0) {
            return Some(format!("{missing} records are missing"));
        }
        match self.replay() {
            Ok(replayed) => difference(&events.events(), &replayed),
            Err(error) => Some(format!("the recording cannot be replayed: {error}")),
        }
    }

    /// Returns the events of a replay.
    fn replay(&self) -> Result<Vec<(Meta, OwnedTraceEvent)>, String> {
        let recording =
            Recording::open(path(&self.directory)).map_err(|error| error.to_string())?;
        let events = EventList::new();
        let reader = limpid_io::certificate_reader();
        let replayed = recording.replay_with(&events, reader).map_err(|error| error.to_string())?;
        match (replayed.skipped, replayed.incomplete) {
            (0, 0) => Ok(events.events()),
            _ => Err(format!("{replayed:?}")),
        }
    }
}

fn path(directory: &Directory) -> PathBuf {
    directory.file("recording")
}

/// Returns the first difference between the events of a run and those of its replay: as values, and as they are encoded in
/// JSON.
fn difference(
    live: &[(Meta, OwnedTraceEvent)],
    replayed: &[(Meta, OwnedTraceEvent)],
) -> Option<String> {
    let count = live.len().max(replayed.len());
    let different = (0..count).find(|index| live.get(*index) != replayed.get(*index));
    if let Some(index) = different {
        let (live, replayed) = (live.get(index), replayed.get(index));
        return Some(format!("event {index} of {count} was {live:#?}, and is {replayed:#?}"));
    }
    (json_lines::of(live) != json_lines::of(replayed)).then(|| "the JSON differs".to_owned())
}
