//! The arguments of the command.

mod connection;
mod field;
mod message;
mod outputs;
mod redirects;
mod replay;
mod request;
mod response;
mod seconds;
mod show;
mod speed;
mod tap;
mod time;
mod tls;
mod tolerances;
mod view;

use clap::{Args, Parser, Subcommand};

pub(crate) use field::FieldArg;
pub(crate) use outputs::OutputArgs;
pub(crate) use replay::{Matching, ReplayArgs};
pub(crate) use request::RequestArgs;
pub(crate) use show::{ShowArgs, ShowAs};
pub(crate) use tap::{Listen, TapArgs};
pub(crate) use view::View;

use crate::exit;
use crate::parse::ParseArgs;

/// The environment variables that the command reads, for `--help`.
const ENVIRONMENT: &str = "\
Environment:
  http_proxy, https_proxy or HTTPS_PROXY, all_proxy or ALL_PROXY
          The proxy for http URLs, for https URLs, and for both
  no_proxy or NO_PROXY
          Hosts that are connected to without it
  SSL_CERT_FILE or SSL_CERT_DIR
          The certificate authorities to trust instead of Mozilla's list
  TRACEPARENT
          The operation of a distributed trace that the requests are inside, with --otlp
  SSLKEYLOGFILE
          A file to which the secrets of TLS connections are added

";

/// An HTTP/1.1 client that requests URLs, and logs every step with -v.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, arg_required_else_help = true)]
#[command(after_help = [ENVIRONMENT, &exit::table()].concat())]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) request: RequestArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a TLS server on loopback, request it, and show every step; with --html FILE, --har FILE, --perfetto FILE or
    /// --view waterfall, several requests as that view
    Demo(DemoArgs),
    /// Show what passes between clients and servers, as a proxy
    Tap(Box<TapArgs>),
    /// Show how bytes are parsed: heads, framing and its reason, body, errors with a caret
    Parse(ParseArgs),
    /// Make the events of a recording again
    Replay(ReplayArgs),
    /// Show requests that a file contains: a recording, or a HAR file, also of a browser
    Show(ShowArgs),
}

/// The arguments of `limpid demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    #[command(flatten)]
    pub(crate) outputs: OutputArgs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contradicting_arguments_are_rejected() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
