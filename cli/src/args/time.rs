//! The limits on time.

use clap::Args;
use limpid_io::{BuildClient, ClientBuilder};

use super::seconds::Seconds;
use super::speed::SpeedArgs;

#[derive(Debug, Args)]
#[command(next_help_heading = "Time limits")]
pub(crate) struct TimeArgs {
    /// Limit on each wait for bytes of the server, in seconds [default: no limit]
    #[arg(long, value_name = "SECONDS", default_value = "0", hide_default_value = true)]
    read_timeout: Seconds,
    /// Limit on each wait for the server to take more of the request, in seconds [default: no limit]
    #[arg(long, value_name = "SECONDS", default_value = "0", hide_default_value = true)]
    write_timeout: Seconds,
    /// Limit on each request as a whole, in seconds [default: no limit]
    #[arg(short = 'm', long = "max-time", value_name = "SECONDS", default_value = "0")]
    #[arg(hide_default_value = true)]
    pub(crate) max_time: Seconds,
    #[command(flatten)]
    speed: SpeedArgs,
}

impl TimeArgs {
    /// Applies these arguments to a client.
    pub(crate) fn set<C: BuildClient>(&self, builder: ClientBuilder<C>) -> ClientBuilder<C> {
        // The minimum rate counts from the beginning of the response; as in curl, the wait for it counts too.
        let silence = [self.read_timeout.0, self.speed.silence()].into_iter().flatten().min();
        let builder = builder
            .read_timeout(silence)
            .write_timeout(self.write_timeout.0)
            .timeout(self.max_time.0);
        self.speed.set(builder)
    }
}
