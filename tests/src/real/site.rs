//! The content of the servers.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::directory::Directory;

/// The content of `/` and `/index.html`.
pub const INDEX: &str = "<p>Hello from a real server.</p>\n";

/// The size of `/big`.
pub const BIG: usize = 8 << 20;

/// Returns the content of `/big`: no two blocks of it are equal.
#[must_use]
pub fn big() -> Vec<u8> {
    (0..BIG / 8).flat_map(|index| format!("{index:07}\n").into_bytes()).collect()
}

/// Writes `index.html` and the files `big` and `empty` into `root` below `directory`.
pub(super) fn write(directory: &Directory) -> io::Result<PathBuf> {
    let root = directory.file("root");
    fs::create_dir(&root)?;
    fs::write(root.join("index.html"), INDEX)?;
    fs::write(root.join("big"), big())?;
    fs::write(root.join("empty"), "")?;
    Ok(root)
}
