//! Log lines: one write for each event.

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::time::SystemTime;

use limpid_core::trace::{Capture, Interest, Meta, Sink, TraceEvent};

use crate::date::{DateFormat, TimeZone};
use crate::levels::Levels;
use crate::line_writer::{Clock, LineWriter};
use crate::output::{Output, WriteFailures};
use crate::python::{Messages, Profile, StreamClass};
use crate::template::{Paint, Template};
use crate::time_base::TimeBase;

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
/// cx.emit(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
///
/// assert_eq!(sink.into_writer(), b"DEBUG httpcore.connection - close.started\n");
/// # Ok::<(), limpid_sinks::TemplateError>(())
/// ```
pub struct LineSink<W> {
    interest: Interest,
    messages: Messages,
    clock: Clock,
    lines: LineWriter<W>,
}

impl LineSink<io::Stderr> {
    /// A sink that writes to standard error.
    ///
    /// Where that is a terminal, control characters of messages are escaped, and levels have
    /// colours unless the environment variable `NO_COLOR` is set.
    #[must_use]
    pub fn stderr() -> Self {
        // Who would hear that standard error fails?
        let mut sink = Self::over(Output::new(io::stderr(), false));
        sink.lines.paint = Paint::of(&io::stderr());
        sink
    }
}

impl<W: io::Write> LineSink<W> {
    /// A sink that writes to `writer` and takes it for a file, not for a terminal.
    ///
    /// The first failure of the writer is told on standard error.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self::over(Output::new(writer, true))
    }

    fn over(output: Output<W>) -> Self {
        Self {
            interest: Levels::documented().interest(),
            messages: Messages::default(),
            clock: Box::new(|_| SystemTime::now()),
            lines: LineWriter::new(output),
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
        self.lines.template = template;
        self
    }

    /// How the time is shown: [`DateFormat::documented`] unless set.
    #[must_use]
    pub fn date_format(mut self, format: DateFormat) -> Self {
        self.lines.set_date_format(format);
        self
    }

    /// Where the time is told: [`TimeZone::Local`] unless set.
    #[must_use]
    pub fn time_zone(self, zone: TimeZone) -> Self {
        self.lines.set_time_zone(zone);
        self
    }

    /// What tells the time of a line: the system's clock unless set.
    ///
    /// It is asked when the line is composed, and only if the template shows the time.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(move |_| clock());
        self
    }

    /// Shows the time at which an event happened, and not that at which its line is composed. This
    /// is for events that were kept, such as those of a [`Ring`](crate::Ring).
    #[must_use]
    pub fn time_base(mut self, base: TimeBase) -> Self {
        self.clock = Box::new(move |at| base.at(at));
        self
    }

    /// Whether the writer leads to a terminal: then control characters of messages are escaped,
    /// and levels have colours unless the environment variable `NO_COLOR` is set.
    #[must_use]
    pub fn terminal(mut self, is_terminal: bool) -> Self {
        self.lines.paint = Paint::terminal(is_terminal);
        self
    }

    /// Whether levels have colours, whatever the environment says. Only a terminal gets any, so
    /// [`terminal`](Self::terminal) is set before.
    #[must_use]
    pub fn colour(mut self, colour: bool) -> Self {
        self.lines.paint.colour = colour && self.lines.paint.visible;
        self
    }

    /// What went wrong with the writer so far.
    pub fn failures(&self) -> WriteFailures {
        self.lines.failures()
    }

    /// Gives the writer back.
    pub fn into_writer(self) -> W {
        self.lines.into_writer()
    }
}

impl<W: io::Write> Sink for LineSink<W> {
    fn interest(&self) -> Interest {
        self.interest
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        // Somebody in between may tell more than was asked for.
        if self.interest.contains(meta.kind) {
            self.lines.write(self.messages, &self.clock, meta, event);
        }
    }
}

impl<W> Debug for LineSink<W> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineSink")
            .field("messages", &self.messages)
            .field("lines", &self.lines)
            .finish_non_exhaustive()
    }
}
