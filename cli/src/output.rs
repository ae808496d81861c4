//! The output for responses.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use crate::driver::Response;

/// How many bytes of a body are examined before it is written to a terminal, as in curl.
const EXAMINED: usize = 2000;

/// Standard output or a file.
pub(crate) struct Output {
    writer: Box<dyn Write>,
    /// How many more bytes must not contain a NUL, because they are shown on a terminal.
    unexamined: usize,
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
    /// Opens the file, or takes standard output: also binary data is written there if the path is `-`.
    /// The file is created or truncated at once.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        match path {
            Some(path) if path != Path::new("-") => Ok(Self::new(File::create(path)?, false)),
            _ => {
                let stdout = io::stdout().lock();
                let is_guarded = path.is_none() && stdout.is_terminal();
                Ok(Self::new(stdout, is_guarded))
            }
        }
    }

    fn new(writer: impl Write + 'static, is_guarded: bool) -> Self {
        let unexamined = if is_guarded { EXAMINED } else { 0 };
        Self { writer: Box::new(writer), unexamined }
    }

    /// Writes a part of a body.
    ///
    /// # Errors
    /// The output fails, or it is a terminal and the part is binary: then the error is [`BinaryOutput`].
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let examined = self.unexamined.min(bytes.len());
        if bytes[..examined].contains(&0) {
            return Err(io::Error::other(BinaryOutput));
        }
        self.unexamined -= examined;
        self.writer.write_all(bytes)
    }

    /// Writes a response's head as received, except for the spaces around its values.
    pub(crate) fn head(&mut self, response: &Response<'_>) -> io::Result<()> {
        let mut writer = BufWriter::new(&mut self.writer);
        write!(writer, "{} {} ", response.version(), response.status())?;
        writer.write_all(response.reason())?;
        writer.write_all(b"\r\n")?;
        for field in response.fields().iter() {
            writer.write_all(field.name)?;
            writer.write_all(b": ")?;
            writer.write_all(field.value)?;
            writer.write_all(b"\r\n")?;
        }
        writer.write_all(b"\r\n")?;
        writer.flush()
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
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
            assert_eq!(is_refused(&mut Output::new(io::sink(), true), &bytes), is_binary);
            let mut output = Output::new(io::sink(), true);
            let refused = bytes.chunks(700).any(|piece| is_refused(&mut output, piece));
            assert_eq!(refused, is_binary, "in pieces");
            assert!(!is_refused(&mut Output::new(io::sink(), false), &bytes));
        }
    }
}
