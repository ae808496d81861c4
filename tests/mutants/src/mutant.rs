//! A mutant: a text of a file and its replacement.

use std::io;

use serde::Deserialize;

/// A change that breaks the code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    /// The name that selects it, in lower case with hyphens.
    pub name: String,
    /// The effect of the change.
    pub breaks: String,
    /// The changed file, from the root of the workspace.
    pub file: String,
    /// The replaced text. It occurs once in the file.
    pub find: String,
    /// The replacement.
    pub replace: String,
}

/// The mutants of this workspace.
const LIST: &str = include_str!("../mutants.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    mutant: Vec<Mutant>,
}

/// Returns the mutants of this workspace.
///
/// # Errors
/// The list cannot be read.
pub fn mutants() -> io::Result<Vec<Mutant>> {
    let list: List = toml::from_str(LIST).map_err(io::Error::other)?;
    Ok(list.mutant)
}

impl Mutant {
    /// Returns the source with this mutant in it.
    ///
    /// # Errors
    /// The text does not occur, or occurs more than once.
    pub fn apply(&self, source: &str) -> io::Result<String> {
        let Self { name, file, find, replace, .. } = self;
        match source.matches(find.as_str()).count() {
            1 => Ok(source.replacen(find, replace, 1)),
            count => Err(io::Error::other(format!(
                "mutant {name}: its text occurs {count} times in {file}, not once; bring mutants.toml up to date"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(find: &str) -> Mutant {
        let [name, breaks, file] = ["m", "all", "f"].map(str::to_owned);
        Mutant { name, breaks, file, find: find.into(), replace: "-".into() }
    }

    #[test]
    fn mutant_replaces_a_text_that_occurs_once() {
        assert_eq!(mutant("b").apply("abc").unwrap(), "a-c");
    }

    #[test]
    fn mutant_refuses_a_text_that_is_missing_or_occurs_twice() {
        assert!(mutant("x").apply("abc").is_err());
        assert!(mutant("b").apply("abcb").is_err());
    }
}
