//! The writer of a sink and its failures.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

/// A writer whose failures do not affect the sink.
pub(crate) struct Output<W> {
    writer: W,
    failures: WriteFailures,
    /// Whether the first failure of the writer is printed to standard error.
    reports: bool,
    /// The name of the lost lines in that message.
    lines: Cow<'static, str>,
}

/// The failures of a writer so far.
///
/// A [`LineSink`](crate::LineSink) returns them; it has an example.
#[derive(Clone, Debug, Default)]
pub struct WriteFailures {
    /// The number of lines that are lost or truncated.
    pub lines: u64,
    /// The first error of the writer.
    pub first: Option<Arc<io::Error>>,
}

impl<W: Write> Output<W> {
    pub(crate) fn new(writer: W, reports: bool) -> Self {
        Self { writer, failures: WriteFailures::default(), reports, lines: "log lines".into() }
    }

    /// Sets the name of the lines in the message about a failure.
    pub(crate) fn named(mut self, lines: String) -> Self {
        self.lines = lines.into();
        self
    }

    /// Writes a line with its end, and flushes.
    pub(crate) fn line(&mut self, line: &[u8]) {
        if let Err(error) = self.writer.write_all(line).and_then(|()| self.writer.flush()) {
            self.lost(error);
        }
    }

    /// Counts a line that could not be written.
    pub(crate) fn lost(&mut self, error: io::Error) {
        self.failures.add(error, &self.lines, self.reports.then(io::stderr));
    }

    /// Returns the writer, for what is not a line.
    #[cfg(feature = "views")]
    pub(crate) const fn writer(&mut self) -> &mut W {
        &mut self.writer
    }

    pub(crate) fn failures(&self) -> WriteFailures {
        self.failures.clone()
    }

    pub(crate) fn into_writer(self) -> W {
        self.writer
    }
}

impl WriteFailures {
    /// Counts a failure, and writes the first to `report`.
    fn add(&mut self, error: io::Error, lines: &str, report: Option<impl Write>) {
        self.lines += 1;
        if self.first.is_none() {
            if let Some(mut report) = report {
                // A failure to report is ignored, since there is no other output.
                let told =
                    format!("limpid: {lines} are lost, because they cannot be written: {error}\n");
                let _ = report.write_all(told.as_bytes());
            }
            self.first = Some(Arc::new(error));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_failure_is_reported_once() {
        let (mut failures, mut told) = (WriteFailures::default(), Vec::new());
        failures.add(io::Error::other("disk full"), "log lines", Some(&mut told));
        failures.add(io::Error::other("still full"), "log lines", Some(&mut told));
        assert_eq!(failures.lines, 2);
        assert_eq!(failures.first.unwrap().to_string(), "disk full");
        let told = String::from_utf8(told).unwrap();
        assert_eq!(told, "limpid: log lines are lost, because they cannot be written: disk full\n");
    }
}
