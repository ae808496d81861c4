//! The arguments about messages and progress.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct MeterArgs {
    /// Print no error messages, and no progress
    #[arg(short = 's', long = "silent")]
    pub(crate) silent: bool,
    /// With -s, print error messages
    #[arg(short = 'S', long = "show-error")]
    show_error: bool,
    /// Show progress as a bar, which a terminal has anyway
    #[arg(short = '#', long)]
    progress_bar: bool,
    /// Show no progress
    #[arg(long)]
    no_progress_meter: bool,
    /// Write messages and log lines to FILE, or to standard output (-), instead of standard error
    #[arg(long, value_name = "FILE")]
    pub(crate) stderr: Option<PathBuf>,
}

impl MeterArgs {
    /// Returns whether error messages are printed.
    pub(crate) const fn shows_errors(&self) -> bool {
        !self.silent || self.show_error
    }

    /// Returns whether progress may be shown.
    pub(crate) const fn shows_progress(&self) -> bool {
        !self.silent && !self.no_progress_meter
    }

    /// Returns whether progress is a bar alone.
    pub(crate) const fn is_bar(&self) -> bool {
        self.progress_bar
    }
}
