//! The arguments of `limpid serve`.

use std::path::PathBuf;

use clap::Args;

use super::outputs::OutputArgs;
use super::seconds::Seconds;
use super::tap::Listen;

/// The examples at the end of `limpid serve --help`.
const EXAMPLES: &str = "\
Examples:
  limpid serve
          the files of this directory, on http://127.0.0.1:8000
  limpid serve public --listen 8080 --har requests.har
  limpid serve --echo --tls --ca-out ca.pem
          then: curl --cacert ca.pem -d a=b https://localhost:8000/
  limpid serve --echo --delay 3
          then: curl -m 1 http://127.0.0.1:8000/
  limpid serve --status 503

Ctrl-C finishes the open exchanges; a second Ctrl-C stops at once.";

/// The arguments of `limpid serve`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ServeArgs {
    /// The directory whose files are served, with ranges and conditional requests [default: the current directory]
    #[arg(value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
    /// Listen on this address: 127.0.0.1:8000, localhost:8000, 8000 alone, or 0 for any free port; only addresses of
    /// this machine itself are taken without --allow-remote
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000")]
    pub(crate) listen: Listen,
    /// Let other machines use the server: the address of --listen once more
    #[arg(long, value_name = "ADDRESS")]
    allow_remote: Option<Listen>,
    /// Answer every request with what was received, as JSON, instead of files
    #[arg(long, conflicts_with = "directory")]
    pub(crate) echo: bool,
    /// Answer every request with this status, instead of files; with --echo, the status of those answers
    #[arg(long, value_name = "CODE", conflicts_with = "directory", value_parser = status)]
    pub(crate) status: Option<u16>,
    /// Answer every request this much later, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "0", hide_default_value = true)]
    pub(crate) delay: Seconds,
    /// Serve at most N connections at a time; others wait, and idle ones are closed for them
    #[arg(long, value_name = "N", default_value = "1024", value_parser = connections)]
    pub(crate) connections: usize,
    /// Serve over TLS with the certificate in FILE (PEM), and those of its issuers behind it
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) cert: Option<PathBuf>,
    /// The private key of --cert (PEM)
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(crate) key: Option<PathBuf>,
    /// Serve over TLS with a certificate for this machine that is made at start, as is the authority that clients have
    /// to trust for it
    #[arg(long, conflicts_with = "cert")]
    pub(crate) tls: bool,
    /// Write the certificate of the authority of --tls to FILE; otherwise to a file that is removed at the end
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) ca_out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) outputs: OutputArgs,
}

impl ServeArgs {
    /// Checks how the arguments fit together, which clap does not.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.listen.check(self.allow_remote, "could use the server")
    }
}

/// Reads the status of a final response.
fn status(text: &str) -> Result<u16, &'static str> {
    match text.parse() {
        Ok(status @ 200..=599) => Ok(status),
        _ => Err("write a status from 200 to 599"),
    }
}

/// Reads a number of connections.
fn connections(text: &str) -> Result<usize, &'static str> {
    match text.parse() {
        Ok(most @ 1..) => Ok(most),
        _ => Err("write a number of connections, at least 1"),
    }
}
