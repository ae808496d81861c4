//! Errors of a configuration and their places.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::Path;

use super::level::LogLevel;
use crate::date::DateFormatError;
use crate::list::List;
use crate::template::{Style, TemplateError};

/// One or more errors of a configuration.
///
/// ```
/// # #[cfg(feature = "config")] {
/// use limpid_sinks::LoggingConfig;
///
/// let json = r#"{"version": 1, "loggers": {"httpx": {"level": "debug"}}}"#;
/// assert_eq!(
///     LoggingConfig::from_json(json).unwrap_err().to_string(),
///     "loggers.httpx.level: \"debug\" is not a level, DEBUG is; the levels are NOTSET, TRACE, DEBUG, \
///      INFO, WARNING, WARN, ERROR, CRITICAL, FATAL and all numbers"
/// );
/// # }
/// ```
#[derive(Debug)]
pub struct ConfigErrors {
    errors: Vec<ConfigError>,
    file: Option<Box<Path>>,
}

impl ConfigErrors {
    /// Returns `value` if there are no errors.
    pub(super) fn unless_empty<T>(errors: Vec<ConfigError>, value: T) -> Result<T, Self> {
        if errors.is_empty() { Ok(value) } else { Err(Self { errors, file: None }) }
    }

    /// Returns the errors, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.errors.iter()
    }

    /// Returns the file of the document, if it was read from one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Sets the file of the document.
    pub(super) fn in_file(mut self, file: Option<&Path>) -> Self {
        self.file = file.map(Into::into);
        self
    }
}

impl From<ConfigError> for ConfigErrors {
    fn from(error: ConfigError) -> Self {
        Self { errors: vec![error], file: None }
    }
}

impl Display for ConfigErrors {
    /// Writes one line for each error: the file, if there is one, the place in it, and the problem.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.errors.iter().enumerate().try_for_each(|(index, error)| {
            f.write_str(if index == 0 { "" } else { "\n" })?;
            if let Some(file) = &self.file {
                write!(f, "{}: ", file.display())?;
            }
            error.fmt(f)
        })
    }
}

impl Error for ConfigErrors {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.errors.first()?.source()
    }
}

/// One error of a configuration.
///
/// [`ConfigErrors`] has an example.
#[derive(Debug)]
pub struct ConfigError {
    /// The place in the document, such as `handlers.default.level`; empty for the document itself. A key
    /// with characters other than letters, digits, `_` and `-` is quoted.
    pub path: Box<str>,
    /// The kind of error.
    pub problem: ConfigProblem,
}

impl Display for ConfigError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &*self.path {
            "" => self.problem.fmt(f),
            path => write!(f, "{path}: {}", self.problem),
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problem.source()
    }
}

/// The kinds of errors at one place of a configuration.
///
/// [`ConfigErrors`] has an example.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// The file of the document cannot be read.
    Read(io::Error),
    /// The text is not valid in its language.
    Syntax {
        /// `JSON`, `TOML` or `YAML`.
        language: &'static str,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The message of the parser.
        message: Box<str>,
    },
    /// The version is missing, or is not 1.
    Version,
    /// A value is of the wrong kind.
    Expected(&'static str),
    /// A reference, `cfg://` and a path, has no target.
    Reference(Box<str>),
    /// There is not a level of this name.
    UnknownLevel(Box<str>),
    /// There is no such style of templates.
    UnknownStyle(Box<str>),
    /// A template cannot be read.
    Format(TemplateError),
    /// A date format cannot be read.
    DateFormat(DateFormatError),
    /// A handler has no class.
    NoClass,
    /// A class does not have this argument.
    UnknownArgument {
        /// The class.
        class: &'static str,
        /// The arguments of the class.
        known: &'static [&'static str],
    },
    /// An object is of a class that is not supported, is made by a function of the program (`()`), or has its
    /// attributes set (`.`).
    Python {
        /// The name of the class or the function, or `.`.
        name: Box<str>,
        /// What to use instead.
        instead: &'static str,
    },
    /// There is no such stream.
    UnknownStream(Box<str>),
    /// There is no such mode for opening a file.
    UnknownMode(Box<str>),
    /// Lines cannot be written in this encoding.
    UnknownEncoding(Box<str>),
    /// A formatter, filter or handler is used that is not configured.
    Unconfigured {
        /// The section where it is missing.
        section: &'static str,
        /// Its name.
        name: Box<str>,
        /// The names in that section.
        known: Box<[Box<str>]>,
    },
    /// A file cannot be opened, or a thread not be started.
    Open(io::Error),
    /// A daemon cannot be connected to.
    Connect(io::Error),
    /// A handler passes lines on to itself, directly or over others.
    Circle,
}

impl Display for ConfigProblem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(f, "the file cannot be read: {error}"),
            Self::Syntax { language, line, column, message } => {
                write!(f, "this is not {language}: line {line}, column {column}: {message}")
            }
            Self::Version => {
                f.write_str("the version is missing or not supported; it must be the number 1")
            }
            Self::Expected(what) => write!(f, "expected {what}"),
            Self::Reference(name) => write!(
                f,
                "{name:?} refers to no value of this document; write cfg:// and the path of one, as in \
                 cfg://handlers.default.level"
            ),
            Self::UnknownLevel(name) => write_unknown_level(name, f),
            Self::UnknownStyle(name) => {
                write!(f, "{name:?} is not a style; the styles are {}", List(Style::ALL.iter()))
            }
            Self::Format(error) => error.fmt(f),
            Self::DateFormat(error) => error.fmt(f),
            Self::NoClass => {
                f.write_str("the handler has no class; add one, such as logging.StreamHandler")
            }
            Self::UnknownArgument { class, known: [] } => {
                write!(f, "{class} takes no arguments")
            }
            Self::UnknownArgument { class, known } => {
                write!(f, "{class} has no such argument; its arguments are {}", List(known.iter()))
            }
            Self::Python { name, instead } => {
                write!(f, "{name:?} needs Python, which does not run here; {instead}")
            }
            Self::UnknownStream(name) => write!(
                f,
                "{name:?} is not a stream; the streams are ext://sys.stderr and ext://sys.stdout"
            ),
            Self::UnknownMode(name) => write!(
                f,
                "{name:?} is not a mode of a log file; the modes are a (append), w (start empty) and \
                 x (a new file)"
            ),
            Self::UnknownEncoding(name) => {
                write!(f, "the encoding {name:?} is not supported; write utf-8")
            }
            Self::Unconfigured { section, name, known } => {
                write!(f, "there is no {name:?} among the {section}")?;
                match &**known {
                    [] => write!(f, "; the section is empty"),
                    known => write!(f, ", which are {}", List(known.iter())),
                }
            }
            Self::Open(error) => write!(f, "the file cannot be opened: {error}"),
            Self::Connect(error) => write!(f, "this cannot be connected to: {error}"),
            Self::Circle => {
                f.write_str("the handler passes its lines on to itself; name one that writes them")
            }
        }
    }
}

impl Error for ConfigProblem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // The text of these is part of this one's.
            Self::Read(error) | Self::Open(error) | Self::Connect(error) => error.source(),
            Self::Format(error) => error.source(),
            Self::DateFormat(error) => error.source(),
            _ => None,
        }
    }
}

fn write_unknown_level(name: &str, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "{name:?} is not a level")?;
    if let Ok(level) = name.to_uppercase().parse::<LogLevel>() {
        write!(f, ", {level} is")?;
    }
    let names = LogLevel::NAMED.iter().map(|(name, _)| *name);
    write!(f, "; the levels are {}", List(names.chain(["all numbers"])))
}
