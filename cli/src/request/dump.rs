//! `-D`: the file of heads.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::job::Job;
use crate::args::RequestArgs;

/// The file of `-D`, or standard output.
pub(super) struct Dump(Option<(PathBuf, Option<File>)>);

impl Dump {
    /// Opens the file, which has the heads of all transfers of a set of options.
    pub(super) fn open(args: &RequestArgs, job: &Job) -> Result<Self, Failure> {
        let Some(path) = &args.response.files.dump_header else { return Ok(Self(None)) };
        if path == Path::new("-") {
            return Ok(Self(Some((path.clone(), None))));
        }
        let open = || {
            let parent = path.parent().filter(|_| args.response.files.create_dirs);
            if let Some(parent) = parent {
                DirBuilder::new().recursive(true).create(parent)?;
            }
            let is_first = job.is_first();
            OpenOptions::new()
                .create(true)
                .write(true)
                .truncate(is_first)
                .append(!is_first)
                .open(path)
        };
        let file = open().map_err(|error| failed(path, error))?;
        Ok(Self(Some((path.clone(), Some(file)))))
    }

    /// Writes a line.
    pub(super) fn line(&mut self, line: &[u8]) -> Result<(), Failure> {
        let Some((path, file)) = &mut self.0 else { return Ok(()) };
        let written = match file {
            Some(file) => file.write_all(line),
            None => io::stdout().write_all(line),
        };
        written.map_err(|error| failed(path, error))
    }
}

fn failed(path: &Path, error: io::Error) -> Failure {
    Failure::Write(path.to_string_lossy().into_owned(), error)
}
