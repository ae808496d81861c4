//! The files of a recording.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The file that is written.
#[derive(Debug)]
pub(super) struct Output {
    file: File,
    path: PathBuf,
    /// The number of bytes that were written.
    pub(super) len: u64,
}

impl Output {
    /// Creates a file that only its owner can read, or empties one.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { file: create(path)?, path: path.to_owned(), len: 0 })
    }

    /// Writes these bytes.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Gives the full file the suffix `.1`, moves earlier ones on, so that there are at most `files`, and creates the
    /// next.
    pub(super) fn rotate(&mut self, files: u32) -> io::Result<()> {
        for number in (1..files.saturating_sub(1)).rev() {
            match fs::rename(numbered(&self.path, number), numbered(&self.path, number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        fs::rename(&self.path, numbered(&self.path, 1))?;
        self.file = create(&self.path)?;
        self.len = 0;
        Ok(())
    }
}

/// Returns the path of the earlier file of this number.
pub(crate) fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, OWNER);
    let file = options.open(path)?;
    // The mode is that of a new file only. A device keeps its own.
    #[cfg(unix)]
    if file.metadata()?.is_file() {
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(OWNER))?;
    }
    Ok(file)
}

/// Reading and writing by the owner.
#[cfg(unix)]
const OWNER: u32 = 0o600;
