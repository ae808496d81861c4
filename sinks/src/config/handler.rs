//! Open handlers.

use std::fmt::{self, Debug, Display, Formatter};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use limpid_core::trace::{Level, Meta, Metadata, TraceEvent};

use super::error::ConfigProblem;
use super::file::LogFile;
use super::level::LogLevel;
use super::lineage::lineage;
use super::model::{FormatterConfig, Stream, Target};
use super::relay::{Content, Line, Memory, Queue, Receive};
use super::syslog::Syslog;
use crate::date::TimeZone;
use crate::levels::Threshold;
use crate::line_writer::{Clock, Frame, LineWriter};
use crate::output::{Output, WriteFailures};
use crate::python::Messages;
use crate::template::Paint;

/// The open output of a handler.
pub(super) enum Device {
    Null,
    Stderr(io::Stderr),
    Stdout(io::Stdout),
    File(LogFile),
    Syslog(Syslog),
    Writer(Box<dyn Write + Send>),
}

impl Device {
    pub(super) fn open(target: Target) -> Result<Self, ConfigProblem> {
        Ok(match target {
            Target::Null => Self::Null,
            Target::Stream(Stream::Stderr) => Self::Stderr(io::stderr()),
            Target::Stream(Stream::Stdout) => Self::Stdout(io::stdout()),
            Target::File(file) => Self::File(LogFile::open(file).map_err(ConfigProblem::Open)?),
            Target::Syslog(syslog) => {
                Self::Syslog(Syslog::open(syslog).map_err(ConfigProblem::Connect)?)
            }
            // They have no device of their own.
            Target::Memory(_) | Target::Queue(_) => Self::Null,
            Target::Writer(writer) => Self::Writer(writer),
        })
    }

    /// Prepares for the first line.
    pub(super) fn begin(&self) -> Result<(), ConfigProblem> {
        match self {
            Self::File(file) => file.begin().map_err(ConfigProblem::Open),
            _ => Ok(()),
        }
    }

    fn paint(&self) -> Paint {
        match self {
            Self::Stderr(stderr) => Paint::of(stderr),
            Self::Stdout(stdout) => Paint::of(stdout),
            _ => Paint::default(),
        }
    }
}

impl Write for Device {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Null => Ok(bytes.len()),
            Self::Stderr(stderr) => stderr.write(bytes),
            Self::Stdout(stdout) => stdout.write(bytes),
            Self::File(file) => file.write(bytes),
            Self::Syslog(syslog) => syslog.write(bytes),
            Self::Writer(writer) => writer.write(bytes),
        }
    }

    fn write_all(&mut self, line: &[u8]) -> io::Result<()> {
        match self {
            Self::Null => Ok(()),
            Self::Stderr(stderr) => stderr.write_all(line),
            Self::Stdout(stdout) => stdout.write_all(line),
            Self::File(file) => file.write_all(line),
            Self::Syslog(syslog) => syslog.write_all(line),
            Self::Writer(writer) => writer.write_all(line),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Null => Ok(()),
            Self::Stderr(stderr) => stderr.flush(),
            Self::Stdout(stdout) => stdout.flush(),
            Self::File(file) => file.flush(),
            Self::Syslog(syslog) => syslog.flush(),
            Self::Writer(writer) => writer.flush(),
        }
    }
}

/// A handler: its filters and its output.
pub(super) struct Handler {
    level: AtomicI64,
    /// Names of loggers; the logger of an event must be within each of them.
    filters: Vec<Box<str>>,
    outlet: Outlet,
}

/// The output of a handler.
pub(super) enum Outlet {
    Null,
    Lines(LineWriter<Device>),
    /// Passes lines on to other handlers.
    Relay {
        relay: Relay,
        targets: Vec<Arc<Handler>>,
        /// Whether the levels of the other handlers apply.
        respects_levels: bool,
        /// The format of the messages that are passed on. It writes nothing.
        format: LineWriter<Device>,
    },
}

pub(super) enum Relay {
    Memory(Memory),
    Queue(Queue),
}

impl Outlet {
    /// Returns the output of the handler `name` to a device.
    pub(super) fn device(
        name: &str,
        device: Device,
        frame: Frame,
        formatter: FormatterConfig,
        zone: TimeZone,
    ) -> Self {
        match device {
            Device::Null => Self::Null,
            device => {
                let mut lines = writer(name, device, formatter, zone);
                lines.frame = frame;
                Self::Lines(lines)
            }
        }
    }

    /// Returns the output of the handler `name` to other handlers.
    pub(super) fn relay(
        name: &str,
        relay: Relay,
        targets: Vec<Arc<Handler>>,
        respects_levels: bool,
        formatter: FormatterConfig,
        zone: TimeZone,
    ) -> Self {
        let format = writer(name, Device::Null, formatter, zone);
        Self::Relay { relay, targets, respects_levels, format }
    }
}

fn writer(
    name: &str,
    device: Device,
    formatter: FormatterConfig,
    zone: TimeZone,
) -> LineWriter<Device> {
    let paint = device.paint();
    // There is no output for a failure of standard error.
    let reports = !matches!(device, Device::Stderr(_));
    let output = Output::new(device, reports).named(format!("lines of the handler {name:?}"));
    let mut lines = LineWriter::new(output);
    lines.template = formatter.template;
    lines.paint = paint;
    lines.set_date_format(formatter.date_format);
    lines.set_time_zone(zone);
    lines
}

impl Handler {
    pub(super) fn new(outlet: Outlet, level: LogLevel, filters: Vec<Box<str>>) -> Self {
        Self { level: AtomicI64::new(level.0), filters, outlet }
    }

    /// Returns the handler of warnings without a handler, which writes the bare message.
    pub(super) fn last_resort() -> Self {
        let (stderr, formatter) = (Device::Stderr(io::stderr()), FormatterConfig::default());
        let outlet = Outlet::device("", stderr, Frame::Line, formatter, TimeZone::Local);
        Self::new(outlet, Level::Warning.into(), Vec::new())
    }

    pub(super) fn set_level(&self, level: LogLevel) {
        self.level.store(level.0, Ordering::Relaxed);
    }

    pub(super) fn set_time_zone(&self, zone: TimeZone) {
        if let Some(lines) = self.lines() {
            lines.set_time_zone(zone);
        }
    }

    fn lines(&self) -> Option<&LineWriter<Device>> {
        match &self.outlet {
            Outlet::Null => None,
            Outlet::Lines(lines) | Outlet::Relay { format: lines, .. } => Some(lines),
        }
    }

    /// Returns whether the handler writes an event.
    pub(super) fn takes(&self, logger: &str, level: Level) -> bool {
        !matches!(self.outlet, Outlet::Null) && self.allows(level) && passes(&self.filters, logger)
    }

    fn allows(&self, level: Level) -> bool {
        Threshold::from(LogLevel(self.level.load(Ordering::Relaxed))).allows(level)
    }

    pub(super) fn write(
        &self,
        messages: Messages,
        clock: &Clock,
        meta: &Meta,
        event: &TraceEvent<'_>,
    ) {
        match &self.outlet {
            Outlet::Null => {}
            Outlet::Lines(lines) => lines.write(messages, clock, meta, event),
            Outlet::Relay { .. } => {
                for line in self.composed(messages, &messages.of(event), clock, meta) {
                    self.receive(Content::Line(Box::new(line)));
                }
            }
        }
    }

    /// Returns the lines that a relay passes on for an event, composed by the handlers that are to write
    /// them.
    fn composed(
        &self,
        messages: Messages,
        message: &dyn Display,
        clock: &Clock,
        meta: &Meta,
    ) -> Vec<Line> {
        let Outlet::Relay { targets, respects_levels, format, .. } = &self.outlet else {
            return Vec::new();
        };
        let Metadata { logger, level, .. } = *meta.kind.metadata();
        let logger = messages.profile.logger(logger);
        let Ok(text) = format.composed(messages, message, clock, meta) else { return Vec::new() };
        let text = String::from_utf8_lossy(&text);
        let message = text.strip_suffix('\n').unwrap_or(&text);
        let mut lines = Vec::new();
        for to in targets {
            if !passes(&to.filters, logger) || (*respects_levels && !to.allows(level)) {
                continue;
            }
            let line = |content| Line { to: Arc::clone(to) as Arc<dyn Receive>, content, level };
            match &to.outlet {
                Outlet::Null => {}
                Outlet::Lines(writer) => {
                    let text = writer.composed(messages, &message, clock, meta);
                    lines.extend(text.map(|text| line(Content::Text(text))));
                }
                Outlet::Relay { .. } => {
                    let further = to.composed(messages, &message, clock, meta).into_iter();
                    lines.extend(further.map(|further| line(Content::Line(Box::new(further)))));
                }
            }
        }
        lines
    }

    pub(super) fn failures(&self) -> WriteFailures {
        self.lines().map(LineWriter::failures).unwrap_or_default()
    }
}

impl Receive for Handler {
    /// Writes a text, or passes on a line.
    fn receive(&self, content: Content) {
        match (&self.outlet, content) {
            (Outlet::Lines(lines), Content::Text(text)) => lines.put(&text),
            (Outlet::Relay { relay: Relay::Memory(memory), .. }, Content::Line(line)) => {
                memory.put(*line);
            }
            (Outlet::Relay { relay: Relay::Queue(queue), format, .. }, Content::Line(line)) => {
                let failure = (!queue.put(*line)).then(|| io::Error::other("the queue is full"));
                failure.into_iter().for_each(|failure| format.lose(failure));
            }
            // A handler is passed what it composed.
            _ => {}
        }
    }
}

impl Debug for Handler {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler")
            .field("level", &self.level)
            .field("filters", &self.filters)
            .finish_non_exhaustive()
    }
}

/// Returns whether the events of a logger pass all filters.
pub(super) fn passes(filters: &[Box<str>], logger: &str) -> bool {
    filters.iter().all(|name| lineage(logger).any(|ancestor| ancestor == &**name))
}
