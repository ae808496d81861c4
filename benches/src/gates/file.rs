//! The file with the numbers.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use toml::{Table, Value};

use super::count::Count;
use super::list::GATES;
use crate::failure::Failure;

/// The directory of the file.
pub const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// The file's name.
pub const GATES_FILE: &str = "gates.toml";

/// The numbers, by gate and kind of count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers {
    /// The compiler of the counted program.
    pub compiler: String,
    numbers: BTreeMap<(String, Count), f64>,
}

impl Numbers {
    /// Returns an empty set of numbers for this compiler.
    #[must_use]
    pub fn new(compiler: String) -> Self {
        Self { compiler, numbers: BTreeMap::new() }
    }

    /// Reads the file in `folder`. A missing file is an empty set.
    ///
    /// # Errors
    /// The errors of [`parse`](Self::parse).
    pub fn load(folder: &Path) -> Result<Self, Failure> {
        Self::parse(&std::fs::read_to_string(folder.join(GATES_FILE)).unwrap_or_default())
    }

    /// Writes the file in `folder`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn bless(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::write(folder.join(GATES_FILE), self.to_string())
    }

    /// Parses the text of the file.
    ///
    /// # Errors
    /// The text is not TOML, or a value is not a number.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let table: Table = text.parse()?;
        let compiler = table.get("compiler").and_then(Value::as_str).unwrap_or_default();
        let mut numbers = Self::new(compiler.to_owned());
        for gate in GATES {
            let Some(entry) = table.get(gate.name).and_then(Value::as_table) else { continue };
            for count in gate.counts {
                #[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
                let number = match entry.get(count.name()) {
                    Some(Value::Integer(number)) => *number as f64,
                    Some(Value::Float(number)) => *number,
                    Some(_) => return Err(format!("{} {count}: no number", gate.name).into()),
                    None => continue,
                };
                numbers.set(gate.name, *count, number);
            }
        }
        Ok(numbers)
    }

    /// Returns the number of a gate.
    #[must_use]
    pub fn get(&self, gate: &str, count: Count) -> Option<f64> {
        self.numbers.get(&(gate.to_owned(), count)).copied()
    }

    /// Sets the number of a gate.
    pub fn set(&mut self, gate: &str, count: Count, number: f64) {
        self.numbers.insert((gate.to_owned(), count), number);
    }
}

/// Writes the text of the file.
impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let command = "cargo run --release -p limpid-benches -- --bless";
        writeln!(
            f,
            "# What limpid may cost. A count that is more than 2 % higher fails `.ci/run`."
        )?;
        writeln!(f, "# `{command}` writes this file.\n")?;
        writeln!(f, "# Another compiler, or another processor, may count otherwise.")?;
        writeln!(f, "compiler = {:?}", self.compiler)?;
        for gate in GATES {
            writeln!(f, "\n[{}]\nunit = {:?}", gate.name, gate.unit)?;
            for count in gate.counts {
                if let Some(number) = self.get(gate.name, *count) {
                    writeln!(f, "{count} = {}", (number * 100.0).round() / 100.0)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_file_round_trips() {
        let mut numbers = Numbers::new("rustc 1.88.0".into());
        numbers.set("ring", Count::Instructions, 812.25);
        numbers.set("ring", Count::Allocations, 0.0);
        assert_eq!(Numbers::parse(&numbers.to_string()).unwrap(), numbers);
    }

    #[test]
    fn gates_file_has_number_for_every_gate() {
        let numbers = Numbers::load(Path::new(FOLDER)).unwrap();
        for gate in GATES {
            for count in gate.counts {
                assert!(numbers.get(gate.name, *count).is_some(), "{} {count}", gate.name);
            }
        }
    }
}
