//! The content of the servers.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::LazyLock;

use crate::directory::Directory;

/// The content of `/`, `/index.html` and `/hello`.
pub const INDEX: &str = "<p>Hello from a real server.</p>\n";

/// The size of `/big`.
pub const BIG: usize = 8 << 20;

/// The size of `/large`.
pub const LARGE: usize = 50_000_000;

/// Returns the content of `/big`: no two blocks of it are equal.
#[must_use]
pub fn big() -> Vec<u8> {
    numbered(BIG)
}

/// Returns the content of `/large`: no two blocks of it are equal.
#[must_use]
pub fn large() -> &'static [u8] {
    static CONTENT: LazyLock<Vec<u8>> = LazyLock::new(|| numbered(LARGE));
    &CONTENT
}

/// Returns numbered blocks of eight bytes.
fn numbered(size: usize) -> Vec<u8> {
    let mut content = Vec::with_capacity(size);
    for index in 0..size / 8 {
        // Writing to a vector does not fail.
        let _ = writeln!(content, "{index:07}");
    }
    content
}

/// Writes `index.html` and the files `big` and `empty` into `root` below `directory`.
pub(super) fn write(directory: &Directory) -> io::Result<PathBuf> {
    let root = create(directory)?;
    fs::write(root.join("index.html"), INDEX)?;
    fs::write(root.join("big"), big())?;
    fs::write(root.join("empty"), "")?;
    Ok(root)
}

/// Writes the files `hello` and `large` into `root` below `directory`: the site of the servers that also
/// have `/digest`, which responds with the SHA-256 of a request's body, and `/refused`, which responds before
/// it reads that body. Some have `/echo`, which sends the body back while it reads it.
pub(super) fn write_large(directory: &Directory) -> io::Result<PathBuf> {
    let root = create(directory)?;
    fs::write(root.join("hello"), INDEX)?;
    fs::write(root.join("large"), large())?;
    Ok(root)
}

fn create(directory: &Directory) -> io::Result<PathBuf> {
    let root = directory.file("root");
    fs::create_dir(&root)?;
    Ok(root)
}
