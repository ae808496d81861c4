//! Selection of events: a level for each logger, inherited along the dots of its name.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use limpid_core::trace::{Interest, Level, Logger};

use crate::list::List;
use crate::python::Profile;

/// The lowest level of a logger's events.
///
/// [`Levels`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Threshold {
    /// Events of this level and above.
    From(Level),
    /// No events.
    Off,
}

impl Threshold {
    /// Every threshold by its name in a specification. `warn` is Python's second name for `warning`.
    const NAMED: [(&'static str, Self); 8] = [
        ("trace", Self::From(Level::Trace)),
        ("debug", Self::From(Level::Debug)),
        ("info", Self::From(Level::Info)),
        ("warning", Self::From(Level::Warning)),
        ("error", Self::From(Level::Error)),
        ("critical", Self::From(Level::Critical)),
        ("off", Self::Off),
        ("warn", Self::From(Level::Warning)),
    ];

    /// Returns whether events of this level pass.
    #[must_use]
    pub fn allows(self, level: Level) -> bool {
        match self {
            Self::From(lowest) => level >= lowest,
            Self::Off => false,
        }
    }

    fn named(name: &str) -> Option<Self> {
        let (_, threshold) =
            Self::NAMED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(*threshold)
    }
}

/// The levels of all loggers.
///
/// A logger without a level inherits that of its nearest ancestor with one. The root, whose name is empty,
/// is the ancestor of all; its level is WARNING by default, as in Python.
///
/// ```
/// use limpid_core::trace::{Level, Logger};
/// use limpid_sinks::levels::{Levels, Threshold};
///
/// let levels: Levels = "httpcore=debug, httpcore.http11=off, info".parse()?;
/// assert_eq!(levels.effective(Logger::Connection), Threshold::From(Level::Debug));
/// assert_eq!(levels.effective(Logger::Http11), Threshold::Off);
/// assert_eq!(levels.effective(Logger::Httpx), Threshold::From(Level::Info));
/// # Ok::<(), limpid_sinks::levels::LevelsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levels {
    root: Threshold,
    set: Vec<(&'static str, Threshold)>,
}

impl Default for Levels {
    /// Returns levels where only the root has one, WARNING.
    fn default() -> Self {
        Self { root: Threshold::From(Level::Warning), set: Vec::new() }
    }
}

impl Levels {
    /// Returns the levels in the documentation of httpx: `httpx` and `httpcore` at DEBUG.
    #[must_use]
    pub fn documented() -> Self {
        Self::default()
            .preset("httpx", Threshold::From(Level::Debug))
            .preset("httpcore", Threshold::From(Level::Debug))
    }

    /// Returns the documented levels, and `limpid` at DEBUG: every decision with its reason.
    #[must_use]
    pub fn verbose() -> Self {
        Self::documented().preset("limpid", Threshold::From(Level::Debug))
    }

    /// Returns the documented levels, and `limpid` at TRACE: the bytes on the wire, too.
    #[must_use]
    pub fn everything() -> Self {
        Self::documented().preset("limpid", Threshold::From(Level::Trace))
    }

    fn preset(mut self, logger: &'static str, threshold: Threshold) -> Self {
        self.put(logger, threshold);
        self
    }

    /// Sets the level of a logger, of an ancestor of loggers, or, with an empty name, of the root. The names
    /// of httpx2, such as `httpcore2.http11`, are accepted for the same loggers.
    ///
    /// # Errors
    /// [`UnknownLogger`] if there is no such logger.
    pub fn set(&mut self, logger: &str, threshold: Threshold) -> Result<(), UnknownLogger> {
        if logger.is_empty() {
            self.root = threshold;
            return Ok(());
        }
        let logger = Profile::HTTPX_0_28.translate(logger);
        let name = logger_names().find(|name| *name == logger).ok_or(UnknownLogger)?;
        self.put(name, threshold);
        Ok(())
    }

    fn put(&mut self, name: &'static str, threshold: Threshold) {
        match self.set.iter_mut().find(|(set, _)| *set == name) {
            Some((_, old)) => *old = threshold,
            None => self.set.push((name, threshold)),
        }
    }

    /// Returns the level of a logger: its own, its nearest ancestor's, or the root's.
    #[must_use]
    pub fn effective(&self, logger: Logger) -> Threshold {
        self.set
            .iter()
            .filter(|(name, _)| logger.is_within(name))
            .max_by_key(|(name, _)| name.len())
            .map_or(self.root, |(_, threshold)| *threshold)
    }

    /// Returns the events that pass.
    #[must_use]
    pub fn interest(&self) -> Interest {
        Interest::matching(|event| self.effective(event.logger).allows(event.level))
    }
}

/// Returns the names that a level can be set for: loggers and their ancestors, ancestors first.
fn logger_names() -> impl Iterator<Item = &'static str> + Clone {
    Logger::ALL.iter().enumerate().flat_map(|(index, logger)| {
        let name = logger.name();
        let ends = name.match_indices('.').map(|(dot, _)| dot).chain([name.len()]);
        let is_new = move |name: &&str| !Logger::ALL[..index].iter().any(|l| l.is_within(name));
        ends.map(move |end| &name[..end]).filter(is_new)
    })
}

impl FromStr for Levels {
    type Err = LevelsError;

    /// Parses a specification such as `httpx=info,httpcore=debug`. A level without a logger is that of the
    /// root; names of levels are case-insensitive.
    fn from_str(spec: &str) -> Result<Self, LevelsError> {
        let mut levels = Self::default();
        let mut offset = 0;
        for entry in spec.split(',') {
            levels.read_entry(entry).map_err(|(part, problem)| LevelsError {
                offset: offset + part.start,
                part: entry[part].into(),
                problem,
            })?;
            offset += entry.len() + 1;
        }
        Ok(levels)
    }
}

type Problem = (std::ops::Range<usize>, LevelsProblem);

impl Levels {
    /// Parses one entry. The error has the invalid part of the entry.
    fn read_entry(&mut self, entry: &str) -> Result<(), Problem> {
        let equals = entry.find('=');
        let logger = trimmed(entry, 0..equals.unwrap_or(0));
        let level = trimmed(entry, equals.map_or(0, |at| at + 1)..entry.len());
        if level.is_empty() {
            return Err((level, LevelsProblem::NoLevel));
        }
        if equals.is_some() && logger.is_empty() {
            return Err((logger, LevelsProblem::UnknownLogger));
        }
        let threshold =
            Threshold::named(&entry[level.clone()]).ok_or((level, LevelsProblem::UnknownLevel))?;
        self.set(&entry[logger.clone()], threshold)
            .map_err(|UnknownLogger| (logger, LevelsProblem::UnknownLogger))
    }
}

/// Returns `range` without the blanks at its ends.
fn trimmed(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

/// An invalid specification of levels.
///
/// [`Levels`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelsError {
    /// The offset of the invalid part, in bytes from the start of the specification.
    pub offset: usize,
    /// The invalid part.
    pub part: Box<str>,
    /// The kind of error.
    pub problem: LevelsProblem,
}

/// The kinds of errors in a specification of levels.
///
/// [`Levels`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LevelsProblem {
    /// A level is missing.
    NoLevel,
    /// There is not a level of this name.
    UnknownLevel,
    /// There is not a logger of this name.
    UnknownLogger,
}

impl Display for LevelsError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { offset, part, problem } = self;
        match problem {
            LevelsProblem::NoLevel => {
                write!(f, "a level is missing at byte {offset}: write LOGGER=LEVEL, or LEVEL")
            }
            LevelsProblem::UnknownLevel => {
                // The last one is an alias.
                let names = Threshold::NAMED[..Threshold::NAMED.len() - 1].iter();
                let names = List(names.map(|(name, _)| name));
                write!(f, "{part:?} at byte {offset} is not a level; the levels are {names}")?;
                match logger_names().find(|name| **name == **part) {
                    Some(logger) => write!(f, ", as in {logger}=debug"),
                    None => Ok(()),
                }
            }
            LevelsProblem::UnknownLogger => {
                write!(f, "{part:?} at byte {offset} is not a logger; ")?;
                UnknownLogger.fmt(f)
            }
        }
    }
}

impl std::error::Error for LevelsError {}

/// There is not a logger of this name.
///
/// [`Levels`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownLogger;

impl Display for UnknownLogger {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "the loggers are {}", List(logger_names()))
    }
}

impl std::error::Error for UnknownLogger {}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(spec: &str) -> String {
        spec.parse::<Levels>().unwrap_err().to_string()
    }

    #[test]
    fn a_level_is_inherited_along_the_dots() {
        let levels: Levels = "error,httpcore=INFO,httpcore.proxy=Trace".parse().unwrap();
        for (logger, level) in [
            (Logger::Httpx, Level::Error),
            (Logger::Connection, Level::Info),
            (Logger::Proxy, Level::Trace),
            (Logger::LimpidIo, Level::Error),
        ] {
            assert_eq!(levels.effective(logger), Threshold::From(level), "{}", logger.name());
        }
    }

    #[test]
    fn names_of_httpx2_are_those_of_the_same_loggers() {
        assert_eq!(
            "httpx2=info,httpcore2.http11=debug".parse::<Levels>(),
            "httpx=info,httpcore.http11=debug".parse::<Levels>()
        );
        assert!("httpcore2.conn=info".parse::<Levels>().is_err());
        assert!("httpx22=info".parse::<Levels>().is_err());
    }

    #[test]
    fn default_level_passes_only_failures_of_the_server() {
        use limpid_core::trace::EventKind;
        assert_eq!(Levels::default().effective(Logger::Httpx), Threshold::From(Level::Warning));
        let of_server =
            [EventKind::HandlerFailed, EventKind::ForwardFailed, EventKind::ResourcesExhausted];
        let [failed, refused, exhausted] = of_server.map(Interest::only);
        let all = failed.with(refused).with(exhausted);
        assert_eq!(Levels::default().interest(), all);
    }

    #[test]
    fn child_level_overrides_parent_level() {
        let told = |spec: &str| spec.parse::<Levels>().unwrap().interest();
        assert_eq!(
            told("off,httpcore=off,httpcore.http11=debug"),
            Interest::logger(Logger::Http11)
        );
        assert_eq!(
            told("off,httpcore=debug,httpcore.http11=off"),
            Interest::logger(Logger::Connection)
                .with(Interest::logger(Logger::Proxy))
                .with(Interest::logger(Logger::Socks))
        );
        assert_eq!(told("critical,debug,off"), Interest::NONE, "the last one counts");
        assert_eq!(told("trace"), Interest::ALL);
    }

    #[test]
    fn presets_add_up() {
        use limpid_core::trace::EventKind;
        let documented = Levels::documented().interest();
        assert!(documented.contains(EventKind::HttpRequest));
        assert!(documented.contains(EventKind::CloseComplete));
        assert!(!documented.contains(EventKind::FramingChosen));
        let verbose = Levels::verbose().interest();
        assert!(verbose.contains(EventKind::FramingChosen));
        assert!(!verbose.contains(EventKind::BytesSent));
        assert_eq!(Levels::everything().interest(), Interest::ALL);
    }

    #[test]
    fn levels_error_names_part_and_offset() {
        assert_eq!(
            error("httpx=info,httpcore = debig"),
            "\"debig\" at byte 22 is not a level; the levels are \
             trace, debug, info, warning, error, critical and off"
        );
        assert_eq!(
            error("info,htpx=info"),
            "\"htpx\" at byte 5 is not a logger; the loggers are httpx, httpcore, \
             httpcore.connection, httpcore.http11, httpcore.proxy, httpcore.socks, limpid, \
             limpid.client, limpid.server, limpid.http1 and limpid.io"
        );
        assert!(
            error("httpcore.conn=info").starts_with("\"httpcore.conn\" at byte 0 is not a logger")
        );
        assert!(error("=info").starts_with("\"\" at byte 0 is not a logger"));
        assert!(error("httpx").ends_with(" and off, as in httpx=debug"));
        assert_eq!(
            error("httpx=info,"),
            "a level is missing at byte 11: write LOGGER=LEVEL, or LEVEL"
        );
        assert!(error("").starts_with("a level is missing at byte 0"));
        assert!(error("httpx=").starts_with("a level is missing at byte 6"));
    }
}
