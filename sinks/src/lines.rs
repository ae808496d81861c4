//! Log lines: one write for each event.

use std::fmt::{self, Debug, Formatter};
use std::io::{self, IsTerminal};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use limpid_core::trace::{Capture, Interest, Meta, Sink, TraceEvent};

use crate::date::{DateFormat, Stamp, TimeZone};
use crate::levels::Levels;
use crate::python::{Messages, Profile, StreamClass};
use crate::template::{Paint, Record, Template};
use crate::terminal;

/// Writes events as lines, in the documented format of httpx and httpcore unless told otherwise.
///
/// Each line is composed first and then handed to the writer in one `write_all`, followed by a
/// `flush`; lines of several threads never mix. After the first lines nothing is allocated.
///
/// A writer that fails disturbs nobody: the lines are lost, and [`LineSink::failures`] tells.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};
/// use limpid_sinks::{LineSink, Template};
///
/// let template: Template = "%(levelname)s %(name)s - %(message)s".parse()?;
/// let sink = LineSink::new(Vec::new()).template(template);
///
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Mono::default(), &sink, &mut scope);
/// cx.tell(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
///
/// assert_eq!(sink.into_writer(), b"DEBUG httpcore.connection - close.started\n");
/// # Ok::<(), limpid_sinks::TemplateError>(())
/// ```
pub struct LineSink<W> {
    interest: Interest,
    messages: Messages,
    template: Template,
    date_format: DateFormat,
    clock: Clock,
    paint: Paint,
    /// Whether the first failure of the writer is told on standard error.
    reports: bool,
    state: Mutex<State<W>>,
}

type Clock = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// What writing a line changes.
struct State<W> {
    writer: W,
    line: String,
    stamp: Stamp,
    failures: WriteFailures,
}

/// What went wrong with a writer so far.
#[derive(Clone, Debug, Default)]
pub struct WriteFailures {
    /// How many lines are lost, or cut short.
    pub lines: u64,
    /// What the writer said the first time.
    pub first: Option<Arc<io::Error>>,
}

impl LineSink<io::Stderr> {
    /// A sink that writes to standard error.
    ///
    /// Where that is a terminal, control characters of messages are escaped, and levels have
    /// colours unless the environment variable `NO_COLOR` is set.
    #[must_use]
    pub fn stderr() -> Self {
        let stderr = io::stderr();
        let visible = stderr.is_terminal();
        let mut sink = Self::new(stderr);
        sink.paint = Paint { visible, colour: visible && terminal::wants_colour() };
        // Who would hear it?
        sink.reports = false;
        sink
    }
}

impl<W: io::Write> LineSink<W> {
    /// A sink that writes to `writer` and takes it for a file, not for a terminal.
    ///
    /// The first failure of the writer is told on standard error.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self {
            interest: Levels::documented().interest(),
            messages: Messages::default(),
            template: Template::documented(),
            date_format: DateFormat::documented(),
            clock: Box::new(SystemTime::now),
            paint: Paint::default(),
            reports: true,
            state: Mutex::new(State {
                writer,
                line: String::new(),
                stamp: Stamp::new(TimeZone::Local),
                failures: WriteFailures::default(),
            }),
        }
    }

    /// Which events become lines: [`Levels::documented`] unless set.
    #[must_use]
    pub fn levels(mut self, levels: &Levels) -> Self {
        self.interest = levels.interest();
        self
    }

    /// How much lines may show: [`Capture::Default`] unless set.
    #[must_use]
    pub fn capture(mut self, capture: Capture) -> Self {
        self.messages.capture = capture;
        self
    }

    /// Whose lines they are: [`Profile::HTTPX_0_28`] unless set.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.messages.profile = profile;
        self
    }

    /// What streams are shown as: [`StreamClass::Sync`] unless set.
    #[must_use]
    pub fn stream_class(mut self, class: StreamClass) -> Self {
        self.messages.stream_class = class;
        self
    }

    /// The shape of a line: [`Template::documented`] unless set.
    #[must_use]
    pub fn template(mut self, template: Template) -> Self {
        self.template = template;
        self
    }

    /// How the time is shown: [`DateFormat::documented`] unless set.
    #[must_use]
    pub fn date_format(mut self, format: DateFormat) -> Self {
        self.date_format = format;
        self.state_mut().stamp.forget();
        self
    }

    /// Where the time is told: [`TimeZone::Local`] unless set.
    #[must_use]
    pub fn time_zone(mut self, zone: TimeZone) -> Self {
        self.state_mut().stamp = Stamp::new(zone);
        self
    }

    /// What tells the time of a line: the system's clock unless set.
    ///
    /// It is asked when the line is composed, and only if the template shows the time.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Whether the writer leads to a terminal: then control characters of messages are escaped,
    /// and levels have colours unless the environment variable `NO_COLOR` is set.
    #[must_use]
    pub fn terminal(mut self, is_terminal: bool) -> Self {
        self.paint =
            Paint { visible: is_terminal, colour: is_terminal && terminal::wants_colour() };
        self
    }

    /// Whether levels have colours, whatever the environment says. Only a terminal gets any, so
    /// [`terminal`](Self::terminal) is set before.
    #[must_use]
    pub fn colour(mut self, colour: bool) -> Self {
        self.paint.colour = colour && self.paint.visible;
        self
    }

    /// What went wrong with the writer so far.
    pub fn failures(&self) -> WriteFailures {
        self.state().failures.clone()
    }

    /// Gives the writer back.
    pub fn into_writer(self) -> W {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).writer
    }

    /// The state, even if a thread panicked with it in its hands: each line starts anew.
    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_mut(&mut self) -> &mut State<W> {
        self.state.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: io::Write> Sink for LineSink<W> {
    fn interest(&self) -> Interest {
        self.interest
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        // Somebody in between may tell more than was asked for.
        if !self.interest.contains(meta.kind) {
            return;
        }
        let metadata = meta.kind.metadata();
        let mut state = self.state();
        // The clock is read within the lock, so that times never go back from line to line.
        let time = self.template.shows_time().then(|| (self.clock)());
        let State { writer, line, stamp, failures } = &mut *state;
        let record = Record {
            level: metadata.level,
            logger: metadata.logger,
            message: self.messages.of(event),
            asctime: time.map_or("", |time| stamp.show(time, &self.date_format)),
        };
        line.clear();
        let written =
            self.template.write(&record, self.paint, line).map_err(io::Error::other).and_then(
                |()| {
                    line.push('\n');
                    writer.write_all(line.as_bytes())?;
                    writer.flush()
                },
            );
        if let Err(error) = written {
            failures.add(error, self.reports.then(io::stderr));
        }
    }
}

impl WriteFailures {
    /// Counts a failure, and tells the first to `report`.
    fn add(&mut self, error: io::Error, report: Option<impl io::Write>) {
        self.lines += 1;
        if self.first.is_none() {
            if let Some(mut report) = report {
                // Where this cannot be told either, nothing is left to do.
                let _ = writeln!(
                    report,
                    "limpid: log lines are lost, for they cannot be written: {error}"
                );
            }
            self.first = Some(Arc::new(error));
        }
    }
}

impl<W> Debug for LineSink<W> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineSink")
            .field("messages", &self.messages)
            .field("template", &self.template)
            .field("date_format", &self.date_format)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_told_once() {
        let (mut failures, mut told) = (WriteFailures::default(), Vec::new());
        failures.add(io::Error::other("disk full"), Some(&mut told));
        failures.add(io::Error::other("still full"), Some(&mut told));
        assert_eq!(failures.lines, 2);
        assert_eq!(failures.first.unwrap().to_string(), "disk full");
        let told = String::from_utf8(told).unwrap();
        assert_eq!(told, "limpid: log lines are lost, for they cannot be written: disk full\n");
    }
}
