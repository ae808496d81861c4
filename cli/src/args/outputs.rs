//! The arguments that decide what is shown of the events, and where.

use std::path::PathBuf;

use clap::{ArgAction, Args};
use limpid_core::trace::{Capture, SecretNames};
use limpid_sinks::python::Profile;
use limpid_sinks::{Levels, Template};

use super::View;

/// The outputs of a command that makes events.
#[derive(Debug, Args)]
#[command(next_help_heading = "Logs and views")]
pub(crate) struct OutputArgs {
    /// Log every step on standard error; -vv adds limpid's events and a line of timings, -vvv the bytes
    #[arg(short = 'v', long = "verbose", action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// The form of what -v shows [default: lines]; implies -v
    #[arg(long, value_name = "VIEW", conflicts_with_all = ["log", "log_config"])]
    pub(crate) view: Option<View>,
    /// Log the events of these loggers, such as httpx=info,httpcore=debug
    #[arg(long, value_name = "SPEC", conflicts_with = "verbose")]
    pub(crate) log: Option<Levels>,
    /// The format of lines, as in Python's logging: '%(asctime)s.%(msecs)03d %(exchange)s.%(hop)s
    /// %(connection)s %(message)s', also with %(tag)s and %(levelname)s
    #[arg(long, value_name = "FORMAT", conflicts_with = "log_config")]
    pub(crate) log_format: Option<Template>,
    /// Configure logging as Python's logging.config.dictConfig does, from a JSON, TOML or YAML file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["verbose", "log"])]
    pub(crate) log_config: Option<PathBuf>,
    /// Write every event as a line of JSON to FILE, which is replaced, or to standard output (-); the bytes
    /// only with --capture everything
    #[arg(long, value_name = "FILE")]
    pub(crate) log_json: Option<PathBuf>,
    /// Write the bytes of HTTP in both directions to FILE, or to standard output (-), as curl does; without --capture
    /// everything the heads, and sizes
    #[arg(long, value_name = "FILE")]
    pub(crate) trace_ascii: Option<PathBuf>,
    /// Write the bytes of HTTP to FILE as packets, for programs such as Wireshark; without --capture everything the
    /// heads, and sizes
    #[arg(long, value_name = "FILE")]
    pub(crate) pcap: Option<PathBuf>,
    /// Write the requests as an HTTP archive (HAR 1.2) to FILE, or to standard output (-); bodies only with --capture
    /// everything
    #[arg(long, value_name = "FILE")]
    pub(crate) har: Option<PathBuf>,
    /// Record every step in FILE, which limpid replay and limpid show read; secrets and bodies only as --capture says
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Send spans and measurements of requests to the OpenTelemetry collector at URL; a request names its span in the
    /// field traceparent
    #[arg(long, value_name = "URL")]
    pub(crate) otlp: Option<String>,
    /// Write the requests as one page to FILE, or to standard output (-), for a browser; bodies only with --capture
    /// everything
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write the requests as a trace to FILE, or to standard output (-), for Perfetto and other viewers of Chromium's
    /// traces
    #[arg(long, value_name = "FILE")]
    pub(crate) perfetto: Option<PathBuf>,
    /// The release whose lines are logged: httpx or httpx2, which has other names
    #[arg(long, value_name = "NAME", default_value = "httpx")]
    pub(crate) lines: Profile,
    /// Values to show: redacted, default (no credentials), private (credentials too), everything (bytes
    /// too)
    #[arg(long, value_name = "MODE", default_value = "default")]
    pub(crate) capture: Capture,
    /// Further names of fields and query keys whose values are secret; *NAME stands for every name that ends so
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub(crate) log_hide: Vec<String>,
    /// Names of fields and query keys whose values are not secret
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub(crate) log_show: Vec<String>,
}

impl OutputArgs {
    /// Returns the names that are added to and removed from the secret ones.
    pub(crate) fn secret_names(&self) -> SecretNames {
        secret_names(&self.log_show, &self.log_hide)
    }

    /// Returns how often `-v` is given. A view implies it.
    pub(crate) const fn verbosity(&self) -> u8 {
        match (self.verbose, self.view) {
            (0, Some(_)) => 1,
            (verbose, _) => verbose,
        }
    }

    /// Returns whether there is a view of several requests.
    pub(crate) const fn has_views(&self) -> bool {
        let has_file = self.har.is_some() || self.html.is_some() || self.perfetto.is_some();
        has_file || matches!(self.view, Some(View::Waterfall))
    }

    /// Returns whether lines are logged during requests.
    pub(crate) const fn tells_steps(&self) -> bool {
        self.verbosity() > 0 || self.log.is_some() || self.log_config.is_some()
    }
}

/// Returns the names of `--log-show` and `--log-hide`.
pub(super) fn secret_names(shown: &[String], hidden: &[String]) -> SecretNames {
    let names = shown.iter().fold(SecretNames::new(), |names, name| names.show(name));
    hidden.iter().fold(names, |names, name| names.hide(name))
}
