//! The arguments of the command.

mod auth;
mod ciphers;
mod connection;
mod cookies;
mod data;
mod date;
mod field;
mod files;
mod grammar;
mod help;
mod message;
mod meter;
mod ordered;
mod outputs;
mod parallel;
mod proxy;
mod rate;
mod redirects;
mod replay;
mod request;
mod response;
mod retry;
mod seconds;
mod serve;
mod show;
mod size;
mod speed;
mod tap;
mod time;
mod time_cond;
mod tls;
mod tolerances;
mod upload;
mod urls;
mod view;

use std::ffi::OsString;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use auth::{AuthArgs, Scheme};
pub(crate) use cookies::CookieArgs;
pub(crate) use data::{DataArgs, DataKind, FormKind, QueryArgs};
pub(crate) use field::{FieldArg, HeaderArg};
pub(crate) use files::{Destination, FileArgs, Resume};
pub(crate) use grammar::GrammarError;
pub(crate) use message::MessageArgs;
pub(crate) use outputs::OutputArgs;
pub(crate) use replay::ReplayArgs;
pub(crate) use request::RequestArgs;
pub(crate) use retry::RetryArgs;
pub(crate) use seconds::Seconds;
pub(crate) use serve::ServeArgs;
pub(crate) use show::{ShowArgs, ShowAs};
pub(crate) use tap::{Listen, TapArgs};
pub(crate) use time_cond::TimeCondition;
pub(crate) use view::View;

use self::grammar::Known;
use crate::exit;
use crate::parse::ParseArgs;

/// The environment variables that the command reads, for `--help`.
const ENVIRONMENT: &str = "\
Environment:
  http_proxy, https_proxy or HTTPS_PROXY, all_proxy or ALL_PROXY
          The proxy for http URLs, for https URLs, and for both
  no_proxy or NO_PROXY
          Hosts that are connected to without it
  CURL_CA_BUNDLE
          A PEM file, as --cacert has it
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
#[command(args_override_self = true)]
#[command(after_help = [ENVIRONMENT, &exit::table()].concat())]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) request: RequestArgs,
}

/// What the arguments ask for.
pub(crate) enum Asked {
    Command(Box<Command>),
    /// `--help`, with this text.
    Help(String),
    /// Requests, with each set of options that --next separates.
    Requests(Vec<RequestArgs>),
}

/// Why the arguments cannot be read.
pub(crate) enum ArgumentError {
    Clap(clap::Error),
    /// Another category of `--help` than those that there are.
    Help(String),
    Grammar(GrammarError),
}

impl From<clap::Error> for ArgumentError {
    fn from(error: clap::Error) -> Self {
        Self::Clap(error)
    }
}

impl Cli {
    /// Reads the arguments of the process: those of a subcommand, or else options as curl reads them.
    ///
    /// # Errors
    /// They are wrong, or name a file of options that cannot be read.
    pub(crate) fn read(
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Asked, ArgumentError> {
        let mut arguments = arguments.into_iter();
        let program = arguments.next().unwrap_or_default();
        let arguments: Vec<OsString> = arguments.collect();
        let mut command = Self::command();
        command.build();
        if let Some(what) = help::asked(&arguments) {
            return help::text(command, what).map(Asked::Help).map_err(ArgumentError::Help);
        }
        let is_subcommand = arguments.first().is_none_or(|first| {
            command.get_subcommands().any(|command| first == command.get_name())
        });
        let parse = |arguments: Vec<OsString>| {
            let arguments = std::iter::once(program.clone()).chain(arguments);
            Self::try_parse_from(arguments)
        };
        if is_subcommand {
            let cli = parse(arguments)?;
            return Ok(match cli.command {
                Some(command) => Asked::Command(Box::new(command)),
                None => Asked::Requests(vec![cli.request]),
            });
        }
        let known = Known::of(&command);
        let operations = grammar::operations(arguments, &known).map_err(ArgumentError::Grammar)?;
        let mut requests = Vec::with_capacity(operations.len());
        for arguments in operations {
            let cli = parse(arguments)?;
            match cli.command {
                Some(command) => return Ok(Asked::Command(Box::new(command))),
                None => requests.push(cli.request),
            }
        }
        Ok(Asked::Requests(requests))
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a TLS server on loopback, request it, and show every step; with --html FILE, --har FILE, --perfetto FILE or
    /// --view waterfall, several requests as that view
    Demo(DemoArgs),
    /// Show what passes between clients and servers, as a proxy
    Tap(Box<TapArgs>),
    /// Serve files, what was received, or a status, for trying clients
    Serve(Box<ServeArgs>),
    /// Show how bytes are parsed: heads, framing and its reason, body, errors with a caret
    Parse(ParseArgs),
    /// Make the events of a recording again
    Replay(ReplayArgs),
    /// Show requests that a file contains: a recording, or a HAR file, also of a browser
    Show(ShowArgs),
    /// Print what completes the command's arguments in a shell
    Completions(CompletionsArgs),
    /// Print the manual page, for man -l
    Man,
}

/// The arguments of `limpid completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
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
        Cli::command().debug_assert();
    }
}
