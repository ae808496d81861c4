//! The arguments about requests at the same time.

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Several requests")]
pub(crate) struct ParallelArgs {
    /// Request the URLs at the same time
    #[arg(short = 'Z', long)]
    pub(crate) parallel: bool,
    /// With -Z, request at most N at a time
    #[arg(long, value_name = "N", default_value = "50", value_parser = clap::value_parser!(u16).range(1..=300))]
    pub(crate) parallel_max: u16,
    /// With -Z, open connections rather than wait for one that may be reused, which is done anyway
    #[arg(long, hide = true)]
    parallel_immediate: bool,
}
