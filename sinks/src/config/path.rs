//! Places in a document.

use std::fmt::Write;

use super::error::{ConfigError, ConfigProblem};

/// The keys that lead to a place in a document.
#[derive(Clone, Debug, Default)]
pub(super) struct Path(String);

impl Path {
    /// Returns the path of `key` in the table at this place.
    pub(super) fn key(&self, key: &str) -> Self {
        let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let mut path = self.clone();
        if !path.0.is_empty() {
            path.0.push('.');
        }
        if !key.is_empty() && key.chars().all(is_bare) {
            path.0.push_str(key);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(path.0, "{key:?}");
        }
        path
    }

    /// Returns the path of an item of the list at this place.
    pub(super) fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// Returns an error at this place.
    pub(super) fn error(self, problem: ConfigProblem) -> ConfigError {
        ConfigError { path: self.0.into(), problem }
    }
}
