//! Scenarios where limpid intentionally rejects what httpx accepts.

use std::collections::BTreeMap;
use std::io;

use serde_json::Value;
use toml::Table;

use super::wrong::wrong;

/// Why and how a scenario ends differently from its recording. The [module](super) has an example.
#[derive(Clone, Debug, PartialEq)]
pub struct Intended {
    /// The section that requires it, such as `RFC 9112, section 4`.
    pub section: String,
    /// The content of the section, and the behaviour of httpx.
    pub why: String,
    /// The lines that are expected instead of those recorded.
    pub lines: Vec<String>,
    /// Whether it applies only by default, and not with `like_httpx`.
    pub by_default: bool,
    /// The servers that differ from the scenario.
    pub(super) servers: Value,
}

/// Returns those of the data, by the name of the scenario.
pub(super) fn read() -> io::Result<BTreeMap<String, Intended>> {
    let table: Table =
        include_str!("../../data/golden/intended.toml").parse().map_err(io::Error::other)?;
    let read = |(name, value): (String, toml::Value)| {
        // The servers have the format of those in scenarios, which are JSON.
        let mut value = serde_json::to_value(value)?;
        let text = |key: &str| {
            value[key].as_str().ok_or_else(|| wrong(&name, &format!("needs {key} as a text")))
        };
        let (section, why) = (text("section")?.to_owned(), text("why")?.to_owned());
        let lines = text("lines")?.lines().map(str::to_owned).collect();
        let by_default = value["by_default"].as_bool().unwrap_or_default();
        let servers = value["servers"].take();
        Ok((name, Intended { section, why, lines, by_default, servers }))
    };
    table.into_iter().map(read).collect()
}
