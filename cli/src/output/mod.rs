//! The output for responses.

pub(crate) mod file_name;
mod place;

use std::error::Error;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::time::SystemTime;

pub(crate) use self::place::{Opening, Place};

/// How many bytes of a body are examined before it is written to a terminal, as in curl.
const EXAMINED: usize = 2000;

/// Standard output or a file, which is opened when something is written to it.
pub(crate) struct Output {
    place: Place,
    writer: Option<Writer>,
    /// How many more bytes must not contain a NUL, because they are shown on a terminal.
    unexamined: usize,
}

enum Writer {
    File(File),
    Other(Box<dyn Write>),
}

/// A body is binary, and was not written to the terminal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BinaryOutput;

impl BinaryOutput {
    /// Returns whether this is what failed.
    pub(crate) fn is_in(error: &io::Error) -> bool {
        error.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<Self>)
    }
}

impl fmt::Display for BinaryOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body is binary")
    }
}

impl Error for BinaryOutput {}

impl Output {
    /// Creates the output at this place.
    pub(crate) const fn new(place: Place) -> Self {
        Self { place, writer: None, unexamined: 0 }
    }

    /// Returns the place. After a write, it has the path of the file that is written.
    pub(crate) const fn place(&self) -> &Place {
        &self.place
    }

    /// Writes a part of a body.
    ///
    /// # Errors
    /// The output fails, or it is a terminal and the part is binary: then the error is [`BinaryOutput`].
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.open()?;
        let examined = self.unexamined.min(bytes.len());
        if bytes[..examined].contains(&0) {
            return Err(io::Error::other(BinaryOutput));
        }
        self.unexamined -= examined;
        self.writer()?.write_all(bytes)
    }

    /// Writes a line of a head.
    pub(crate) fn head_line(&mut self, line: &[u8]) -> io::Result<()> {
        self.writer()?.write_all(line)
    }

    /// Completes the output. Creates the file if nothing was written.
    pub(crate) fn complete(&mut self) -> io::Result<()> {
        self.writer()?.flush()
    }

    /// Sets the time at which the file was modified.
    pub(crate) fn set_modified(&self, time: SystemTime) -> io::Result<()> {
        match &self.writer {
            Some(Writer::File(file)) => file.set_modified(time),
            _ => Ok(()),
        }
    }

    /// Removes what was written, if it is a file.
    pub(crate) fn remove(&mut self) -> io::Result<()> {
        match (self.writer.take(), self.place.path()) {
            (Some(_), Some(path)) => fs::remove_file(path),
            _ => Ok(()),
        }
    }

    fn writer(&mut self) -> io::Result<&mut dyn Write> {
        self.open()?;
        match &mut self.writer {
            Some(Writer::File(file)) => Ok(file),
            Some(Writer::Other(writer)) => Ok(writer),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Opens the output, unless it is open.
    pub(crate) fn open(&mut self) -> io::Result<()> {
        if self.writer.is_some() {
            return Ok(());
        }
        self.writer = Some(match &mut self.place {
            Place::File { path, opening, create_dirs } => {
                let (file, opened) = place::open(path, *opening, *create_dirs)?;
                *path = opened;
                Writer::File(file)
            }
            Place::Stdout { binary } => {
                let stdout = io::stdout().lock();
                self.unexamined = if !*binary && stdout.is_terminal() { EXAMINED } else { 0 };
                Writer::Other(Box::new(stdout))
            }
        });
        Ok(())
    }

    #[cfg(test)]
    fn of(writer: impl Write + 'static, unexamined: usize) -> Self {
        let place = Place::Stdout { binary: false };
        Self { place, writer: Some(Writer::Other(Box::new(writer))), unexamined }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(output: &mut Output, bytes: &[u8]) -> bool {
        output.write(bytes).is_err_and(|error| BinaryOutput::is_in(&error))
    }

    #[test]
    fn binary_data_is_not_written_to_a_terminal() {
        for (before, is_binary) in [(0, true), (EXAMINED - 1, true), (EXAMINED, false)] {
            let bytes = [vec![b'a'; before], vec![0]].concat();
            assert_eq!(is_refused(&mut Output::of(io::sink(), EXAMINED), &bytes), is_binary);
            let mut output = Output::of(io::sink(), EXAMINED);
            let refused = bytes.chunks(700).any(|piece| is_refused(&mut output, piece));
            assert_eq!(refused, is_binary, "in pieces");
            assert!(!is_refused(&mut Output::of(io::sink(), 0), &bytes));
        }
    }
}
