//! Every public type has an example, or a link to an item or module that has one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The crates whose types are checked.
const CRATES: [&str; 8] =
    ["core", "io", "io-socket", "io-std", "io-tokio", "recording", "sinks", "testkit"];

/// Types without an example, with the reason.
const EXCEPTIONS: [(&str, &str); 5] = [
    ("Mark", "in limpid_core::internal, which is not part of the public interface"),
    ("ReceivedPart", "in limpid_core::internal, which is not part of the public interface"),
    ("Sealed", "a trait that users cannot name"),
    ("Slot", "in limpid_core::internal, which is not part of the public interface"),
    ("Transition", "in limpid_core::internal, which is not part of the public interface"),
];

/// A documented item.
struct Item {
    place: String,
    name: String,
    is_type: bool,
    docs: String,
}

impl Item {
    fn has_example(&self) -> bool {
        self.docs.contains("```")
    }
}

/// Returns the Rust files below a directory.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Returns the name that a line of code declares, and whether it is a public type.
fn declared(line: &str) -> Option<(&str, bool)> {
    let words: Vec<&str> = line
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let at = words.iter().position(|word| {
        matches!(*word, "struct" | "enum" | "trait" | "type" | "fn" | "const" | "static")
    })?;
    // `const fn` declares a function.
    let at = if words.get(at + 1) == Some(&"fn") { at + 1 } else { at };
    let is_type = line.trim_start().starts_with("pub ")
        && matches!(words[at], "struct" | "enum" | "trait" | "type");
    Some((words.get(at + 1)?, is_type))
}

/// Returns the items of a file, and a module's own documentation as an item with the module's name.
fn items(root: &Path, path: &Path) -> Vec<Item> {
    let text = fs::read_to_string(path).unwrap();
    let place = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
    let own: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("//!")).collect();
    let mut items = vec![Item {
        place: place.clone(),
        name: module(&place, "self").to_owned(),
        is_type: false,
        docs: own.join("\n"),
    }];
    let mut docs: Vec<&str> = Vec::new();
    let mut is_attribute = false;
    for (number, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if let Some(doc) = code.strip_prefix("///") {
            docs.push(doc);
        } else if code.starts_with("#[") || is_attribute {
            // An attribute may take several lines.
            is_attribute = !code.ends_with(']');
        } else if !code.starts_with("//") {
            if let Some((name, is_type)) = declared(code) {
                items.push(Item {
                    place: format!("{place}:{}", number + 1),
                    name: name.to_owned(),
                    is_type,
                    docs: docs.join("\n"),
                });
            }
            docs.clear();
        }
    }
    items
}

/// Returns the targets of the links in a doc comment, such as `super::Pool` or `Pool`.
fn links(docs: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for part in docs.split('[').skip(1) {
        let Some((text, rest)) = part.split_once(']') else { continue };
        let target = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        found.push(target.map_or(text.trim_matches('`'), |(target, _)| target));
    }
    found
}

/// Returns the name of the module that `self`, `super` or `crate` is in a file; for the root of a crate, the crate's
/// directory.
fn module<'p>(place: &'p str, target: &str) -> &'p str {
    let path = place.split('.').next().unwrap();
    let mut parts = path.split('/').filter(|part| !matches!(*part, "src" | "lib" | "mod"));
    match target {
        "crate" => parts.next().unwrap(),
        "super" => parts.rev().nth(1).unwrap(),
        _ => parts.next_back().unwrap(),
    }
}

#[test]
fn public_types_have_examples_or_links_to_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let all: Vec<Item> = CRATES
        .iter()
        .flat_map(|name| sources(&root.join(name).join("src")))
        .flat_map(|path| items(&root, &path))
        .collect();
    let with_example: BTreeSet<&str> =
        all.iter().filter(|item| item.has_example()).map(|item| item.name.as_str()).collect();
    let is_shown = |item: &Item| {
        item.has_example()
            || links(&item.docs).iter().any(|target| {
                let last = target.rsplit("::").next().unwrap();
                let last = match last {
                    "self" | "super" | "crate" => module(&item.place, last),
                    last => last,
                };
                with_example.contains(last)
            })
    };
    // This module is not part of the public interface.
    let is_internal = |item: &Item| item.place.starts_with("core/src/internal/");
    let types: Vec<&Item> = all.iter().filter(|item| item.is_type && !is_internal(item)).collect();
    assert!(types.len() > 200, "only {} types were found", types.len());
    let missing: Vec<String> = types
        .iter()
        .filter(|item| !is_shown(item) && !EXCEPTIONS.iter().any(|(name, _)| *name == item.name))
        .map(|item| format!("{}: {}", item.place, item.name))
        .collect();
    assert!(
        missing.is_empty(),
        "add an example, or a link to an item that has one:\n{}",
        missing.join("\n")
    );
}

#[test]
fn links_and_declarations_are_found() {
    assert_eq!(
        links("See [`Pool`](super::Pool), [`Url`] and a slice [u8]."),
        ["super::Pool", "Url", "u8"]
    );
    assert_eq!(declared("pub struct Ring {"), Some(("Ring", true)));
    assert_eq!(declared("pub(super) struct Open {"), Some(("Open", false)));
    assert_eq!(declared("pub const fn decide("), Some(("decide", false)));
    assert_eq!(declared("pub use ring::Ring;"), None);
}
