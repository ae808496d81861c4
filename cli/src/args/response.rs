//! The arguments about what is done with responses.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct ResponseArgs {
    /// Write the body to FILE; the nth -o is for the nth URL
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,
    /// Write FORMAT, or the content of FILE (- for standard input), to standard output after each request;
    /// %{name} is a variable of curl, and %{json} is all of them
    #[arg(short = 'w', long = "write-out", value_name = "FORMAT|@FILE")]
    pub(crate) write_out: Option<String>,
    /// Write the response head before the body
    #[arg(short = 'i', long = "include")]
    pub(crate) include: bool,
    /// Print no error messages, and no progress of downloads
    #[arg(short = 's', long = "silent")]
    pub(crate) silent: bool,
    /// Fail without output when the status is 400 or above
    #[arg(short = 'f', long = "fail")]
    pub(crate) fail: bool,
    /// Request a compressed body, and decode it
    #[arg(long)]
    pub(crate) compressed: bool,
}
