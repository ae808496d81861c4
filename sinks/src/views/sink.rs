//! A sink that writes views.

use std::fmt::{self, Debug, Formatter};
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use limpid_core::trace::{Capture, EventKind, Interest, Meta, Sink, TraceEvent};

use super::view::View;
use crate::exchanges::{Collector, Limits, Model};
use crate::output::{Output, WriteFailures};
use crate::time_base::TimeBase;

/// A sink that collects exchanges, and writes views of them when it is dropped.
///
/// A file is also written at the start and after failures, at most once in a second, so that it is valid even if the process
/// is killed. Writers that fail affect nothing else; the first failure of each is printed to standard error.
///
/// ```
/// use limpid_sinks::views::{View, ViewSink};
///
/// let sink = ViewSink::new().output("requests", View::Har, Vec::new());
/// drop(sink);
/// ```
pub struct ViewSink {
    collector: Collector,
    outputs: Mutex<Outputs>,
}

struct Outputs {
    all: Vec<ViewOutput>,
    /// From when on files may be written again.
    due: Option<Instant>,
}

struct ViewOutput {
    view: View,
    writer: Output<Box<dyn Target>>,
}

/// The least pause between two times at which files are written, and how many times longer it is than writing takes.
const PAUSE: Duration = Duration::from_secs(1);
const RATIO: u32 = 50;

/// The events after which files are written.
const FAILURES: [EventKind; 2] = [EventKind::ExchangeFailed, EventKind::AnswerFailed];

/// A destination of a view.
trait Target: Write + Send {
    /// Removes what was written before. Returns whether that is possible.
    fn clear(&mut self) -> io::Result<bool>;
}

/// A writer that cannot be cleared.
struct Once<W>(W);

impl<W: Write> Write for Once<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write + Send> Target for Once<W> {
    fn clear(&mut self) -> io::Result<bool> {
        Ok(false)
    }
}

impl Target for File {
    fn clear(&mut self) -> io::Result<bool> {
        if !self.metadata()?.is_file() {
            return Ok(false);
        }
        self.set_len(0)?;
        self.rewind()?;
        Ok(true)
    }
}

impl ViewSink {
    /// Returns a sink without outputs. Values show what [`Capture::Default`] shows.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    /// Returns a sink without outputs that keeps at most this much.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        let outputs = Outputs { all: Vec::new(), due: None };
        Self { collector: Collector::new(limits), outputs: Mutex::new(outputs) }
    }

    /// Sets what values show: [`Capture::Default`] by default.
    #[must_use]
    pub fn capture(mut self, capture: Capture) -> Self {
        self.collector.set_capture(capture);
        self
    }

    /// Takes the time of day of events from `base`. This is for events that were recorded in another process.
    #[must_use]
    pub fn time_base(self, base: TimeBase) -> Self {
        self.collector.set_time_base(base);
        self
    }

    /// Adds a view that is written to `writer` at the end. `name` stands for it in the message about a failure.
    #[must_use]
    pub fn output(self, name: &str, view: View, writer: impl Write + Send + 'static) -> Self {
        self.add(name, view, Box::new(Once(writer)))
    }

    /// Adds a view that is written to a file, whose content it replaces. If it is not a regular file, it is written at the
    /// end.
    #[must_use]
    pub fn file(self, name: &str, view: View, file: File) -> Self {
        let sink = self.add(name, view, Box::new(file));
        sink.write_files(&mut sink.lock());
        sink
    }

    fn add(self, name: &str, view: View, target: Box<dyn Target>) -> Self {
        let writer = Output::new(target, true).named(name.to_owned());
        self.lock().all.push(ViewOutput { view, writer });
        self
    }

    /// Returns the exchanges so far.
    pub fn model(&self) -> Model {
        self.collector.model()
    }

    /// Returns the failures of the writers so far.
    pub fn failures(&self) -> WriteFailures {
        let outputs = self.lock();
        let mut failures = outputs.all.iter().map(|output| output.writer.failures());
        let first = failures.next().unwrap_or_default();
        failures.fold(first, |all, one| WriteFailures {
            lines: all.lines + one.lines,
            first: all.first.or(one.first),
        })
    }

    /// Writes the views so far to those outputs that can be written again.
    fn write_files(&self, outputs: &mut Outputs) {
        let start = Instant::now();
        let model = self.collector.model();
        for output in &mut outputs.all {
            output.write_again(&model);
        }
        let end = Instant::now();
        outputs.due = end.checked_add(PAUSE.max(end.duration_since(start) * RATIO));
    }

    fn lock(&self) -> MutexGuard<'_, Outputs> {
        self.outputs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ViewOutput {
    /// Writes the view if it can be written again later.
    fn write_again(&mut self, model: &Model) {
        match self.writer.writer().clear() {
            Ok(true) => self.write(model),
            Ok(false) => {}
            Err(error) => self.writer.lost(error),
        }
    }

    /// Writes the view at the end.
    fn finish(&mut self, model: &Model) {
        match self.writer.writer().clear() {
            Ok(_) => self.write(model),
            Err(error) => self.writer.lost(error),
        }
    }

    fn write(&mut self, model: &Model) {
        let mut buffered = BufWriter::with_capacity(1 << 16, self.writer.writer());
        let written = self.view.write(model, &mut buffered).and_then(|()| buffered.flush());
        drop(buffered.into_parts());
        if let Err(error) = written {
            self.writer.lost(error);
        }
    }
}

impl Default for ViewSink {
    fn default() -> Self {
        Self::new()
    }
}

impl Sink for ViewSink {
    fn interest(&self) -> Interest {
        self.collector.interest()
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        self.collector.event(meta, event);
        // Another thread that writes them is not waited for.
        if FAILURES.contains(&meta.kind)
            && let Ok(mut outputs) = self.outputs.try_lock()
            && outputs.due.is_some_and(|due| due <= Instant::now())
        {
            self.write_files(&mut outputs);
        }
    }
}

impl Drop for ViewSink {
    fn drop(&mut self) {
        let model = self.collector.model();
        for output in &mut self.lock().all {
            output.finish(&model);
        }
    }
}

impl Debug for ViewSink {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let views: Vec<_> = self.lock().all.iter().map(|output| output.view).collect();
        f.debug_struct("ViewSink").field("views", &views).finish_non_exhaustive()
    }
}
