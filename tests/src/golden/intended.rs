//! Where we refuse on purpose what httpx lets pass.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;
use toml::Table;

use super::wrong::wrong;

/// Why a scenario ends otherwise than it was recorded, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Intended {
    /// The section that asks for it, such as `RFC 9112, section 4`.
    pub section: String,
    /// What it says, and what httpx does.
    pub why: String,
    /// The lines that are expected instead of those recorded.
    pub lines: Vec<String>,
    /// Whether that is only so by default, and not for a client that is told to do as httpx does.
    pub by_default: bool,
    /// The servers that are not as in the scenario.
    pub(super) servers: Value,
}

/// Reads `tests/golden/intended.toml`: what is intended, by the name of the scenario.
pub(super) fn read() -> io::Result<BTreeMap<String, Intended>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/intended.toml");
    let table: Table = fs::read_to_string(path)?.parse().map_err(io::Error::other)?;
    let read = |(name, value): (String, toml::Value)| {
        // The servers are of the same words as those of the scenarios, which are JSON.
        let mut value = serde_json::to_value(value)?;
        let text = |key: &str| {
            let text = value[key].as_str().filter(|text| !text.is_empty());
            text.ok_or_else(|| wrong(&name, &format!("needs {key} as a text")))
        };
        let (section, why) = (text("section")?.to_owned(), text("why")?.to_owned());
        let lines = text("lines")?.lines().map(str::to_owned).collect();
        let by_default = value["by_default"].as_bool().unwrap_or_default();
        let servers = value["servers"].take();
        Ok((name, Intended { section, why, lines, by_default, servers }))
    };
    table.into_iter().map(read).collect()
}
