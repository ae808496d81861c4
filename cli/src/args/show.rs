//! The arguments of `limpid show`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use limpid_core::trace::{Capture, SecretNames};

/// Show the requests of a file.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The file, or - for standard input
    pub(crate) file: PathBuf,
    /// The view
    #[arg(long = "as", value_enum, value_name = "VIEW", default_value = "waterfall")]
    pub(crate) form: ShowAs,
    /// Values to show: redacted, default (no credentials), private (credentials too), everything (bytes too)
    #[arg(long, visible_alias = "capture", value_name = "MODE", default_value = "default")]
    pub(crate) redact: Capture,
    /// Further names of fields and query keys whose values are secret; *NAME stands for every name that ends so
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub(crate) log_hide: Vec<String>,
    /// Names of fields and query keys whose values are not secret
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub(crate) log_show: Vec<String>,
}

impl ShowArgs {
    /// Returns the names that are added to and removed from the secret ones.
    pub(crate) fn secret_names(&self) -> SecretNames {
        super::outputs::secret_names(&self.log_show, &self.log_hide)
    }
}

/// How requests are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowAs {
    /// The documented lines of httpx and httpcore
    Lines,
    /// The lines of curl
    Curl,
    /// A line of JSON for each event
    Json,
    /// The bytes in both directions, as curl dumps them
    Ascii,
    /// The bytes as packets (pcapng), for programs such as Wireshark
    Pcap,
    /// An HTTP archive (HAR 1.2)
    Har,
    /// Bars of time, for a terminal
    Waterfall,
    /// One page for a browser: bars of time, heads, decisions and certificates
    Html,
    /// A trace for Perfetto and other viewers of Chromium's traces
    Perfetto,
}
