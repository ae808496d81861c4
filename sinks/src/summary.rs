//! One line about each exchange: where its time went.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter, Write};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use limpid_core::client::Timings;
use limpid_core::trace::{Capture, EventKind, ExchangeId, Interest, Meta, Sink, TraceEvent};

use crate::output::{Output, WriteFailures};
use crate::terminal::{Escaped, Visible};

/// The most exchanges that are open at once. A sink before this one may have removed the events that end them.
const MOST: usize = 1 << 16;

/// A sink that writes a line when an exchange of a client ends: its request, the status or the failure, the duration of
/// each part, the bytes of HTTP, and the last connection.
///
/// A part that did not happen is shown as `-`: a reused connection needs no lookup. Durations are sums over all requests
/// of the exchange, as in [`Timings`].
///
/// ```
/// use limpid_core::client::Timings;
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, ExchangeId, Scope, SpanKind, TraceEvent};
/// use limpid_sinks::SummarySink;
///
/// let sink = SummarySink::new(Vec::new());
/// let mut scope = Scope::exchange(ExchangeId(1));
/// let mut cx = Cx::new(Mono::default(), &sink, &mut scope);
/// let (method, url) = (b"GET", "http://localhost/");
/// let span = cx.start(SpanKind::Exchange, || TraceEvent::ExchangeStarted { method, url });
///
/// let mut timings = Timings::default();
/// timings.total = std::time::Duration::from_micros(1_520);
/// # let (timings, sent, received) = (&timings, 40, 90);
/// let (request_body, response_body) = (0, 5);
/// cx.complete(span, || TraceEvent::ExchangeComplete {
///     sent,
///     received,
///     request_body,
///     response_body,
///     timings,
/// });
/// let line = String::from_utf8(sink.into_writer())?;
/// assert!(line.starts_with("GET http://localhost/: pool -, dns -, "), "{line}");
/// assert!(line.contains(", total 1.52 ms; sent 40 bytes, received 90 bytes; "), "{line}");
/// # Ok::<(), std::string::FromUtf8Error>(())
/// ```
pub struct SummarySink<W> {
    capture: Capture,
    state: Mutex<WriterState<W>>,
}

struct WriterState<W> {
    output: Output<W>,
    open: BTreeMap<ExchangeId, Open>,
    line: String,
}

/// An exchange that has not ended.
#[derive(Debug, Default)]
struct Open {
    /// The method and the URL, as they are shown.
    request: String,
    status: Option<u16>,
    reused: bool,
}

impl SummarySink<io::Stderr> {
    /// Returns a sink that writes to standard error.
    #[must_use]
    pub fn stderr() -> Self {
        // There is no output for a failure of standard error.
        Self::over(Output::new(io::stderr(), false))
    }
}

impl<W: io::Write> SummarySink<W> {
    /// Returns a sink that writes to `writer`. The first failure of the writer is printed to standard error.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self::over(Output::new(writer, true))
    }

    fn over(output: Output<W>) -> Self {
        let state = WriterState { output, open: BTreeMap::new(), line: String::new() };
        Self { capture: Capture::default(), state: Mutex::new(state) }
    }

    /// Sets how much lines may show: [`Capture::Default`] by default.
    #[must_use]
    pub const fn capture(mut self, capture: Capture) -> Self {
        self.capture = capture;
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

    fn state(&self) -> MutexGuard<'_, WriterState<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W> WriterState<W> {
    fn open(&mut self, meta: &Meta) -> &mut Open {
        if self.open.len() >= MOST {
            self.open.pop_first();
        }
        self.open.entry(meta.exchange).or_default()
    }
}

impl<W: io::Write> Sink for SummarySink<W> {
    fn interest(&self) -> Interest {
        [
            EventKind::ExchangeStarted,
            EventKind::AcquireComplete,
            EventKind::HttpRequest,
            EventKind::ExchangeComplete,
            EventKind::ExchangeFailed,
        ]
        .into_iter()
        .fold(Interest::NONE, |all, kind| all.with(Interest::only(kind)))
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let mut state = self.state();
        match event {
            TraceEvent::ExchangeStarted { method, url } => {
                let request = format!("{} {}", Escaped(method), self.capture.url(url));
                *state.open(meta) = Open { request, ..Open::default() };
            }
            TraceEvent::AcquireComplete { reused, .. } => state.open(meta).reused = *reused,
            TraceEvent::HttpRequest { status, .. } => state.open(meta).status = Some(*status),
            TraceEvent::ExchangeComplete { sent, received, timings, .. } => {
                state.end(meta, None, timings, (*sent, *received));
            }
            TraceEvent::ExchangeFailed { failure, sent, received, timings, .. } => {
                let why = failure.cause.to_string();
                state.end(meta, Some(&why), timings, (*sent, *received));
            }
            _ => {}
        }
    }
}

impl<W: io::Write> WriterState<W> {
    fn end(&mut self, meta: &Meta, why: Option<&str>, timings: &Timings, bytes: (u64, u64)) {
        let open = self.open.remove(&meta.exchange).unwrap_or_default();
        self.line.clear();
        // Writing to a string does not fail.
        let _ = push(&mut Visible(&mut self.line), &open, why, timings);
        let (sent, received) = bytes;
        let _ = write!(self.line, "; sent {sent} bytes, received {received} bytes; ");
        let _ = match (meta.connection.0, open.reused) {
            (0, _) => writeln!(self.line, "no connection"),
            (number, true) => writeln!(self.line, "connection {number}, reused"),
            (number, false) => writeln!(self.line, "connection {number}"),
        };
        self.output.line(self.line.as_bytes());
    }
}

fn push(out: &mut impl Write, open: &Open, why: Option<&str>, timings: &Timings) -> fmt::Result {
    out.write_str(&open.request)?;
    match (open.status, why) {
        (Some(status), None) => write!(out, " {status}: ")?,
        (Some(status), Some(why)) => write!(out, " {status}, failed, {why}: ")?,
        (None, Some(why)) => write!(out, " failed, {why}: ")?,
        (None, None) => out.write_str(": ")?,
    }
    let parts = [
        ("pool", timings.pool),
        ("dns", timings.resolve),
        ("connect", timings.connect),
        ("tls", timings.tls),
        ("send", timings.send),
        ("wait", timings.wait),
        ("receive", timings.receive),
    ];
    for (name, time) in parts {
        write!(out, "{name} {}, ", Millis(time))?;
    }
    write!(out, "total {}", Millis(Some(timings.total)))
}

/// A duration in milliseconds.
struct Millis(Option<Duration>);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(time) => write!(f, "{:.2} ms", time.as_secs_f64() * 1_000.0),
            None => f.write_str("-"),
        }
    }
}

impl<W> Debug for SummarySink<W> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("SummarySink").field("capture", &self.capture).finish_non_exhaustive()
    }
}
