//! Places in a document.

use std::fmt::Write;

use super::error::{ConfigError, ConfigProblem};

/// A place in a document: the keys that lead there.
#[derive(Clone, Debug, Default)]
pub(super) struct Path(String);

impl Path {
    /// The value at `key` in the table that is here.
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

    /// An item of the list that is here.
    pub(super) fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// What is wrong here.
    pub(super) fn error(self, problem: ConfigProblem) -> ConfigError {
        ConfigError { path: self.0.into(), problem }
    }
}
