//! What a configuration says, before anything is opened.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::io;
use std::path::PathBuf;

use super::level::LogLevel;
use crate::date::DateFormat;
use crate::template::Template;

/// A configuration of loggers, handlers, formatters and filters: the dictionary of Python's
/// `logging.config.dictConfig`.
///
/// It is read from [JSON](Self::from_json) or [TOML](Self::from_toml), or made here. Formatters,
/// filters and handlers are referred to by their names; [`Logging`](super::Logging) checks them.
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
    /// A configuration of nothing.
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

    /// Adds a filter, which lets pass what `logger` and its descendants tell. With an empty name it
    /// lets everything pass.
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

    /// Configures a logger, such as `httpx` or `httpcore.http11`. Loggers of others may be named;
    /// they tell nothing here.
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

    /// Whether loggers that exist already and are not configured here are disabled: true unless
    /// set, as in Python. Of a new [`Logging`](super::Logging), `httpx` is the one that exists.
    #[must_use]
    pub fn disable_existing_loggers(mut self, disable: bool) -> Self {
        self.disable_existing_loggers = disable;
        self
    }

    /// Whether this changes what is configured already: the levels of handlers, and levels and
    /// propagation of loggers. All else in it is ignored.
    #[must_use]
    pub fn incremental(mut self, incremental: bool) -> Self {
        self.incremental = incremental;
        self
    }
}

/// How a handler writes lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatterConfig {
    pub(super) template: Template,
    pub(super) date_format: DateFormat,
}

impl Default for FormatterConfig {
    /// The bare message.
    fn default() -> Self {
        Self::new(Template::message())
    }
}

impl FormatterConfig {
    /// Lines of this shape, with times as in Python: [`DateFormat::python`].
    #[must_use]
    pub fn new(template: Template) -> Self {
        Self { template, date_format: DateFormat::python() }
    }

    /// How the time is shown.
    #[must_use]
    pub fn date_format(mut self, format: DateFormat) -> Self {
        self.date_format = format;
        self
    }
}

/// Where lines go, and which.
#[derive(Debug)]
pub struct HandlerConfig {
    pub(super) target: Option<Target>,
    pub(super) level: Option<LogLevel>,
    pub(super) formatter: Option<Box<str>>,
    pub(super) filters: Vec<Box<str>>,
}

impl HandlerConfig {
    /// `logging.StreamHandler`.
    ///
    /// Where the stream is a terminal, control characters of messages are escaped, and levels have
    /// colours unless the environment variable `NO_COLOR` is set.
    #[must_use]
    pub fn stream(stream: Stream) -> Self {
        Self::to(Some(Target::Stream(stream)))
    }

    /// `logging.FileHandler`, or `logging.handlers.RotatingFileHandler` if the file has a size.
    #[must_use]
    pub fn file(file: FileConfig) -> Self {
        Self::to(Some(Target::File(file)))
    }

    /// A handler that gives each line to a writer, in one `write_all` and a `flush`.
    #[must_use]
    pub fn writer(writer: impl io::Write + Send + 'static) -> Self {
        Self::to(Some(Target::Writer(Box::new(writer))))
    }

    /// `logging.NullHandler`: nothing is written.
    #[must_use]
    pub fn null() -> Self {
        Self::to(Some(Target::Null))
    }

    /// A handler that is configured already, for a configuration that is
    /// [incremental](LoggingConfig::incremental).
    #[must_use]
    pub fn existing() -> Self {
        Self::to(None)
    }

    pub(super) fn to(target: Option<Target>) -> Self {
        Self { target, level: None, formatter: None, filters: Vec::new() }
    }

    /// From which level on lines are written: all of them unless set.
    #[must_use]
    pub fn level(mut self, level: impl Into<LogLevel>) -> Self {
        self.level = Some(level.into());
        self
    }

    /// The formatter of this name. Without one, lines are bare messages.
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

/// Where the lines of a handler go.
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stream {
    /// `ext://sys.stderr`, which is where lines go unless told otherwise.
    #[default]
    Stderr,
    /// `ext://sys.stdout`.
    Stdout,
}

/// A file for lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileConfig {
    pub(super) path: PathBuf,
    pub(super) mode: FileMode,
    pub(super) delay: bool,
    pub(super) max_bytes: u64,
    pub(super) backup_count: u32,
}

impl FileConfig {
    /// A file to append to. A relative path is one from the directory of the program at the time of
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

    /// How the file is opened.
    #[must_use]
    pub fn mode(mut self, mode: FileMode) -> Self {
        self.mode = mode;
        self
    }

    /// Whether the file is opened with the first line, and not at once.
    #[must_use]
    pub fn delay(mut self, delay: bool) -> Self {
        self.delay = delay;
        self
    }

    /// Starts a new file before the line that would bring the file to `max_bytes` or beyond, and
    /// keeps the last `backup_count` files as `NAME.1`, `NAME.2` and so on, the newest first. If
    /// either is 0, the file grows without end. A file that rotates is appended to, whatever its
    /// mode. A file that is empty takes a line of any length.
    #[must_use]
    pub fn rotate(mut self, max_bytes: u64, backup_count: u32) -> Self {
        (self.max_bytes, self.backup_count) = (max_bytes, backup_count);
        self
    }
}

/// How a file is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FileMode {
    /// `a`: what is there stays, and lines come after it.
    #[default]
    Append,
    /// `w`: what is there goes.
    Truncate,
    /// `x`: there must be nothing.
    CreateNew,
}

/// What a logger tells, and to whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoggerConfig {
    pub(super) level: Option<LogLevel>,
    pub(super) handlers: Vec<Box<str>>,
    pub(super) filters: Vec<Box<str>>,
    pub(super) propagate: Option<bool>,
}

impl LoggerConfig {
    /// A logger as it is: without a level, without handlers, and its ancestors' handlers get what
    /// it tells.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From which level on it tells: as its nearest ancestor with a level unless set.
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

    /// Adds the filter of this name. It is asked about what this very logger tells, and not about
    /// what its descendants do.
    #[must_use]
    pub fn filter(mut self, name: &str) -> Self {
        self.filters.push(name.into());
        self
    }

    /// Whether the handlers of its ancestors get what it tells: true unless set. The levels of
    /// ancestors do not matter then.
    #[must_use]
    pub fn propagate(mut self, propagate: bool) -> Self {
        self.propagate = Some(propagate);
        self
    }
}
