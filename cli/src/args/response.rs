//! The arguments about what is done with responses.

use clap::Args;

use super::files::FileArgs;
use super::meter::MeterArgs;

#[derive(Debug, Args)]
#[command(next_help_heading = "Response")]
pub(crate) struct ResponseArgs {
    #[command(flatten)]
    pub(crate) files: FileArgs,
    /// Write FORMAT, or the content of FILE (- for standard input), to standard output after each request;
    /// %{name} is a variable of curl, and %{json} is all of them
    #[arg(short = 'w', long = "write-out", value_name = "FORMAT|@FILE")]
    pub(crate) write_out: Option<String>,
    /// Write the heads of responses before the body: of redirects and informational responses too, and trailers after it
    #[arg(short = 'i', long = "include")]
    pub(crate) include: bool,
    /// Request only the head (HEAD), and write it
    #[arg(short = 'I', long = "head")]
    pub(crate) head: bool,
    /// Fail without output when the status is 400 or above
    #[arg(short = 'f', long = "fail")]
    pub(crate) fail: bool,
    /// Fail when the status is 400 or above, after the output of the body
    #[arg(long, conflicts_with = "fail")]
    pub(crate) fail_with_body: bool,
    /// Stop at the first request that fails
    #[arg(long)]
    pub(crate) fail_early: bool,
    /// Request a compressed body, and decode it
    #[arg(long)]
    pub(crate) compressed: bool,
    /// Write bodies as they came: with the framing of chunked ones, and without decoding them
    #[arg(long)]
    pub(crate) raw: bool,
    /// Fail if the body is announced to be longer than N bytes; N may end with k, M or G
    #[arg(long, value_name = "N", value_parser = super::size::read)]
    pub(crate) max_filesize: Option<u64>,
    #[command(flatten)]
    pub(crate) meter: MeterArgs,
}

impl ResponseArgs {
    /// Returns whether heads are written to the output.
    pub(crate) const fn shows_heads(&self) -> bool {
        self.include || self.head
    }

    /// Checks how the arguments fit together, which clap does not.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.shows_heads() && self.files.remote_header_name {
            return Err("-J does not go with -i or -I, whose heads come before the name".into());
        }
        Ok(())
    }
}
