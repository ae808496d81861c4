//! The core uses no sockets, clocks, files, threads or output.

#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

/// Paths that only a driver may use. `core::net` contains addresses only, and no sockets.
const FORBIDDEN: [&str; 11] = [
    "std::net",
    "std::time",
    "Instant::now",
    "SystemTime",
    "std::thread",
    "thread::spawn",
    "std::fs",
    "std::env",
    "std::process",
    "println!",
    "eprintln!",
];

fn sources(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn no_source_file_uses_the_system() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() > 20, "the source files were not found");
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        // Examples in documentation may show a driver.
        let is_code =
            |line: &str| !["//!", "///"].contains(&line.trim_start().get(..3).unwrap_or(""));
        for (number, line) in source.lines().enumerate().filter(|(_, line)| is_code(line)) {
            let found = FORBIDDEN.iter().find(|word| line.contains(*word));
            assert_eq!(found, None, "{}:{}: {line}", file.display(), number + 1);
        }
    }
}
