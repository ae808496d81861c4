//! The items and files that docs/GLOSSARY.md names exist.

#![cfg(test)]

use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../../docs/GLOSSARY.md");

/// Keywords before the name in a declaration.
const KEYWORDS: [&str; 8] =
    ["struct", "enum", "trait", "fn", "type", "mod", "const", "macro_rules!"];

/// Returns the cells of the table, without its header.
fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    let rows = PAGE.lines().filter(|line| line.starts_with("| "));
    rows.skip(1).map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect())
}

/// Returns whether a line of code declares an item, a field or a variant of this name.
fn declares(line: &str, name: &str) -> bool {
    let words: Vec<_> = line
        .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '!'))
        .filter(|word| !word.is_empty())
        .take_while(|word| *word != "for")
        .collect();
    let is_item = words.windows(2).any(|pair| KEYWORDS.contains(&pair[0]) && pair[1] == name);
    let is_member = words.iter().find(|word| **word != "pub").is_some_and(|word| *word == name);
    is_item || is_member && line.trim_end().ends_with(',')
}

#[test]
fn glossary_names_only_existing_items() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut missing = Vec::new();
    for row in rows() {
        let [term, _, item] = row[..] else { panic!("not three cells: {row:?}") };
        let (name, path) = item.split_once("](../").unwrap();
        let (name, path) = (name.trim_matches(['[', '`']), path.trim_end_matches(')'));
        let source = fs::read_to_string(root.join(path)).unwrap_or_default();
        let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        if !code.into_iter().any(|line| declares(line, name)) {
            missing.push(format!("{term}: {path} does not declare {name}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn glossary_is_sorted_and_explains_each_term() {
    let terms: Vec<_> = rows().map(|row| row[0].to_lowercase()).collect();
    assert!(terms.len() >= 50, "{} terms", terms.len());
    assert!(terms.is_sorted_by(|a, b| a < b), "{terms:?}");
    for row in rows() {
        assert!(row[1].ends_with('.'), "{}: not a sentence: {}", row[0], row[1]);
    }
}
