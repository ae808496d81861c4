//! A copy of the workspace, in which files are changed and put back.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Mutant;

/// How git lists the files of a checkout: those that it tracks, and new ones that it does not ignore.
const LIST: [&str; 5] = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];

/// A copy of the files of a checkout.
#[derive(Debug)]
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// Copies the workspace at `from` to `to`. Files there that are the same stay as they are, so that
    /// what was built from them is not built again.
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

    /// Runs `test` with this mutant in the copy, and puts the file back.
    ///
    /// # Errors
    /// The mutant does not fit, or the file system fails.
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
