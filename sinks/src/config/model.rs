//! A configuration before anything is opened.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::io;
use std::path::PathBuf;

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

    /// Returns a `logging.FileHandler`, or a `logging.handlers.RotatingFileHandler` if the file rotates.
    #[must_use]
    pub fn file(file: FileConfig) -> Self {
        Self::to(Some(Target::File(file)))
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
    Writer(Box<dyn io::Write + Send>),
}

impl Debug for Target {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Stream(stream) => stream.fmt(f),
            Self::File(file) => file.fmt(f),
            Self::Writer(_) => f.write_str("Writer"),
        }
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

/// A file for lines.
///
/// [`LoggingConfig`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileConfig {
    pub(super) path: PathBuf,
    pub(super) mode: FileMode,
    pub(super) delay: bool,
    pub(super) max_bytes: u64,
    pub(super) backup_count: u32,
}

impl FileConfig {
    /// Returns a file to append to. A relative path starts at the working directory at the time of
    /// configuration.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            mode: FileMode::default(),
            delay: false,
            max_bytes: 0,
            backup_count: 0,
        }
    }

    /// Sets how the file is opened.
    #[must_use]
    pub fn mode(mut self, mode: FileMode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets whether the file is opened with the first line, not at once.
    #[must_use]
    pub fn delay(mut self, delay: bool) -> Self {
        self.delay = delay;
        self
    }

    /// Starts a new file before the line that would bring the file to `max_bytes` or beyond, and keeps the
    /// last `backup_count` files as `NAME.1`, `NAME.2` and so on, the newest first. If either is 0, the
    /// file grows without limit. A file that rotates is appended to, whatever its mode. An empty file takes
    /// a line of any length.
    #[must_use]
    pub fn rotate(mut self, max_bytes: u64, backup_count: u32) -> Self {
        (self.max_bytes, self.backup_count) = (max_bytes, backup_count);
        self
    }
}

/// The mode in which a file is opened.
///
/// [`LoggingConfig`] has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FileMode {
    /// `a`: lines are appended to the content.
    #[default]
    Append,
    /// `w`: the content is removed.
    Truncate,
    /// `x`: the file must not exist.
    CreateNew,
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
