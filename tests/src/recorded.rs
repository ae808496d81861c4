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
        Self::start_as(Capture::Everything)
    }

    /// Starts to record what a run does as far as this mode permits.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn start_as(capture: Capture) -> io::Result<Self> {
        let directory = Directory::new()?;
        let options = RecorderOptions::with(|options| options.capture = capture);
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
            Ok(replayed) if self.recorder.options().capture == Capture::Everything => {
                difference(&events.events(), &replayed)
            }
            Ok(replayed) => shown_difference(&events.events(), &replayed),
            Err(error) => Some(format!("the recording cannot be replayed: {error}")),
        }
    }

    /// Ends the recording, and compares the events of its replay with those of the run, for each connection: threads
    /// record and log in any order.
    #[must_use]
    pub fn difference_by_connection(&self, events: &EventList) -> Option<String> {
        self.recorder.close();
        let sorted = |mut events: Vec<(Meta, OwnedTraceEvent)>| {
            events.sort_by_key(|(meta, _)| (meta.connection, meta.seq));
            events
        };
        match self.replay() {
            Ok(replayed) if self.recorder.options().capture == Capture::Everything => {
                difference(&sorted(events.events()), &sorted(replayed))
            }
            Ok(replayed) => shown_difference(&sorted(events.events()), &sorted(replayed)),
            Err(error) => Some(format!("the recording cannot be replayed: {error}")),
        }
    }

    /// Returns the bytes of the file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        self.recorder.close();
        std::fs::read(path(&self.directory))
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

/// Returns the first difference between what is shown of the events of a run and of those of its replay. Secrets are masked
/// in the latter, and hidden in the former.
fn shown_difference(
    live: &[(Meta, OwnedTraceEvent)],
    replayed: &[(Meta, OwnedTraceEvent)],
) -> Option<String> {
    let shown = |events| json_lines::shown(events, Capture::Default).replace("[secure]", MASK);
    let (live, replayed) = (shown(live), masks_as_one(&shown(replayed)));
    let (mut live, mut replayed) = (live.lines(), replayed.lines());
    loop {
        match (live.next(), replayed.next()) {
            (None, None) => return None,
            (live, replayed) if live != replayed => {
                return Some(format!("an event was\n{live:?}, and is\n{replayed:?}"));
            }
            _ => {}
        }
    }
}

/// What is compared in place of a secret.
const MASK: &str = "***";

/// Returns the text with each mask as [`MASK`].
fn masks_as_one(text: &str) -> String {
    let mut shown = String::new();
    for part in text.split_inclusive(|c| c != '*') {
        let stars = part.len() - part.trim_start_matches('*').len();
        shown += if stars >= MASK.len() { MASK } else { &part[..stars] };
        shown += &part[stars..];
    }
    shown
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
