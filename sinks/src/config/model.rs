//! A configuration before anything is opened.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::io;
use std::path::{Path, PathBuf};

use limpid_core::trace::Level;

use super::file_config::FileConfig;
use super::level::LogLevel;
use crate::date::DateFormat;
use crate::python::Profile;
use crate::template::Template;

/// A configuration of loggers, handlers, formatters and filters: the dictionary of Python's
/// `logging.config.dictConfig`.
///
/// It is read from [JSON](Self::from_json) or [TOML](Self::from_toml), or made by these methods.
/// Formatters, filters and handlers are referred to by name; [`Logging`](super::Logging) checks the names.
///
/// ```
/// use limpid_core::trace::Level;
/// use limpid_sinks::config::{FormatterConfig, HandlerConfig, LoggerConfig, Stream};
/// use limpid_sinks::{DateFormat, Logging, LoggingConfig, Template};
///
/// let http = FormatterConfig::new(Template::documented()).date_format(DateFormat::documented());
/// let debug = || LoggerConfig::new().level(Level::Debug).handler("default");
/// let logging = Logging::from_config(
///     LoggingConfig::new()
///         .formatter("http", http)
///         .handler("default", HandlerConfig::stream(Stream::Stderr).formatter("http"))
///         .logger("httpx", debug())
///         .logger("httpcore", debug()),
/// )?;
/// # Ok::<(), limpid_sinks::config::ConfigErrors>(())
/// ```
#[derive(Debug)]
pub struct LoggingConfig {
    pub(super) formatters: BTreeMap<Box<str>, FormatterConfig>,
    pub(super) filters: BTreeMap<Box<str>, Box<str>>,
    pub(super) handlers: BTreeMap<Box<str>, HandlerConfig>,
    pub(super) loggers: BTreeMap<Box<str>, LoggerConfig>,
    pub(super) root: Option<LoggerConfig>,
    pub(super) disable_existing_loggers: bool,
    pub(super) incremental: bool,
    /// The file that it was read from.
    pub(super) file: Option<Box<Path>>,
}

impl Default for LoggingConfig {
    fn default() -> Self {
        Self {
            formatters: BTreeMap::new(),
            filters: BTreeMap::new(),
            handlers: BTreeMap::new(),
            loggers: BTreeMap::new(),
            root: None,
            disable_existing_loggers: true,
            incremental: false,
            file: None,
        }
    }
}

impl LoggingConfig {
    /// Returns an empty configuration.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a formatter.
    #[must_use]
    pub fn formatter(mut self, name: &str, formatter: FormatterConfig) -> Self {
        self.formatters.insert(name.into(), formatter);
        self
    }

    /// Adds a filter, which passes the events of `logger` and its descendants. With an empty name it passes
    /// all events.
    #[must_use]
    pub fn filter(mut self, name: &str, logger: &str) -> Self {
        self.filters.insert(name.into(), logger.into());
        self
    }

    /// Adds a handler.
    #[must_use]
    pub fn handler(mut self, name: &str, handler: HandlerConfig) -> Self {
        self.handlers.insert(name.into(), handler);
        self
    }

    /// Configures a logger, such as `httpx` or `httpcore.http11`. Loggers of other programs may be named;
    /// they have no events here.
    #[must_use]
    pub fn logger(mut self, name: &str, logger: LoggerConfig) -> Self {
        self.loggers.insert(name.into(), logger);
        self
    }

    /// Configures the root, the ancestor of all loggers.
    #[must_use]
    pub fn root(mut self, logger: LoggerConfig) -> Self {
        self.root = Some(logger);
        self
    }

    /// Sets whether existing loggers that are not configured here are disabled: true by default, as in
    /// Python. In a new [`Logging`](super::Logging), `httpx` exists.
    #[must_use]
    pub fn disable_existing_loggers(mut self, disable: bool) -> Self {
        self.disable_existing_loggers = disable;
        self
    }

    /// Sets whether this changes only the levels of handlers, and the levels and propagation of loggers.
    /// The rest of the configuration is ignored then.
    #[must_use]
    pub fn incremental(mut self, incremental: bool) -> Self {
        self.incremental = incremental;
        self
    }
}

impl LoggingConfig {
    /// Renames the loggers to those of a profile, so that a configuration for httpx serves for httpx2. One
    /// that already names a logger of httpx2 is for httpx2 and stays as it is.
    pub(super) fn under_names_of(mut self, profile: Profile) -> Self {
        let is_of_httpx2 = |name: &str| Profile::HTTPX_0_28.translate(name) != name;
        let mut names = self.loggers.keys().chain(self.filters.values());
        if profile.package() != "httpx2" || names.any(|name| is_of_httpx2(name)) {
            return self;
        }
        let translate = |name: &str| Box::from(profile.translate(name));
        self.loggers =
            self.loggers.into_iter().map(|(name, logger)| (translate(&name), logger)).collect();
        self.filters.values_mut().for_each(|logger| *logger = translate(logger));
        self
    }
}

/// The format in which a handler writes lines.
///
/// [`LoggingConfig`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatterConfig {
    pub(super) template: Template,
    pub(super) date_format: DateFormat,
}

impl Default for FormatterConfig {
    /// Returns the formatter of bare messages.
    fn default() -> Self {
        Self::new(Template::message())
    }
}

impl FormatterConfig {
    /// Returns a formatter of lines in this format, with times as in Python: [`DateFormat::python`].
    #[must_use]
    pub fn new(template: Template) -> Self {
        Self { template, date_format: DateFormat::python() }
    }

    /// Sets how the time is shown.
    #[must_use]
    pub fn date_format(mut self, format: DateFormat) -> Self {
        self.date_format = format;
        self
    }
}

/// A handler: the lines that it writes, and their output.
///
/// [`LoggingConfig`] has an example.
#[derive(Debug)]
pub struct HandlerConfig {
    pub(super) target: Option<Target>,
    pub(super) level: Option<LogLevel>,
    pub(super) formatter: Option<Box<str>>,
    pub(super) filters: Vec<Box<str>>,
}

impl HandlerConfig {
    /// Returns a `logging.StreamHandler`.
    ///
    /// If the stream is a terminal, control characters of messages are escaped, and levels are coloured
    /// unless the environment variable `NO_COLOR` is set.
    #[must_use]
    pub fn stream(stream: Stream) -> Self {
        Self::to(Some(Target::Stream(stream)))
    }

    /// Returns a `logging.FileHandler`, or a `RotatingFileHandler`, `TimedRotatingFileHandler` or
    /// `WatchedFileHandler` of `logging.handlers` if the file rotates or is watched.
    #[must_use]
    pub fn file(file: FileConfig) -> Self {
        Self::to(Some(Target::File(file)))
    }

    /// Returns a `logging.handlers.SysLogHandler`.
    #[must_use]
    pub fn syslog(syslog: SyslogConfig) -> Self {
        Self::to(Some(Target::Syslog(syslog)))
    }

    /// Returns a `logging.handlers.MemoryHandler`, which keeps up to `capacity` lines for the handler of this
    /// name, and writes them when it is full, at an event of [`flush_level`](Self::flush_level), and at its
    /// end. The format is that of the other handler, whose filters apply and whose level does not.
    #[must_use]
    pub fn memory(capacity: usize, handler: &str) -> Self {
        Self::to(Some(Target::Memory(MemoryConfig {
            capacity,
            target: Some(handler.into()),
            ..MemoryConfig::default()
        })))
    }

    /// Returns a `logging.handlers.QueueHandler` with its listener: a thread that writes the lines of the
    /// handlers of these names. Their filters apply; their levels do not, as by default in Python.
    #[must_use]
    pub fn queue(handlers: &[&str]) -> Self {
        Self::to(Some(Target::Queue(QueueConfig {
            handlers: handlers.iter().map(|name| (*name).into()).collect(),
            ..QueueConfig::default()
        })))
    }

    /// Sets the level at which a [memory handler](Self::memory) writes its lines: ERROR by default. It has no
    /// effect on others.
    #[must_use]
    pub fn flush_level(mut self, level: impl Into<LogLevel>) -> Self {
        if let Some(Target::Memory(memory)) = &mut self.target {
            memory.flush_level = level.into();
        }
        self
    }

    /// Returns a handler that passes each line to a writer, in one `write_all` and a `flush`.
    #[must_use]
    pub fn writer(writer: impl io::Write + Send + 'static) -> Self {
        Self::to(Some(Target::Writer(Box::new(writer))))
    }

    /// Returns a `logging.NullHandler`, which writes nothing.
    #[must_use]
    pub fn null() -> Self {
        Self::to(Some(Target::Null))
    }

    /// Refers to an existing handler, for an [incremental](LoggingConfig::incremental) configuration.
    #[must_use]
    pub fn existing() -> Self {
        Self::to(None)
    }

    pub(super) fn to(target: Option<Target>) -> Self {
        Self { target, level: None, formatter: None, filters: Vec::new() }
    }

    /// Sets the lowest level of lines: every level by default.
    #[must_use]
    pub fn level(mut self, level: impl Into<LogLevel>) -> Self {
        self.level = Some(level.into());
        self
    }

    /// Sets the formatter by name. Without one, lines are bare messages.
    #[must_use]
    pub fn formatter(mut self, name: &str) -> Self {
        self.formatter = Some(name.into());
        self
    }

    /// Adds the filter of this name.
    #[must_use]
    pub fn filter(mut self, name: &str) -> Self {
        self.filters.push(name.into());
        self
    }
}

/// The output of a handler.
pub(super) enum Target {
    Null,
    Stream(Stream),
    File(FileConfig),
    Syslog(SyslogConfig),
    Memory(MemoryConfig),
    Queue(QueueConfig),
    Writer(Box<dyn io::Write + Send>),
}

impl Debug for Target {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Stream(stream) => stream.fmt(f),
            Self::File(file) => file.fmt(f),
            Self::Syslog(syslog) => syslog.fmt(f),
            Self::Memory(memory) => memory.fmt(f),
            Self::Queue(queue) => queue.fmt(f),
            Self::Writer(_) => f.write_str("Writer"),
        }
    }
}

impl Target {
    /// Returns the argument that an error of opening it, or of its handlers, is about.
    pub(super) const fn place(&self) -> &'static str {
        match self {
            Self::Syslog(_) => "address",
            Self::Memory(_) => "target",
            Self::Queue(_) => "handlers",
            _ => "filename",
        }
    }

    /// Returns the names of the handlers that it passes lines on to.
    pub(super) fn handlers(&self) -> &[Box<str>] {
        match self {
            Self::Memory(memory) => memory.target.as_slice(),
            Self::Queue(queue) => &queue.handlers,
            _ => &[],
        }
    }
}

/// A memory handler.
#[derive(Clone, Debug)]
pub(super) struct MemoryConfig {
    pub(super) capacity: usize,
    pub(super) flush_level: LogLevel,
    pub(super) flush_on_close: bool,
    /// The handler that writes the lines; without one, they are lost.
    pub(super) target: Option<Box<str>>,
}

impl Default for MemoryConfig {
    fn default() -> Self {
        let flush_level = Level::Error.into();
        Self { capacity: 0, flush_level, flush_on_close: true, target: None }
    }
}

/// A queue handler and its listener.
#[derive(Clone, Debug, Default)]
pub(super) struct QueueConfig {
    pub(super) handlers: Vec<Box<str>>,
    pub(super) respects_levels: bool,
    /// The most lines in the queue; 0 is no limit.
    pub(super) max_size: usize,
}

/// The address of a syslog daemon, and the facility of lines.
///
/// ```
/// use limpid_sinks::config::{HandlerConfig, SyslogConfig};
///
/// // `local0`, over UDP.
/// let syslog = SyslogConfig::host("logs.example.com", 514).facility(16);
/// let handler = HandlerConfig::syslog(syslog);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyslogConfig {
    pub(super) address: SyslogAddress,
    pub(super) facility: u8,
    /// Whether lines are a stream: of TCP, or of a Unix socket. `None` means UDP, or what the socket accepts.
    pub(super) is_stream: Option<bool>,
}

/// The address of a syslog daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SyslogAddress {
    Host(Box<str>, u16),
    Unix(PathBuf),
}

impl SyslogConfig {
    /// Returns the daemon at this host and port, over UDP, with the facility `user`.
    #[must_use]
    pub fn host(host: &str, port: u16) -> Self {
        Self { address: SyslogAddress::Host(host.into(), port), facility: 1, is_stream: None }
    }

    /// Returns the daemon at a Unix socket such as `/dev/log`, with the facility `user`.
    #[must_use]
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self { address: SyslogAddress::Unix(path.into()), facility: 1, is_stream: None }
    }

    /// Sets the facility by its number (RFC 5424, section 6.2.1); numbers above 23 mean 23.
    #[must_use]
    pub fn facility(mut self, facility: u8) -> Self {
        self.facility = facility.min(23);
        self
    }

    /// Sets whether the daemon is connected to by TCP or a stream socket, instead of datagrams.
    #[must_use]
    pub fn stream(mut self, is_stream: bool) -> Self {
        self.is_stream = Some(is_stream);
        self
    }
}

/// A stream of this program.
///
/// [`LoggingConfig`] has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stream {
    /// `ext://sys.stderr`, the default.
    #[default]
    Stderr,
    /// `ext://sys.stdout`.
    Stdout,
}

/// The level, handlers and filters of a logger.
///
/// [`LoggingConfig`] has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoggerConfig {
    pub(super) level: Option<LogLevel>,
    pub(super) handlers: Vec<Box<str>>,
    pub(super) filters: Vec<Box<str>>,
    pub(super) propagate: Option<bool>,
}

impl LoggerConfig {
    /// Returns a logger with its defaults: no level, no handlers, and propagation to its ancestors'
    /// handlers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets its lowest level: that of its nearest ancestor with a level by default.
    #[must_use]
    pub fn level(mut self, level: impl Into<LogLevel>) -> Self {
        self.level = Some(level.into());
        self
    }

    /// Adds the handler of this name.
    #[must_use]
    pub fn handler(mut self, name: &str) -> Self {
        self.handlers.push(name.into());
        self
    }

    /// Adds the filter of this name. It applies to the events of this logger, not to those of its
    /// descendants.
    #[must_use]
    pub fn filter(mut self, name: &str) -> Self {
        self.filters.push(name.into());
        self
    }

    /// Sets whether the handlers of its ancestors receive its events: true by default. The levels of
    /// ancestors do not apply then.
    #[must_use]
    pub fn propagate(mut self, propagate: bool) -> Self {
        self.propagate = Some(propagate);
        self
    }
}
