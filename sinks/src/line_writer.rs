//! Composing and writing lines, shared by all sinks of lines.

use std::fmt::{self, Debug, Display, Formatter, Write as _};
use std::io::{self, IsTerminal};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use limpid_core::time::Mono;
use limpid_core::trace::{Capture, Level, Meta, TraceEvent};

use crate::date::{DateFormat, Stamp, TimeZone};
use crate::hexdump::Dump;
use crate::output::{Output, WriteFailures};
use crate::process;
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
    pub(crate) frame: Frame,
    /// The maximum number of bytes of an event that are dumped, if they are.
    pub(crate) dumped: Option<usize>,
    state: Mutex<WriterState<W>>,
}

/// The state that changes with each line.
struct WriterState<W> {
    output: Output<W>,
    line: String,
    stamp: Stamp,
}

impl<W: io::Write> WriterState<W> {
    fn write(&mut self) {
        self.output.line(self.line.as_bytes());
    }
}

/// What stands before and after each line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Frame {
    /// The end of a line.
    #[default]
    Line,
    /// The priority of a facility of syslog (RFC 5424, section 6.2.1), and a zero byte.
    Syslog(u8),
}

/// Returns the priority of a line of syslog.
fn priority(facility: u8, level: Level) -> u16 {
    let severity = match level {
        Level::Critical => 2,
        Level::Error => 3,
        Level::Warning => 4,
        Level::Info => 6,
        Level::Debug | Level::Trace => 7,
    };
    u16::from(facility) * 8 + severity
}

impl<W: io::Write> LineWriter<W> {
    pub(crate) fn new(output: Output<W>) -> Self {
        process::start();
        Self {
            template: Template::documented(),
            date_format: DateFormat::documented(),
            paint: Paint::default(),
            frame: Frame::default(),
            dumped: None,
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
        if let Some(most) = self.dumped
            && messages.capture.shows_bytes()
            && let Some(dump) = Dump::of(event, most)
        {
            return self.write_with_dump(messages, clock, meta, event, dump);
        }
        let mut state = self.state();
        match self.compose(messages, messages.of(event), clock, meta, &mut state) {
            Ok(()) => state.write(),
            Err(error) => state.output.lost(io::Error::other(error)),
        }
    }

    /// Writes the line of one event, which counts its bytes, and a dump of them.
    #[cold]
    fn write_with_dump(
        &self,
        messages: Messages,
        clock: &Clock,
        meta: &Meta,
        event: &TraceEvent<'_>,
        dump: Dump<'_>,
    ) {
        let messages = Messages { capture: Capture::Private, ..messages };
        let written = self.composed(messages, &messages.of(event), clock, meta).and_then(|line| {
            let mut rows = String::new();
            dump.write(&mut rows)?;
            self.put(&[line, rows.into_bytes()].concat());
            Ok(())
        });
        if let Err(error) = written {
            self.lose(io::Error::other(error));
        }
    }

    /// Returns the line of one event with another message, to be [put](Self::put) later.
    pub(crate) fn composed(
        &self,
        messages: Messages,
        message: &dyn Display,
        clock: &Clock,
        meta: &Meta,
    ) -> Result<Vec<u8>, fmt::Error> {
        let mut state = self.state();
        self.compose(messages, message, clock, meta, &mut state)?;
        Ok(state.line.as_bytes().to_vec())
    }

    /// Writes a line that was composed before.
    pub(crate) fn put(&self, line: &[u8]) {
        self.state().output.line(line);
    }

    /// Counts a line that cannot be written.
    pub(crate) fn lose(&self, error: io::Error) {
        self.state().output.lost(error);
    }

    #[inline]
    fn compose(
        &self,
        messages: Messages,
        message: impl Display,
        clock: &Clock,
        meta: &Meta,
        state: &mut WriterState<W>,
    ) -> fmt::Result {
        let metadata = meta.kind.metadata();
        // The clock is read under the lock, so that times never decrease from line to line.
        let time = self.template.shows_time().then(|| clock(meta.at));
        let WriterState { line, stamp, .. } = state;
        let record = Record {
            meta,
            level: metadata.level,
            logger: messages.profile.logger(metadata.logger),
            message,
            asctime: time.map_or("", |time| stamp.show(time, &self.date_format)),
            time: time.unwrap_or(UNIX_EPOCH),
            source: &|| messages.source(meta.kind),
        };
        line.clear();
        let mut end = "\n";
        if let Frame::Syslog(facility) = self.frame {
            write!(line, "<{}>", priority(facility, metadata.level))?;
            end = "\0";
        }
        self.template.write(&record, self.paint, line)?;
        line.push_str(end);
        Ok(())
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
