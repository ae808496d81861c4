//! The progress of a download, on a terminal.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::RequestArgs;
use crate::driver::Response;
use crate::printable::is_printable;

/// With a known length: the received bytes, the speed, and the remaining time.
const KNOWN: &str = "{prefix} [{wide_bar}] {bytes}/{total_bytes} {bytes_per_sec} {eta}";
/// Without a length: the received bytes.
const UNKNOWN: &str = "{prefix} {bytes} {bytes_per_sec} {elapsed}";

/// A line that shows the progress of a download. It stays when the download completes, and is cleared when
/// it fails, so that the error message takes its line.
pub(crate) struct Progress {
    /// `None` if the progress is not shown.
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Returns the progress of the download of this response into a file. It is shown only on a terminal,
    /// and only if no log lines would interrupt it.
    pub(crate) fn of(response: &Response<'_>, file: Option<&Path>, args: &RequestArgs) -> Self {
        let file = file.filter(|file| *file != Path::new("-"));
        let Some(file) = file.filter(|_| !args.response.silent && !args.outputs.tells_steps())
        else {
            return Self { bar: None };
        };
        if !io::stderr().is_terminal() {
            return Self { bar: None };
        }
        let length = length(response).filter(|_| args.message.method() != "HEAD");
        let template = if length.is_some() { KNOWN } else { UNKNOWN };
        let style = ProgressStyle::with_template(template);
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
        let name = file.file_name().map_or(Cow::default(), |name| name.to_string_lossy());
        // A control character in a name would control the terminal, and a format character mislead its reader.
        let name = name.replace(|c| !is_printable(c), "?");
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
        Self { bar: Some(bar.with_style(style).with_prefix(name)) }
    }

    /// Counts received bytes.
    pub(crate) fn advance(&self, bytes: usize) {
        if let Some(bar) = &self.bar {
            bar.inc(bytes as u64);
        }
    }

    /// Ends the line of a complete download.
    pub(crate) fn complete(mut self) {
        if let Some(bar) = self.bar.take() {
            bar.abandon();
            // There is no output for a failure of standard error.
            let _ = io::stderr().write_all(b"\n");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Returns the announced length of the body, unless it is decoded.
fn length(response: &Response<'_>) -> Option<u64> {
    let fields = response.fields();
    let is_coded =
        ["Transfer-Encoding", "Content-Encoding"].iter().any(|name| fields.get(name).is_some());
    let length = fields.get("Content-Length").filter(|_| !is_coded)?;
    std::str::from_utf8(length).ok()?.trim().parse().ok()
}
