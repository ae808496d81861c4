//! The greatest rate of transfers.

use std::num::NonZeroU64;

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Time limits")]
pub(crate) struct RateArgs {
    /// Send and receive at most N bytes per second, which may end with k, M or G; 0 means no limit
    #[arg(long, value_name = "N", value_parser = super::size::read)]
    limit_rate: Option<u64>,
}

impl RateArgs {
    /// Returns the greatest rate in bytes per second, if there is one.
    pub(crate) fn limit(&self) -> Option<NonZeroU64> {
        self.limit_rate.and_then(NonZeroU64::new)
    }
}
