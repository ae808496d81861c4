//! Events as JSON: one object on each line.

mod escape;
mod fields;
mod schema;

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use limpid_core::time::Mono;
use limpid_core::trace::{Capture, EventKind, Interest, Meta, Sink, TraceEvent};

pub use self::schema::{VERSION, write_schema};
use crate::date::{DateFormat, Stamp, TimeZone};
use crate::levels::Levels;
use crate::output::{Output, WriteFailures};
use crate::time_base::TimeBase;

/// A sink that writes events as lines of JSON, for programs.
///
/// A line has the time of day (`time`, UTC, RFC 3339) and the time on the driver's clock (`mono`, in
/// nanoseconds), the numbers by which events belong together (`exchange`, `connection`, `attempt`, `span`,
/// `seq`; 0 if there is no such thing), its kind (`level`, `logger`, `name`, `stage`, `event`, `phase`) and
/// its `fields`, each with a type. The schema is `docs/events.schema.json`; [`write_schema`] generates it
/// from the catalogue.
///
/// JSON has no bytes. Each byte is shown as the character of its number (Latin-1), so that ASCII text stays
/// readable and every value can be restored. Control characters are escaped.
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
/// let line = String::from_utf8(sink.into_writer()).unwrap();
/// assert!(line.starts_with(r#"{"v":1,"time":"1970-01-01T00:00:00.000001Z","mono":1500,"#));
/// assert!(line.ends_with("\"fields\":{\"why\":\"connect\"}}\n"));
/// ```
pub struct JsonSink<W> {
    interest: Interest,
    capture: Capture,
    /// With `None`, lines have the time when they are written, not that of the event.
    base: Option<TimeBase>,
    date_format: DateFormat,
    /// The metadata of each event, as JSON.
    known: Box<[Box<[u8]>]>,
    state: Mutex<WriterState<W>>,
}

/// The state that changes with each line.
struct WriterState<W> {
    output: Output<W>,
    line: Vec<u8>,
    stamp: Stamp,
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
        let date_format = "%Y-%m-%dT%H:%M:%S".parse().unwrap_or_else(|_| DateFormat::documented());
        Self {
            interest: Levels::verbose().interest(),
            capture: Capture::default(),
            base: None,
            date_format,
            known: EventKind::ALL.iter().map(|kind| known(*kind)).collect(),
            state: Mutex::new(WriterState {
                output,
                line: Vec::new(),
                stamp: Stamp::new(TimeZone::Utc),
            }),
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

    /// Shows as `time` when an event occurred, not when its line is written. This is for recorded events,
    /// such as those of a [`Ring`](crate::Ring).
    #[must_use]
    pub const fn time_base(mut self, base: TimeBase) -> Self {
        self.base = Some(base);
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

    /// Locks the state, even if a thread panicked while it held the lock: each line starts with an empty
    /// buffer.
    fn state(&self) -> MutexGuard<'_, WriterState<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_line(
        &self,
        meta: &Meta,
        event: &TraceEvent<'_>,
        stamp: &mut Stamp,
        out: &mut Vec<u8>,
    ) {
        let time = self.base.map_or_else(SystemTime::now, |base| base.at(meta.at));
        let micros = time.duration_since(UNIX_EPOCH).unwrap_or_default().subsec_micros();
        out.clear();
        out.extend_from_slice(b"{\"v\":");
        escape::number(VERSION, out);
        out.extend_from_slice(b",\"time\":\"");
        out.extend_from_slice(stamp.show(time, &self.date_format).as_bytes());
        out.push(b'.');
        escape::micros(micros, out);
        out.extend_from_slice(b"Z\"");
        for (key, value) in numbers(meta) {
            out.extend_from_slice(key);
            escape::number(value, out);
        }
        out.extend_from_slice(&self.known[meta.kind as usize]);
        out.extend_from_slice(meta.phase.doing().as_bytes());
        out.extend_from_slice(b"\",\"fields\":");
        fields::write(event, self.capture, out);
        out.extend_from_slice(b"}\n");
    }
}

/// Writes the numbers at the start of every line, with their keys.
fn numbers(meta: &Meta) -> [(&'static [u8], u64); 6] {
    [
        (b",\"mono\":", Mono::as_nanos(meta.at)),
        (b",\"exchange\":", meta.exchange.0),
        (b",\"connection\":", meta.connection.0),
        (b",\"attempt\":", meta.attempt.into()),
        (b",\"span\":", meta.span.0.into()),
        (b",\"seq\":", meta.seq),
    ]
}

/// Returns the middle of the lines of one kind, up to the phase.
fn known(kind: EventKind) -> Box<[u8]> {
    let metadata = kind.metadata();
    format!(
        r#","level":"{}","logger":"{}","name":"{}","stage":"{}","event":"{}","phase":""#,
        metadata.level,
        metadata.logger.name(),
        metadata.name,
        schema::stage(metadata.stage),
        metadata.variant,
    )
    .into_bytes()
    .into()
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
        let WriterState { output, line, stamp } = &mut *state;
        self.write_line(meta, event, stamp, line);
        output.line(line);
    }
}

impl<W> Debug for JsonSink<W> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonSink")
            .field("interest", &self.interest)
            .field("capture", &self.capture)
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}
