//! The output for responses.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::driver::Response;

/// Standard output or a file.
pub(crate) struct Output {
    writer: Box<dyn Write>,
}

impl Output {
    /// Opens the file, or takes standard output. The file is created or truncated at once.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        let writer: Box<dyn Write> = match path {
            Some(path) if path != Path::new("-") => Box::new(File::create(path)?),
            _ => Box::new(io::stdout().lock()),
        };
        Ok(Self { writer })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
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
