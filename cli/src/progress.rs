//! The progress of downloads and uploads, on a terminal.

use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::RequestArgs;
use crate::driver::Response;
use crate::pace::Pace;
use crate::payload::{Payload, Sent};
use crate::printable::is_printable;

/// With a known length: the received bytes, the speed, and the remaining time.
const KNOWN: &str = "{prefix} [{wide_bar}] {bytes}/{total_bytes} {bytes_per_sec} {eta}";
/// Without a length: the received bytes.
const UNKNOWN: &str = "{prefix} {bytes} {bytes_per_sec} {elapsed}";

/// With a known length and `-#`: a bar alone.
const BAR: &str = "{wide_bar} {percent:>3}%";

/// A line that shows the progress of a transfer. It stays when the download completes, and is cleared when
/// it fails, so that the error message takes its line.
pub(crate) struct Progress {
    /// `None` if the progress is not shown.
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Returns the progress of the download of this response into a file. It is shown only on a terminal,
    /// and only if no log lines would interrupt it.
    pub(crate) fn of(response: &Response<'_>, file: Option<&Path>, args: &RequestArgs) -> Self {
        let name = file.and_then(Path::file_name).map(OsStr::to_string_lossy);
        let Some(name) = name.filter(|_| is_shown(args)) else { return Self { bar: None } };
        Self::new(&name, length(response), args)
    }

    /// Returns the progress of the upload of this body, if it is not in memory.
    pub(crate) fn of_upload(body: Option<&Payload>, args: &RequestArgs) -> Self {
        match body.filter(|body| body.as_bytes().is_none() && is_shown(args)) {
            Some(body) => Self::new("upload", body.length(), args),
            None => Self { bar: None },
        }
    }

    fn new(name: &str, length: Option<u64>, args: &RequestArgs) -> Self {
        let template = match length {
            Some(_) if args.response.meter.is_bar() => BAR,
            Some(_) => KNOWN,
            None => UNKNOWN,
        };
        let style = ProgressStyle::with_template(template);
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
        // A control character in a name would control the terminal, and a format character mislead its reader.
        let name = name.replace(|c| !is_printable(c), "?");
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
        Self { bar: Some(bar.with_style(style).with_prefix(name)) }
    }

    /// Returns what counts the bytes that are sent, if they are shown or held back by `pace`.
    pub(crate) fn sent(&self, pace: Option<Pace>) -> Option<Sent> {
        let bar = self.bar.clone();
        if bar.is_none() && pace.is_none() {
            return None;
        }
        let most = pace.as_ref().map_or(usize::MAX, Pace::at_once);
        let pace = Mutex::new(pace);
        let count = move |bytes: usize| {
            if let Some(bar) = &bar {
                bar.inc(bytes as u64);
            }
            if let Some(pace) = &mut *pace.lock().unwrap_or_else(PoisonError::into_inner) {
                pace.pass(bytes);
            }
        };
        Some(Sent { count: Arc::new(count), most })
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

/// Returns whether progress is shown: on a terminal, unless log lines would interrupt it.
fn is_shown(args: &RequestArgs) -> bool {
    let is_asked = args.response.meter.shows_progress() && !args.outputs.tells_steps();
    is_asked && !args.parallel.parallel && io::stderr().is_terminal()
}

/// Returns the announced length of the body, unless it is decoded.
fn length(response: &Response<'_>) -> Option<u64> {
    let fields = response.fields();
    let is_coded =
        ["Transfer-Encoding", "Content-Encoding"].iter().any(|name| fields.get(name).is_some());
    let length = fields.get("Content-Length").filter(|_| !is_coded)?;
    std::str::from_utf8(length).ok()?.trim().parse().ok()
}
