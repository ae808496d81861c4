//! A copy of the workspace, in which files are changed and restored.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Mutant;

/// The arguments with which git lists the tracked files of a checkout, and new ones that it does not
/// ignore.
const LIST: [&str; 5] = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];

/// A copy of the files of a checkout.
#[derive(Debug)]
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// Copies the workspace at `from` to `to`. Equal files in `to` are not touched, so that cargo does not
    /// rebuild them.
    ///
    /// # Errors
    /// git or the file system fails.
    pub fn copy(from: &Path, to: &Path) -> io::Result<Self> {
        let listed = Command::new("git").arg("-C").arg(from).args(LIST).output()?;
        if !listed.status.success() {
            return Err(io::Error::other("git ls-files failed: the tests need a checkout"));
        }
        let names = String::from_utf8(listed.stdout).map_err(io::Error::other)?;
        for name in names.split_terminator('\0') {
            if from.join(name).is_file() {
                copy_if_changed(&from.join(name), &to.join(name))?;
            }
        }
        Ok(Self { root: to.to_owned() })
    }

    /// Returns the directory of the copy.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Runs `test` with this mutant in the copy, and restores the file.
    ///
    /// # Errors
    /// The text of the mutant does not occur once, or the file system fails.
    pub fn with<T>(&self, mutant: &Mutant, test: impl FnOnce() -> T) -> io::Result<T> {
        let path = self.root.join(&mutant.file);
        let source = fs::read_to_string(&path)?;
        fs::write(&path, mutant.apply(&source)?)?;
        let result = test();
        fs::write(&path, source)?;
        Ok(result)
    }
}

fn copy_if_changed(from: &Path, to: &Path) -> io::Result<()> {
    let bytes = fs::read(from)?;
    if fs::read(to).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, bytes)
}
