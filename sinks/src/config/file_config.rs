//! Files for lines, before they are opened.

use std::path::PathBuf;

/// A file for lines.
///
/// [`LoggingConfig`](super::LoggingConfig) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileConfig {
    pub(super) path: PathBuf,
    pub(super) mode: FileMode,
    pub(super) delay: bool,
    pub(super) rotation: Rotation,
    pub(super) watched: bool,
}

/// When a file is renamed and another one is started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Rotation {
    #[default]
    Never,
    BySize {
        max_bytes: u64,
        backup_count: u32,
    },
    ByTime(Schedule),
}

/// The times at which a file rotates: the arguments of Python's `TimedRotatingFileHandler`.
///
/// ```
/// use limpid_sinks::config::{FileConfig, HandlerConfig, Schedule, When};
///
/// // A file for each day, of which the last seven are kept.
/// let daily = Schedule { backup_count: 7, ..Schedule::new(When::Midnight) };
/// let handler = HandlerConfig::file(FileConfig::new("app.log").rotate_at(daily));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Schedule {
    /// The unit of the interval, or the time of day.
    pub when: When,
    /// The number of units, at least 1. Weeks are always 1.
    pub interval: u32,
    /// The number of rotated files to keep; 0 keeps all.
    pub backup_count: u32,
    /// Whether times are those of UTC and not of the system's time zone.
    pub utc: bool,
}

impl Schedule {
    /// Returns a schedule that rotates once in each unit, keeps all files, and uses the system's time zone.
    #[must_use]
    pub const fn new(when: When) -> Self {
        Self { when, interval: 1, backup_count: 0, utc: false }
    }
}

/// The unit of a [`Schedule`], which has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// `S`: seconds after the last change of the file.
    Second,
    /// `M`: minutes after it.
    Minute,
    /// `H`: hours after it.
    Hour,
    /// `D`: days of 24 hours after it.
    Day,
    /// `midnight`: the end of a day.
    Midnight,
    /// `W0` to `W6`: the end of a day of the week, where 0 is Monday.
    Weekday(u8),
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
            rotation: Rotation::Never,
            watched: false,
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
        self.rotation = Rotation::BySize { max_bytes, backup_count };
        self
    }

    /// Starts a new file at these times. The previous one gets the name of the time at which it began, such
    /// as `app.log.2026-03-28`. A file that rotates is appended to, whatever its mode.
    #[must_use]
    pub fn rotate_at(mut self, schedule: Schedule) -> Self {
        self.rotation = Rotation::ByTime(schedule);
        self
    }

    /// Sets whether each line first checks that the file still has its name, and otherwise opens another
    /// one: for files that a program such as logrotate renames. On Windows, where open files are not
    /// renamed, it has no effect.
    #[must_use]
    pub fn watched(mut self, watched: bool) -> Self {
        self.watched = watched;
        self
    }
}

/// The mode in which a file is opened.
///
/// [`LoggingConfig`](super::LoggingConfig) has an example.
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
