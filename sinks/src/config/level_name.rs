//! Parsing of level names.

use std::str::FromStr;

use super::error::ConfigProblem;
use super::level::LogLevel;

impl FromStr for LogLevel {
    type Err = ConfigProblem;

    /// Finds a level by its name, in capitals.
    fn from_str(name: &str) -> Result<Self, ConfigProblem> {
        let named = Self::NAMED.iter().find(|(known, _)| *known == name);
        named.map(|(_, level)| *level).ok_or_else(|| ConfigProblem::UnknownLevel(name.into()))
    }
}
