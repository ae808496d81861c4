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

/// A sink that writes events as lines, by default in the documented format of httpx and httpcore.
///
/// Each line is composed first and then passed to the writer in one `write_all` and a `flush`; lines of
/// several threads never mix. After the first lines nothing is allocated.
///
/// A writer that fails affects nothing else: its lines are lost, and [`LineSink::failures`] counts them.
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
    /// Returns a sink that writes to standard error.
    ///
    /// If standard error is a terminal, control characters of messages are escaped, and levels are coloured
    /// unless the environment variable `NO_COLOR` is set.
    #[must_use]
    pub fn stderr() -> Self {
        // There is no output for a failure of standard error.
        let mut sink = Self::over(Output::new(io::stderr(), false));
        sink.lines.paint = Paint::of(&io::stderr());
        sink
    }
}

impl<W: io::Write> LineSink<W> {
    /// Returns a sink that writes to `writer` as to a file, not to a terminal.
    ///
    /// The first failure of the writer is printed to standard error.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self::over(Output::new(writer, true))
    }

    fn over(output: Output<W>) -> Self {
        Self {
            interest: Levels::documented().interest(),
            messages: Messages::default(),
            clock: Box::new(TimeBase::shown),
            lines: LineWriter::new(output),
        }
    }

    /// Sets which events become lines: [`Levels::documented`] by default.
    #[must_use]
    pub fn levels(mut self, levels: &Levels) -> Self {
        self.interest = levels.interest();
        self
    }

    /// Sets how much lines may show: [`Capture::Default`] by default.
    #[must_use]
    pub fn capture(mut self, capture: Capture) -> Self {
        self.messages.capture = capture;
        self
    }

    /// Shows bytes of the connection as a dump of at most `most` bytes after the line of their event, as
    /// `hexdump -C` does, with the number of those that are left out. By default a line has all bytes as one
    /// literal. Bytes are shown only with [`Capture::Everything`].
    ///
    /// ```
    /// use limpid_core::time::Mono;
    /// use limpid_core::trace::{Capture, Cx, EventKind, Scope, TraceEvent};
    /// use limpid_sinks::{Levels, LineSink, Template};
    ///
    /// let (levels, capture) = (Levels::everything(), Capture::Everything);
    /// let template: Template = "%(message)s".parse()?;
    /// let sink = LineSink::new(Vec::new()).levels(&levels).capture(capture).template(template);
    /// let sink = sink.hexdump(4);
    ///
    /// let mut scope = Scope::default();
    /// let mut cx = Cx::new(Mono::default(), &sink, &mut scope);
    /// let (layer, offset, bytes) = ("http", 0, b"GET / HTTP/1.1");
    /// cx.emit(EventKind::BytesSent, || TraceEvent::BytesSent { layer, offset, bytes });
    ///
    /// let shown = String::from_utf8(sink.into_writer())?;
    /// let dump = "00000000  47 45 54 20                                       |GET |";
    /// let line = "sent layer='http' offset=0 bytes=<14 bytes>";
    /// assert_eq!(shown.lines().collect::<Vec<_>>(), [line, dump, "... 10 more bytes"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn hexdump(mut self, most: usize) -> Self {
        self.lines.dumped = Some(most);
        self
    }

    /// Sets the release whose lines are written: [`Profile::HTTPX_0_28`] by default.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.messages.profile = profile;
        self
    }

    /// Sets the class that streams are shown as: [`StreamClass::Sync`] by default.
    #[must_use]
    pub fn stream_class(mut self, class: StreamClass) -> Self {
        self.messages.stream_class = class;
        self
    }

    /// Sets the format of a line: [`Template::documented`] by default.
    #[must_use]
    pub fn template(mut self, template: Template) -> Self {
        self.lines.template = template;
        self
    }

    /// Sets how the time is shown: [`DateFormat::documented`] by default.
    #[must_use]
    pub fn date_format(mut self, format: DateFormat) -> Self {
        self.lines.set_date_format(format);
        self
    }

    /// Sets the time zone of lines: [`TimeZone::Local`] by default.
    #[must_use]
    pub fn time_zone(self, zone: TimeZone) -> Self {
        self.lines.set_time_zone(zone);
        self
    }

    /// Sets the clock of lines: the system's by default.
    ///
    /// It is read when the line is composed, and only if the template shows the time.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(move |_| clock());
        self
    }

    /// Shows the time when an event occurred, not that when its line is composed. This is for recorded
    /// events, such as those of a [`Ring`](crate::Ring).
    #[must_use]
    pub fn time_base(mut self, base: TimeBase) -> Self {
        self.clock = Box::new(move |at| base.at(at));
        self
    }

    /// Sets whether the writer is a terminal: then control characters of messages are escaped, and levels
    /// are coloured unless the environment variable `NO_COLOR` is set.
    #[must_use]
    pub fn terminal(mut self, is_terminal: bool) -> Self {
        self.lines.paint = Paint::terminal(is_terminal);
        self
    }

    /// Sets whether levels are coloured, whatever the environment. Colours need a terminal, so
    /// [`terminal`](Self::terminal) is called first.
    #[must_use]
    pub fn colour(mut self, colour: bool) -> Self {
        self.lines.paint.colour = colour && self.lines.paint.visible;
        self
    }

    /// Returns the failures of the writer so far.
    pub fn failures(&self) -> WriteFailures {
        self.lines.failures()
    }

    /// Returns the writer.
    pub fn into_writer(self) -> W {
        self.lines.into_writer()
    }
}

impl<W: io::Write> Sink for LineSink<W> {
    fn interest(&self) -> Interest {
        self.interest
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        // An outer sink may pass on more events than this one has an interest in.
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
