//! The arguments about files that are sent.

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Request")]
pub(crate) struct UploadArgs {
    /// Send FILE, or standard input (-), with PUT; the nth -T is for the nth URL, and a URL that ends with / gets the
    /// name of the file
    #[arg(short = 'T', long = "upload-file", value_name = "FILE", allow_hyphen_values = true)]
    pub(crate) files: Vec<String>,
}
