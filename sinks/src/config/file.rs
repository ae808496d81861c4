//! Files that grow or rotate.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::file_config::{FileConfig, FileMode, Rotation};
use super::schedule::Timer;

/// A file for lines, opened at once or with the first line. Each line is one `write_all`.
pub(super) struct LogFile {
    config: FileConfig,
    file: Option<File>,
    /// The times at which the file rotates, if it does.
    timer: Option<Timer>,
}

impl LogFile {
    /// Opens a file, unless it is to be opened later. Its content stays until [`Self::begin`].
    pub(super) fn open(mut config: FileConfig) -> io::Result<Self> {
        config.path = std::path::absolute(config.path)?;
        let rotates = match config.rotation {
            Rotation::Never => false,
            Rotation::BySize { max_bytes, .. } => max_bytes > 0,
            Rotation::ByTime(_) => true,
        };
        if rotates {
            config.mode = FileMode::Append;
        }
        let timer = match config.rotation {
            Rotation::ByTime(schedule) => {
                let changed = fs::metadata(&config.path).and_then(|file| file.modified());
                Some(Timer::new(schedule, changed.unwrap_or_else(|_| SystemTime::now())))
            }
            _ => None,
        };
        let file = if config.delay { None } else { Some(open(&config)?) };
        Ok(Self { config, file, timer })
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

    /// Writes a line at a time of the clock.
    fn write_at(&mut self, line: &[u8], now: SystemTime) -> io::Result<()> {
        if self.config.watched && self.is_moved()? {
            self.file = None;
        }
        self.rotate_for(line.len(), now)
            .map_err(|error| io::Error::new(error.kind(), format!("cannot rotate: {error}")))?;
        self.file()?.write_all(line)
    }

    /// Starts another file if a line of `len` bytes does not belong in the present one.
    fn rotate_for(&mut self, len: usize, now: SystemTime) -> io::Result<()> {
        if let Rotation::BySize { max_bytes: 1.., backup_count: 1.. } = self.config.rotation {
            return if self.is_full_for(len)? { self.rotate_by_number() } else { Ok(()) };
        }
        match &mut self.timer {
            Some(timer) if timer.is_due(now) => {
                self.file = None;
                timer.rotate(&self.config.path, now)
            }
            _ => Ok(()),
        }
    }

    /// Returns whether a line of `len` bytes would bring the file to its limit.
    fn is_full_for(&mut self, len: usize) -> io::Result<bool> {
        let Rotation::BySize { max_bytes, .. } = self.config.rotation else { return Ok(false) };
        let metadata = self.file()?.metadata()?;
        let len = metadata.len().saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        Ok(metadata.is_file() && metadata.len() > 0 && len >= max_bytes)
    }

    /// Renames every file to the next number, and starts a new one.
    fn rotate_by_number(&mut self) -> io::Result<()> {
        let Rotation::BySize { backup_count, .. } = self.config.rotation else { return Ok(()) };
        self.file = None;
        let path = &self.config.path;
        for number in (1..backup_count).rev() {
            move_on(&numbered(path, number), &numbered(path, number + 1))?;
        }
        move_on(path, &numbered(path, 1))
    }

    /// Returns whether the path is no longer that of the open file.
    #[cfg(unix)]
    fn is_moved(&self) -> io::Result<bool> {
        use std::os::unix::fs::MetadataExt;
        let Some(file) = &self.file else { return Ok(false) };
        let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        match fs::metadata(&self.config.path) {
            Ok(named) => Ok(identity(named) != identity(file.metadata()?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(error),
        }
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "the shape is that of Unix")]
    fn is_moved(&self) -> io::Result<bool> {
        Ok(false)
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file()?.write(bytes)
    }

    fn write_all(&mut self, line: &[u8]) -> io::Result<()> {
        // Only a schedule needs the time.
        let now = self.timer.as_ref().map_or(SystemTime::UNIX_EPOCH, |_| SystemTime::now());
        self.write_at(line, now)
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::file_config::{Schedule, When};

    #[test]
    fn file_rotates_by_time_and_removes_the_oldest() {
        let directory = std::env::temp_dir().join(format!("limpid-timed-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        let path = directory.join("a.log");
        let schedule = Schedule { backup_count: 2, utc: true, ..Schedule::new(When::Day) };
        let mut file = LogFile::open(FileConfig::new(&path).rotate_at(schedule)).unwrap();
        // Far from the present, so that each line starts a file.
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(10_000_000_000);
        for day in 0..4u8 {
            let now = start + Duration::from_secs(100_000 * u64::from(day));
            file.write_at(&[b'a' + day, b'\n'], now).unwrap();
        }
        let names = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        let read = |name: &String| fs::read_to_string(directory.join(name)).unwrap();
        assert_eq!(names.iter().map(read).collect::<Vec<_>>(), ["d\n", "b\n", "c\n"], "{names:?}");
        drop(file);
        fs::remove_dir_all(directory).unwrap();
    }
}
