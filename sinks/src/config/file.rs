//! Files that grow or rotate.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::model::{FileConfig, FileMode};

/// A file for lines, opened at once or with the first line. Each line is one `write_all`.
pub(super) struct LogFile {
    config: FileConfig,
    file: Option<File>,
}

impl LogFile {
    /// Opens a file, unless it is to be opened later. Its content stays until [`Self::begin`].
    pub(super) fn open(mut config: FileConfig) -> io::Result<Self> {
        config.path = std::path::absolute(config.path)?;
        if config.max_bytes > 0 {
            config.mode = FileMode::Append;
        }
        let file = if config.delay { None } else { Some(open(&config)?) };
        Ok(Self { config, file })
    }

    /// Truncates the file if it is to start empty.
    pub(super) fn begin(&self) -> io::Result<()> {
        match &self.file {
            Some(file) => begin(file, self.config.mode),
            None => Ok(()),
        }
    }

    fn file(&mut self) -> io::Result<&mut File> {
        Ok(match &mut self.file {
            Some(file) => file,
            closed => {
                let file = open(&self.config)?;
                begin(&file, self.config.mode)?;
                closed.insert(file)
            }
        })
    }

    /// Returns whether a line of `len` bytes belongs in the next file.
    fn is_full_for(&mut self, len: usize) -> io::Result<bool> {
        if self.config.max_bytes == 0 || self.config.backup_count == 0 {
            return Ok(false);
        }
        let max_bytes = self.config.max_bytes;
        let metadata = self.file()?.metadata()?;
        let len = metadata.len().saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        Ok(metadata.is_file() && metadata.len() > 0 && len >= max_bytes)
    }

    /// Renames every file to the next number, and starts a new one.
    fn rotate(&mut self) -> io::Result<()> {
        self.file = None;
        let path = &self.config.path;
        for number in (1..self.config.backup_count).rev() {
            move_on(&numbered(path, number), &numbered(path, number + 1))?;
        }
        move_on(path, &numbered(path, 1))
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file()?.write(bytes)
    }

    fn write_all(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_full_for(line.len())? {
            self.rotate()
                .map_err(|error| io::Error::new(error.kind(), format!("cannot rotate: {error}")))?;
        }
        self.file()?.write_all(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens a file without changing its content.
fn open(config: &FileConfig) -> io::Result<File> {
    let mut options = OpenOptions::new();
    match config.mode {
        FileMode::Append => options.append(true).create(true),
        FileMode::Truncate => options.write(true).truncate(false).create(true),
        FileMode::CreateNew => options.write(true).create_new(true),
    };
    options.open(&config.path)
}

fn begin(file: &File, mode: FileMode) -> io::Result<()> {
    // A pipe or a terminal cannot be truncated.
    if mode == FileMode::Truncate && file.metadata()?.is_file() {
        file.set_len(0)?;
    }
    Ok(())
}

/// Renames a file if it exists.
fn move_on(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Returns the name of a rotated file, such as `app.log.1`.
fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}
