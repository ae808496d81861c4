//! Composing and writing lines, shared by all sinks of lines.

use std::fmt::{self, Debug, Formatter};
use std::io::{self, IsTerminal};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use limpid_core::time::Mono;
use limpid_core::trace::{Meta, TraceEvent};

use crate::date::{DateFormat, Stamp, TimeZone};
use crate::output::{Output, WriteFailures};
use crate::python::Messages;
use crate::template::{Paint, Record, Template};
use crate::terminal;

/// A function that returns the time of day of a moment on the driver's clock.
pub(crate) type Clock = Box<dyn Fn(Mono) -> SystemTime + Send + Sync>;

/// A writer that composes lines and passes each to its output in one piece.
pub(crate) struct LineWriter<W> {
    pub(crate) template: Template,
    date_format: DateFormat,
    pub(crate) paint: Paint,
    state: Mutex<WriterState<W>>,
}

/// The state that changes with each line.
struct WriterState<W> {
    output: Output<W>,
    line: String,
    stamp: Stamp,
}

impl<W: io::Write> LineWriter<W> {
    pub(crate) fn new(output: Output<W>) -> Self {
        Self {
            template: Template::documented(),
            date_format: DateFormat::documented(),
            paint: Paint::default(),
            state: Mutex::new(WriterState {
                output,
                line: String::new(),
                stamp: Stamp::new(TimeZone::Local),
            }),
        }
    }

    pub(crate) fn set_date_format(&mut self, format: DateFormat) {
        self.date_format = format;
        self.state().stamp.invalidate();
    }

    pub(crate) fn set_time_zone(&self, zone: TimeZone) {
        self.state().stamp = Stamp::new(zone);
    }

    /// Writes the line of one event. The clock is read only if the template shows the time.
    pub(crate) fn write(
        &self,
        messages: Messages,
        clock: &Clock,
        meta: &Meta,
        event: &TraceEvent<'_>,
    ) {
        let metadata = meta.kind.metadata();
        let mut state = self.state();
        // The clock is read under the lock, so that times never decrease from line to line.
        let time = self.template.shows_time().then(|| clock(meta.at));
        let WriterState { output, line, stamp } = &mut *state;
        let record = Record {
            level: metadata.level,
            logger: messages.profile.logger(metadata.logger),
            message: messages.of(event),
            asctime: time.map_or("", |time| stamp.show(time, &self.date_format)),
        };
        line.clear();
        match self.template.write(&record, self.paint, line) {
            Ok(()) => {
                line.push('\n');
                output.line(line.as_bytes());
            }
            Err(error) => output.lost(io::Error::other(error)),
        }
    }

    pub(crate) fn failures(&self) -> WriteFailures {
        self.state().output.failures()
    }

    pub(crate) fn into_writer(self) -> W {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).output.into_writer()
    }

    /// Locks the state, even if a thread panicked while it held the lock: each line starts with an empty
    /// buffer.
    fn state(&self) -> MutexGuard<'_, WriterState<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Paint {
    /// Returns the changes for lines on `stream`: on a terminal, control characters are escaped, and levels
    /// are coloured unless the environment disables that.
    pub(crate) fn of(stream: &impl IsTerminal) -> Self {
        Self::terminal(stream.is_terminal())
    }

    pub(crate) fn terminal(is_terminal: bool) -> Self {
        Self { visible: is_terminal, colour: is_terminal && terminal::wants_colour() }
    }
}

impl<W> Debug for LineWriter<W> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineWriter")
            .field("template", &self.template)
            .field("date_format", &self.date_format)
            .finish_non_exhaustive()
    }
}
