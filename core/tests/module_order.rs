//! No module imports one above it, and no files import each other.

#![cfg(test)]

use std::fs;

/// The modules, from the bottom up.
const ORDER: [&str; 15] = [
    "values",
    "stored",
    "error",
    "wire",
    "fields",
    "framing",
    "head",
    "trace",
    "http1",
    "coding",
    "transport",
    "client",
    "server",
    "http_types",
    "internal",
];

#[test]
fn modules_import_only_modules_below_them() {
    limpid_module_order::check(concat!(env!("CARGO_MANIFEST_DIR"), "/src"), &ORDER).unwrap();
}

#[test]
fn design_lists_the_modules_in_their_order() {
    let design = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/DESIGN.md");
    let design = fs::read_to_string(design).unwrap();
    let (_, table) = design.split_once("| module |").unwrap();
    let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let modules: Vec<_> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    assert_eq!(modules, ORDER);
}
