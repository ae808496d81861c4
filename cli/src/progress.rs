//! How far a download has come, on a terminal.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::RequestArgs;
use crate::driver::Response;

/// With a length, what of it has come, how fast, and how long the rest will take.
const KNOWN: &str = "{prefix} [{wide_bar}] {bytes}/{total_bytes} {bytes_per_sec} {eta}";
/// Without one, what has come so far.
const UNKNOWN: &str = "{prefix} {bytes} {bytes_per_sec} {elapsed}";

/// A line that tells how far a download has come. It stays when the download is complete, and is
/// wiped away when it is not, so that the reason can be told in its place.
pub(crate) struct Progress {
    /// `None` where nobody is shown it.
    bar: Option<ProgressBar>,
}

impl Progress {
    /// A line for the download of this response into a file, if there is somebody to see it, and no
    /// other lines that it would break into.
    pub(crate) fn of(response: &Response<'_>, file: Option<&Path>, args: &RequestArgs) -> Self {
        let file = file.filter(|file| *file != Path::new("-"));
        let Some(file) = file.filter(|_| !args.silent && !args.tells_steps()) else {
            return Self { bar: None };
        };
        if !io::stderr().is_terminal() {
            return Self { bar: None };
        }
        let length = length(response).filter(|_| args.method() != "HEAD");
        let template = if length.is_some() { KNOWN } else { UNKNOWN };
        let style = ProgressStyle::with_template(template);
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
        let name = file.file_name().map_or(Cow::default(), |name| name.to_string_lossy());
        // A name is a person's, and its control characters would be the terminal's.
        let name = name.replace(char::is_control, "?");
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
        Self { bar: Some(bar.with_style(style).with_prefix(name)) }
    }

    /// So many bytes more have come.
    pub(crate) fn advance(&self, bytes: usize) {
        if let Some(bar) = &self.bar {
            bar.inc(bytes as u64);
        }
    }

    /// The download is complete.
    pub(crate) fn complete(mut self) {
        if let Some(bar) = self.bar.take() {
            bar.abandon();
            // There is nobody left to tell that standard error cannot be written.
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

/// How many bytes the body will have, if that was said. A coding may be undone on the way.
fn length(response: &Response<'_>) -> Option<u64> {
    let fields = response.fields();
    let is_coded =
        ["Transfer-Encoding", "Content-Encoding"].iter().any(|name| fields.get(name).is_some());
    let length = fields.get("Content-Length").filter(|_| !is_coded)?;
    std::str::from_utf8(length).ok()?.trim().parse().ok()
}
