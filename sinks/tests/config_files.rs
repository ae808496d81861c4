//! Handlers that write to files.

#![cfg(test)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::tell;
use limpid_core::trace::{Level, TraceEvent};
use limpid_sinks::Logging;
use limpid_sinks::config::{FileConfig, FileMode, HandlerConfig, LoggerConfig, LoggingConfig};

/// A line of 14 bytes.
const LINE: &str = "close.started\n";

/// Returns an empty directory for one test.
fn directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("config_files").join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

fn logging_to(file: FileConfig) -> Logging {
    let config = LoggingConfig::new()
        .handler("file", HandlerConfig::file(file))
        .logger("httpcore", LoggerConfig::new().level(Level::Debug).handler("file"));
    Logging::from_config(config).unwrap()
}

fn write_lines(logging: &Logging, count: usize) {
    (0..count).for_each(|_| tell(logging, &[TraceEvent::CloseStarted {}]));
}

/// Returns the number of lines in each file of a directory, by name.
fn lines_in(directory: &Path) -> Vec<(String, usize)> {
    let mut files: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let lines = fs::read_to_string(entry.path()).unwrap().matches(LINE).count();
            (entry.file_name().into_string().unwrap(), lines)
        })
        .collect();
    files.sort();
    files
}

fn files<const N: usize>(files: [(&str, usize); N]) -> Vec<(String, usize)> {
    files.map(|(name, lines)| (name.into(), lines)).into()
}

#[test]
fn file_mode_determines_fate_of_content() {
    let path = directory("modes").join("a.log");
    for (mode, before, after) in [
        (FileMode::CreateNew, "", LINE.into()),
        (FileMode::Append, "old\n", format!("old\n{LINE}")),
        (FileMode::Truncate, "old\n", LINE.into()),
    ] {
        if !before.is_empty() {
            fs::write(&path, before).unwrap();
        }
        write_lines(&logging_to(FileConfig::new(&path).mode(mode)), 1);
        assert_eq!(fs::read_to_string(&path).unwrap(), after);
    }
    let again = HandlerConfig::file(FileConfig::new(&path).mode(FileMode::CreateNew));
    let error = Logging::from_config(LoggingConfig::new().handler("again", again)).unwrap_err();
    assert!(error.to_string().starts_with("handlers.again.filename: the file cannot be opened"));
}

#[test]
fn a_delayed_file_is_opened_with_the_first_line() {
    let path = directory("delay").join("a.log");
    let logging = logging_to(FileConfig::new(&path).mode(FileMode::Truncate).delay(true));
    assert!(!path.exists());
    write_lines(&logging, 2);
    assert_eq!(fs::read_to_string(&path).unwrap(), LINE.repeat(2));
}

#[test]
fn delayed_file_that_cannot_be_opened_only_loses_lines() {
    let directory = directory("later");
    let path = directory.join("not yet").join("a.log");
    let logging = logging_to(FileConfig::new(&path).delay(true));
    write_lines(&logging, 2);
    assert_eq!(logging.failures()[0].1.lines, 2);
    fs::create_dir(directory.join("not yet")).unwrap();
    write_lines(&logging, 1);
    assert_eq!(fs::read_to_string(&path).unwrap(), LINE);
}

#[test]
fn a_file_rotates_before_the_line_that_would_fill_it() {
    let directory = directory("rotation");
    // As in Python, a file of 42 bytes has room for two lines of 14, not three.
    let file = || FileConfig::new(directory.join("a.log")).rotate(42, 2);
    let logging = logging_to(file());
    write_lines(&logging, 2);
    assert_eq!(lines_in(&directory), files([("a.log", 2)]));
    write_lines(&logging, 1);
    assert_eq!(lines_in(&directory), files([("a.log", 1), ("a.log.1", 2)]));
    write_lines(&logging, 2);
    assert_eq!(lines_in(&directory), files([("a.log", 1), ("a.log.1", 2), ("a.log.2", 2)]));
    // Existing content counts and is not truncated.
    drop(logging);
    write_lines(&logging_to(file().mode(FileMode::Truncate)), 2);
    assert_eq!(lines_in(&directory), files([("a.log", 1), ("a.log.1", 2), ("a.log.2", 2)]));
}

#[test]
fn rotation_requires_size_and_backups() {
    for (max_bytes, backup_count) in [(42, 0), (0, 2)] {
        let directory = directory("no rotation");
        let file = FileConfig::new(directory.join("a.log")).rotate(max_bytes, backup_count);
        write_lines(&logging_to(file), 5);
        assert_eq!(lines_in(&directory), files([("a.log", 5)]));
    }
}

#[test]
fn line_beyond_size_limit_fills_one_file() {
    let directory = directory("long lines");
    write_lines(&logging_to(FileConfig::new(directory.join("a.log")).rotate(5, 9)), 3);
    assert_eq!(lines_in(&directory), files([("a.log", 1), ("a.log.1", 1), ("a.log.2", 1)]));
}

#[test]
fn failed_rotation_is_retried() {
    let directory = directory("blocked");
    let logging = logging_to(FileConfig::new(directory.join("a.log")).rotate(28, 1));
    // A directory blocks the name of the backup.
    fs::create_dir_all(directory.join("a.log.1").join("x")).unwrap();
    write_lines(&logging, 3);
    assert_eq!(logging.failures()[0].1.lines, 2);
    let first = logging.failures()[0].1.first.clone().unwrap();
    assert!(first.to_string().starts_with("cannot rotate: "), "{first}");
    fs::remove_dir_all(directory.join("a.log.1")).unwrap();
    write_lines(&logging, 1);
    assert_eq!(lines_in(&directory), files([("a.log", 1), ("a.log.1", 1)]));
}

#[test]
fn lines_of_ten_threads_survive_rotation() {
    let directory = directory("threads");
    let logging = logging_to(FileConfig::new(directory.join("a.log")).rotate(14 * 100 + 1, 20));
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| write_lines(&logging, 100));
        }
    });
    let lines = lines_in(&directory);
    assert_eq!(lines.iter().map(|(_, lines)| lines).sum::<usize>(), 1000);
    assert!(lines.iter().all(|(_, lines)| *lines == 100), "{lines:?}");
    assert!(logging.failures().is_empty());
}

#[cfg(unix)]
#[test]
fn pipe_is_neither_rotated_nor_truncated() {
    let file = FileConfig::new("/dev/null").mode(FileMode::Truncate);
    for file in [file.clone(), file.rotate(1, 1)] {
        let logging = logging_to(file);
        write_lines(&logging, 2);
        assert!(logging.failures().is_empty());
    }
}
