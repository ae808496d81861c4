//! The arguments of `limpid replay`.

use std::path::PathBuf;

use clap::Args;

use super::OutputArgs;

/// Replay a recording.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The file that --record has written, or - for standard input
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) outputs: OutputArgs,
}
