//! The documentation of each driver lists its features.

use std::fs;
use std::path::Path;

use toml::Table;

/// Reads a file of the workspace.
fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

#[test]
fn every_feature_is_in_the_documentation_and_none_else() {
    for driver in ["io-std", "io-tokio"] {
        let manifest: Table = read(&format!("{driver}/Cargo.toml")).parse().unwrap();
        let features = manifest["features"].as_table().unwrap();
        let defaults = features["default"].as_array().unwrap();
        let mut expected: Vec<_> = features
            .keys()
            .filter(|name| name.as_str() != "default")
            .map(|name| {
                match defaults.iter().any(|default| default.as_str() == Some(name.as_str())) {
                    true => format!("`{name}`, by default"),
                    false => format!("`{name}`"),
                }
            })
            .collect();
        let source = read(&format!("{driver}/src/lib.rs"));
        let (_, table) =
            source.split_once("//! | feature | what it adds |\n//! |---|---|\n").unwrap();
        let rows = table.lines().map_while(|line| line.strip_prefix("//! | "));
        let mut documented: Vec<_> = rows.map(|row| row.split(" | ").next().unwrap()).collect();
        expected.sort();
        documented.sort_unstable();
        assert_eq!(documented, expected, "{driver}");
    }
}
