//! Temporary directories of tests.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// A new directory in the system's temporary one. Dropping it removes the directory. The [module](super) has an example.
#[derive(Debug)]
pub struct Directory(PathBuf);

impl Directory {
    /// Creates a directory with a unique name.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn new() -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("limpid-tests-{}-{count}", process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// Returns its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the path of a file in it.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file, and returns its path.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> io::Result<PathBuf> {
        let path = self.file(name);
        fs::write(&path, content)?;
        Ok(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // On failure, the directory stays among the temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
