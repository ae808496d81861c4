//! Events as JSON: one object on each line.

mod column;
mod fields;
mod frame;
mod list;
mod schema;
mod text;
mod types;
mod values;
mod wall_clock;

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use limpid_core::time::Mono;
use limpid_core::trace::{Capture, EventKind, Interest, Meta, Sink, TraceEvent};

#[cfg(any(feature = "log", feature = "tracing"))]
pub(crate) use self::column::Typed;
#[cfg(feature = "tracing")]
pub(crate) use self::fields::names;
#[cfg(any(feature = "log", feature = "tracing"))]
pub(crate) use self::fields::visit;
pub use self::frame::VERSION;
use self::frame::{Known, Line};
pub use self::schema::write_schema;
use self::wall_clock::WallClock;
use crate::levels::Levels;
use crate::output::{Output, WriteFailures};
use crate::process;
use crate::time_base::TimeBase;

/// A sink that writes events as lines of JSON, for programs.
///
/// A line is a flat object. Every line has the columns `v`, `time`, `mono_ns`, `exchange`, `hop`, `connection`,
/// `attempt`, `phase`, `span`, `parent`, `seq`, `level`, `logger`, `name`, `stage` and `event`, in this order; those of
/// the event's fields follow. A `tag` of the request stands behind `seq`. A column has the same type in all events, and
/// is left out where it has no value. The schema is `docs/events.schema.json`; [`write_schema`] generates it from the
/// catalogue.
///
/// `time` is the time of day of the event (UTC, RFC 3339), `mono_ns` its time on the driver's clock. Names of durations
/// end in `_ns`: all are integers, of nanoseconds. Bytes are text if they are UTF-8; otherwise they are base64 in a
/// column whose name ends in `_base64`. Control and format characters are escaped.
///
/// The first line, `OutputStarted`, has the number of the process and the time of day at which `mono_ns` was 0.
///
/// Each line is one `write_all` and a `flush`; lines of several threads never mix. A writer that fails
/// affects nothing else: its lines are lost, and [`failures`](Self::failures) counts them. After the first
/// lines nothing is allocated, except where a URL or a rejected line is redacted.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};
/// use limpid_sinks::{JsonSink, TimeBase};
///
/// let base = TimeBase::new(Mono::default(), std::time::UNIX_EPOCH);
/// let sink = JsonSink::new(Vec::new()).time_base(base);
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Mono::from_nanos(1500), &sink, &mut scope);
/// cx.emit(EventKind::DeadlinePassed, || TraceEvent::DeadlinePassed { why: "connect" });
///
/// let lines = String::from_utf8(sink.into_writer()).unwrap();
/// assert!(lines.starts_with(r#"{"v":2,"time":"1970-01-01T00:00:00.000001Z","mono_ns":1500,"#));
/// assert!(lines.contains(r#","origin":"1970-01-01T00:00:00.000000Z"}"#));
/// assert!(lines.ends_with("\"event\":\"DeadlinePassed\",\"why\":\"connect\"}\n"));
/// ```
pub struct JsonSink<W> {
    interest: Interest,
    capture: Capture,
    /// What the lines of each kind have in common.
    known: Box<[Known]>,
    state: Mutex<WriterState<W>>,
}

/// The state that changes with each line.
struct WriterState<W> {
    output: Output<W>,
    line: Line,
    /// The first line was written.
    has_started: bool,
}

impl<W> WriterState<W> {
    const fn new(output: Output<W>, line: Line) -> Self {
        Self { output, line, has_started: false }
    }
}

impl JsonSink<io::Stderr> {
    /// Returns a sink that writes to standard error.
    #[must_use]
    pub fn stderr() -> Self {
        // There is no output for a failure of standard error.
        Self::over(Output::new(io::stderr(), false))
    }
}

impl<W: io::Write> JsonSink<W> {
    /// Returns a sink that writes the events of [`Levels::verbose`] to `writer`: all but the bytes on the
    /// wire. The first failure of the writer is printed to standard error.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self::over(Output::new(writer, true))
    }

    fn over(output: Output<W>) -> Self {
        Self {
            interest: Levels::verbose().interest(),
            capture: Capture::default(),
            known: EventKind::ALL.iter().map(|kind| Known::of(*kind)).collect(),
            state: Mutex::new(WriterState::new(output, Line::new(WallClock::live()))),
        }
    }

    /// Sets which events become lines.
    #[must_use]
    pub fn levels(mut self, levels: &Levels) -> Self {
        self.interest = levels.interest();
        self
    }

    /// Sets how much lines may show: [`Capture::Default`] by default.
    #[must_use]
    pub const fn capture(mut self, capture: Capture) -> Self {
        self.capture = capture;
        self
    }

    /// Sets the name of the lines in the message about the first failure of the writer: `log lines` by default.
    #[must_use]
    pub fn named(self, lines: &str) -> Self {
        let Self { interest, capture, known, state } = self;
        let WriterState { output, line, .. } =
            state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let output = output.named(lines.to_owned());
        Self { interest, capture, known, state: Mutex::new(WriterState::new(output, line)) }
    }

    /// Takes the time of day of events from `base`. This is for events that were recorded in another process, or by
    /// a driver with a clock of its own and not as they occur, such as those of a [`Ring`](crate::Ring).
    #[must_use]
    pub fn time_base(self, base: TimeBase) -> Self {
        self.state().line = Line::new(WallClock::Fixed(base));
        self
    }

    /// Returns the failures of the writer so far.
    pub fn failures(&self) -> WriteFailures {
        self.state().output.failures()
    }

    /// Returns the writer.
    pub fn into_writer(self) -> W {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).output.into_writer()
    }

    /// Writes the first line.
    #[cold]
    fn start(&self, at: Mono, output: &mut Output<W>, line: &mut Line) {
        let kind = EventKind::OutputStarted;
        if self.interest.contains(kind) {
            let origin = line.origin(at);
            let process = process::id().unsigned_abs();
            let event = TraceEvent::OutputStarted { process, origin: &origin };
            let mut meta = Meta::new(kind);
            meta.at = at;
            output.line(line.of(&meta, &event, &self.known[kind as usize], self.capture));
        }
    }

    /// Locks the state, even if a thread panicked while it held the lock: each line starts with an empty
    /// buffer.
    fn state(&self) -> MutexGuard<'_, WriterState<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: io::Write> Sink for JsonSink<W> {
    fn interest(&self) -> Interest {
        self.interest
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        if !self.interest.contains(meta.kind) {
            return;
        }
        let mut state = self.state();
        let WriterState { output, line, has_started } = &mut *state;
        if !*has_started {
            *has_started = true;
            self.start(meta.at, output, line);
        }
        output.line(line.of(meta, event, &self.known[meta.kind as usize], self.capture));
    }
}

impl<W> Debug for JsonSink<W> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonSink")
            .field("interest", &self.interest)
            .field("capture", &self.capture)
            .finish_non_exhaustive()
    }
}
