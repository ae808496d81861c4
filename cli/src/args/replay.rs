//! The arguments of `limpid replay`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::OutputArgs;
use super::tap::Listen;

/// The examples at the end of `limpid replay --help`.
const EXAMPLES: &str = "\
Examples:
  limpid replay requests.limpid --view curl
  limpid replay requests.limpid --listen 8080
          then: curl http://127.0.0.1:8080/path/of/a/recorded/request
  limpid replay requests.limpid --seed fuzz/seeds
  limpid replay requests.limpid --test tests";

/// Replay a recording.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ReplayArgs {
    /// The file that --record has written, or - for standard input
    pub(crate) file: PathBuf,
    /// Serve the recorded responses on this address: 127.0.0.1:8080, localhost:8080, or 8080 alone; only addresses
    /// of this machine itself are taken without --allow-remote
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<Listen>,
    /// Let other machines use the server: the address of --listen once more
    #[arg(long, value_name = "ADDRESS", requires = "listen")]
    allow_remote: Option<Listen>,
    /// With --listen, which recorded response answers a request
    #[arg(long = "match", value_name = "MODE", default_value = "any", requires = "listen")]
    pub(crate) matching: Matching,
    /// Write each response as a seed to DIR, for the fuzz target that parses responses, instead of replaying
    #[arg(long, value_name = "DIR", conflicts_with = "listen")]
    pub(crate) seed: Option<PathBuf>,
    /// Write a test in Rust to DIR that replays the recording, with its data, instead of replaying
    #[arg(long, value_name = "DIR", conflicts_with_all = ["listen", "seed"])]
    pub(crate) test: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) outputs: OutputArgs,
}

/// Which recorded response answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Matching {
    /// The next one to the same method and target; the last one again and again
    Any,
    /// The next one to the same method and target, each once
    Order,
    /// The next one of all, whose request must have the same method, target and body
    Strict,
}

impl From<Matching> for limpid_test::Matching {
    fn from(matching: Matching) -> Self {
        match matching {
            Matching::Any => Self::Any,
            Matching::Order => Self::Order,
            Matching::Strict => Self::Strict,
        }
    }
}

impl ReplayArgs {
    /// Checks how the arguments fit together, which clap does not.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self.listen {
            Some(listen) => listen.check(self.allow_remote, "could read the recording"),
            None => Ok(()),
        }
    }
}
