//! Levels as numbers.

use std::fmt::{self, Display, Formatter};

use limpid_core::trace::Level;

use crate::levels::Threshold;

/// A level of a logger or handler: any number, as in Python. The named ones are those of [`Level`], and
/// [`LogLevel::NOT_SET`].
///
/// ```
/// use limpid_core::trace::Level;
/// use limpid_sinks::config::LogLevel;
///
/// assert_eq!("WARN".parse::<LogLevel>().unwrap(), Level::Warning.into());
/// assert_eq!(LogLevel(20).to_string(), "INFO");
/// assert_eq!(LogLevel(15).to_string(), "Level 15");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogLevel(pub i64);

impl LogLevel {
    /// No level: a logger inherits that of its ancestors, and a handler accepts every event.
    pub const NOT_SET: Self = Self(0);

    /// Every level by its name. Of two names, the one in lines is first.
    pub(super) const NAMED: [(&'static str, Self); 9] = [
        ("NOTSET", Self::NOT_SET),
        ("TRACE", Self(Level::Trace as i64)),
        ("DEBUG", Self(Level::Debug as i64)),
        ("INFO", Self(Level::Info as i64)),
        ("WARNING", Self(Level::Warning as i64)),
        ("WARN", Self(Level::Warning as i64)),
        ("ERROR", Self(Level::Error as i64)),
        ("CRITICAL", Self(Level::Critical as i64)),
        ("FATAL", Self(Level::Critical as i64)),
    ];
}

impl Default for LogLevel {
    fn default() -> Self {
        Self::NOT_SET
    }
}

impl From<Level> for LogLevel {
    fn from(level: Level) -> Self {
        Self(level as i64)
    }
}

impl From<LogLevel> for Threshold {
    /// Returns the lowest level that has at least this number.
    fn from(LogLevel(number): LogLevel) -> Self {
        const LEVELS: [Level; 6] = [
            Level::Trace,
            Level::Debug,
            Level::Info,
            Level::Warning,
            Level::Error,
            Level::Critical,
        ];
        let lowest = LEVELS.into_iter().find(|level| *level as i64 >= number);
        lowest.map_or(Self::Off, Self::From)
    }
}

impl Display for LogLevel {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match Self::NAMED.iter().find(|(_, level)| level == self) {
            Some((name, _)) => f.write_str(name),
            None => write!(f, "Level {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numeric_level_maps_to_next_named_level() {
        for (number, threshold) in [
            (-1, Threshold::From(Level::Trace)),
            (0, Threshold::From(Level::Trace)),
            (6, Threshold::From(Level::Debug)),
            (10, Threshold::From(Level::Debug)),
            (15, Threshold::From(Level::Info)),
            (50, Threshold::From(Level::Critical)),
            (51, Threshold::Off),
        ] {
            assert_eq!(Threshold::from(LogLevel(number)), threshold, "{number}");
        }
    }
}
