//! The fields of templates.

use super::kind::Kind;

/// A field of a line: an attribute of Python's `LogRecord`, or a number of limpid's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    LevelName,
    LevelNumber,
    Logger,
    Message,
    Time,
    Created,
    Milliseconds,
    RelativeCreated,
    Process,
    ProcessName,
    Thread,
    ThreadName,
    TaskName,
    Module,
    FileName,
    PathName,
    Function,
    Line,
    ExceptionInfo,
    StackInfo,
    Exchange,
    Hop,
    Connection,
    Attempt,
    Tag,
}

impl Field {
    /// Each field and its name in templates.
    pub(super) const NAMED: [(&'static str, Self); 25] = [
        ("levelname", Self::LevelName),
        ("levelno", Self::LevelNumber),
        ("name", Self::Logger),
        ("message", Self::Message),
        ("asctime", Self::Time),
        ("created", Self::Created),
        ("msecs", Self::Milliseconds),
        ("relativeCreated", Self::RelativeCreated),
        ("process", Self::Process),
        ("processName", Self::ProcessName),
        ("thread", Self::Thread),
        ("threadName", Self::ThreadName),
        ("taskName", Self::TaskName),
        ("module", Self::Module),
        ("filename", Self::FileName),
        ("pathname", Self::PathName),
        ("funcName", Self::Function),
        ("lineno", Self::Line),
        ("exc_info", Self::ExceptionInfo),
        ("stack_info", Self::StackInfo),
        ("exchange", Self::Exchange),
        ("hop", Self::Hop),
        ("connection", Self::Connection),
        ("attempt", Self::Attempt),
        ("tag", Self::Tag),
    ];

    /// Returns the field of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
    }

    /// Returns the kind of its values.
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::LevelNumber | Self::Process | Self::Thread | Self::Line => Kind::Integer,
            Self::Exchange | Self::Hop | Self::Connection | Self::Attempt => Kind::Integer,
            Self::Created | Self::Milliseconds | Self::RelativeCreated => Kind::Float,
            _ => Kind::Text,
        }
    }

    /// Returns whether Python's `LogRecord` has no such attribute.
    pub(super) const fn is_own(self) -> bool {
        matches!(self, Self::Exchange | Self::Hop | Self::Connection | Self::Attempt | Self::Tag)
    }

    /// Returns whether it needs the time of a line.
    pub(super) const fn is_time(self) -> bool {
        matches!(self, Self::Time | Self::Created | Self::Milliseconds | Self::RelativeCreated)
    }
}
