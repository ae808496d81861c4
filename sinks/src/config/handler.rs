//! Open handlers.

use std::io::{self, Write};
use std::sync::atomic::{AtomicI64, Ordering};

use limpid_core::trace::{Level, Meta, TraceEvent};

use super::error::ConfigProblem;
use super::file::LogFile;
use super::level::LogLevel;
use super::lineage::lineage;
use super::model::{FormatterConfig, Stream, Target};
use crate::date::TimeZone;
use crate::levels::Threshold;
use crate::line_writer::{Clock, LineWriter};
use crate::output::{Output, WriteFailures};
use crate::python::Messages;
use crate::template::Paint;

/// The open output of a handler.
pub(super) enum Device {
    Null,
    Stderr(io::Stderr),
    Stdout(io::Stdout),
    File(LogFile),
    Writer(Box<dyn Write + Send>),
}

impl Device {
    pub(super) fn open(target: Target) -> Result<Self, ConfigProblem> {
        Ok(match target {
            Target::Null => Self::Null,
            Target::Stream(Stream::Stderr) => Self::Stderr(io::stderr()),
            Target::Stream(Stream::Stdout) => Self::Stdout(io::stdout()),
            Target::File(file) => Self::File(LogFile::open(file).map_err(ConfigProblem::Open)?),
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
            Self::Writer(writer) => writer.write(bytes),
        }
    }

    fn write_all(&mut self, line: &[u8]) -> io::Result<()> {
        match self {
            Self::Null => Ok(()),
            Self::Stderr(stderr) => stderr.write_all(line),
            Self::Stdout(stdout) => stdout.write_all(line),
            Self::File(file) => file.write_all(line),
            Self::Writer(writer) => writer.write_all(line),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Null => Ok(()),
            Self::Stderr(stderr) => stderr.flush(),
            Self::Stdout(stdout) => stdout.flush(),
            Self::File(file) => file.flush(),
            Self::Writer(writer) => writer.flush(),
        }
    }
}

/// A handler: its filters and its output.
#[derive(Debug)]
pub(super) struct Handler {
    level: AtomicI64,
    /// Names of loggers; the logger of an event must be within each of them.
    filters: Vec<Box<str>>,
    is_null: bool,
    lines: LineWriter<Device>,
}

impl Handler {
    /// Returns a handler named `name` over an open device.
    pub(super) fn new(
        name: &str,
        device: Device,
        formatter: FormatterConfig,
        level: LogLevel,
        filters: Vec<Box<str>>,
        zone: TimeZone,
    ) -> Self {
        let (is_null, paint) = (matches!(device, Device::Null), device.paint());
        // There is no output for a failure of standard error.
        let reports = !matches!(device, Device::Stderr(_));
        let output = Output::new(device, reports).named(format!("lines of the handler {name:?}"));
        let mut lines = LineWriter::new(output);
        lines.template = formatter.template;
        lines.paint = paint;
        lines.set_date_format(formatter.date_format);
        lines.set_time_zone(zone);
        Self { level: AtomicI64::new(level.0), filters, is_null, lines }
    }

    /// Returns the handler of warnings without a handler, which writes the bare message.
    pub(super) fn last_resort() -> Self {
        let stderr = Device::Stderr(io::stderr());
        let formatter = FormatterConfig::default();
        Self::new("", stderr, formatter, Level::Warning.into(), Vec::new(), TimeZone::Local)
    }

    pub(super) fn set_level(&self, level: LogLevel) {
        self.level.store(level.0, Ordering::Relaxed);
    }

    pub(super) fn set_time_zone(&self, zone: TimeZone) {
        self.lines.set_time_zone(zone);
    }

    /// Returns whether the handler writes an event.
    pub(super) fn takes(&self, logger: &str, level: Level) -> bool {
        let lowest = Threshold::from(LogLevel(self.level.load(Ordering::Relaxed)));
        !self.is_null && lowest.allows(level) && passes(&self.filters, logger)
    }

    pub(super) fn write(
        &self,
        messages: Messages,
        clock: &Clock,
        meta: &Meta,
        event: &TraceEvent<'_>,
    ) {
        self.lines.write(messages, clock, meta, event);
    }

    pub(super) fn failures(&self) -> WriteFailures {
        self.lines.failures()
    }
}

/// Returns whether the events of a logger pass all filters.
pub(super) fn passes(filters: &[Box<str>], logger: &str) -> bool {
    filters.iter().all(|name| lineage(logger).any(|ancestor| ancestor == &**name))
}
