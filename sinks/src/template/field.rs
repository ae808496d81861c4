//! The fields of templates.

/// A field of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    LevelName,
    LevelNumber,
    Logger,
    Message,
    Time,
}

impl Field {
    /// Each field and its name in templates.
    pub(super) const NAMED: [(&'static str, Self); 5] = [
        ("levelname", Self::LevelName),
        ("levelno", Self::LevelNumber),
        ("name", Self::Logger),
        ("message", Self::Message),
        ("asctime", Self::Time),
    ];
}
