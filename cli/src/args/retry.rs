//! The arguments about further attempts.

use clap::Args;

use super::seconds::Seconds;

#[derive(Debug, Args)]
#[command(next_help_heading = "Retries")]
pub(crate) struct RetryArgs {
    /// Try up to N times again after a time limit, a host name that is not resolved, and the statuses 408, 429, 500, 502,
    /// 503 and 504, as soon as Retry-After says, or after 1, 2, 4 and so on seconds
    #[arg(long = "retry", value_name = "N", default_value = "0", hide_default_value = true)]
    pub(crate) retries: u32,
    /// With --retry, try again after every failure
    #[arg(long)]
    pub(crate) retry_all_errors: bool,
    /// With --retry, try again also where the connection was refused
    #[arg(long)]
    pub(crate) retry_connrefused: bool,
    /// With --retry, wait this long before each attempt, in seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) retry_delay: Option<Seconds>,
    /// With --retry, begin no attempt after this time, in seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) retry_max_time: Option<Seconds>,
}
