//! The arguments of the command.

mod connection;
mod outputs;
mod replay;
mod seconds;
mod show;
mod speed;
mod tap;
mod tls;
mod view;

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};
use limpid_core::limits::Lenient;

pub(crate) use connection::ConnectionArgs;
pub(crate) use outputs::OutputArgs;
pub(crate) use replay::{Matching, ReplayArgs};
pub(crate) use seconds::Seconds;
pub(crate) use show::{ShowArgs, ShowAs};
pub(crate) use speed::SpeedArgs;
pub(crate) use tap::{Listen, TapArgs};
pub(crate) use tls::TlsArgs;
pub(crate) use view::View;

use crate::driver::Driver;
use crate::exit;
use crate::lenient::tolerance;
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

#[derive(Debug, Args)]
pub(crate) struct RequestArgs {
    /// The URLs to request, in this order
    #[arg(value_name = "URL", required = true)]
    pub(crate) urls: Vec<String>,
    /// Request method [default: GET, or POST with -d]
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    pub(crate) method: Option<String>,
    /// Add a field to the request; may be repeated. 'NAME:' removes a field that would be sent by itself,
    /// 'NAME;' sends one without a value
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<FieldArg>,
    /// Send DATA, or the content of FILE (- for standard input); repeated data is joined by &
    #[arg(short = 'd', long = "data-binary", alias = "data", value_name = "DATA|@FILE")]
    pub(crate) data: Vec<String>,
    /// Write the body to FILE; the nth -o is for the nth URL
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,
    /// Write FORMAT, or the content of FILE (- for standard input), to standard output after each request;
    /// %{name} is a variable of curl, and %{json} is all of them
    #[arg(short = 'w', long = "write-out", value_name = "FORMAT|@FILE")]
    pub(crate) write_out: Option<String>,
    /// Write the response head before the body
    #[arg(short = 'i', long = "include")]
    pub(crate) include: bool,
    /// Print no error messages, and no progress of downloads
    #[arg(short = 's', long = "silent")]
    pub(crate) silent: bool,
    /// Fail without output when the status is 400 or above
    #[arg(short = 'f', long = "fail")]
    pub(crate) fail: bool,
    /// Request a compressed body, and decode it
    #[arg(long)]
    pub(crate) compressed: bool,
    /// Follow redirects
    #[arg(short = 'L', long = "location")]
    pub(crate) location: bool,
    /// With -L, fail at more than N redirects; -1 means no limit
    #[arg(long, value_name = "N", default_value = "20", value_parser = redirects)]
    #[arg(allow_hyphen_values = true)]
    pub(crate) max_redirs: u32,
    /// Read responses that break these rules as well: all, or names such as line-without-colon
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = tolerance)]
    pub(crate) lenient: Vec<Lenient>,
    /// Refuse every response that breaks a rule
    #[arg(long, conflicts_with = "lenient")]
    pub(crate) strict: bool,
    /// Authenticate to the server (Basic)
    #[arg(short = 'u', long = "user", value_name = "USER:PASSWORD")]
    pub(crate) user: Option<String>,
    /// Limit on each wait for bytes of the server, in seconds; 0 means no limit
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    pub(crate) read_timeout: Seconds,
    /// Limit on each wait for the server to take more of the request, in seconds; 0 means no limit
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    pub(crate) write_timeout: Seconds,
    /// Limit on each request as a whole, in seconds [default: no limit]
    #[arg(short = 'm', long = "max-time", value_name = "SECONDS", default_value = "0")]
    #[arg(hide_default_value = true)]
    pub(crate) max_time: Seconds,
    #[command(flatten)]
    pub(crate) speed: SpeedArgs,
    #[command(flatten)]
    pub(crate) outputs: OutputArgs,
    /// The driver: std (blocking calls) or tokio
    #[arg(long, value_name = "NAME", default_value = "std")]
    pub(crate) driver: Driver,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
}

impl RequestArgs {
    /// Returns the rules that servers may break.
    pub(crate) fn tolerances(&self) -> Lenient {
        let start = if self.strict { Lenient::NONE } else { Lenient::CLIENT };
        self.lenient.iter().fold(start, |all, one| all | *one)
    }

    /// Checks how the arguments fit together, which clap does not.
    pub(crate) fn check(&self) -> Result<(), String> {
        let (outputs, urls) = (self.output.len(), self.urls.len());
        if outputs > urls {
            return Err(format!("-o is given {outputs} times, for {urls} URL(s)"));
        }
        Ok(())
    }

    /// Returns the method: the given one, or the one that the other arguments imply.
    pub(crate) fn method(&self) -> &str {
        match &self.method {
            Some(method) => method,
            None if self.data.is_empty() => "GET",
            None => "POST",
        }
    }
}

/// Reads a number of redirects.
fn redirects(text: &str) -> Result<u32, &'static str> {
    match text {
        // More than any request follows.
        "-1" => Ok(u32::MAX),
        text => text.parse().map_err(|_| "write a number of redirects, or -1 for any number"),
    }
}

/// `Name: value`, `Name;` or `Name:`, as one argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldArg {
    pub(crate) name: String,
    /// The value; `None` removes the field.
    pub(crate) value: Option<String>,
}

impl FromStr for FieldArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = match (text.split_once(':'), text.strip_suffix(';')) {
            (Some((name, value)), _) => {
                (name, Some(value.trim()).filter(|value| !value.is_empty()))
            }
            (None, Some(name)) => (name, Some("")),
            (None, None) => return Err("write it as 'Name: value'"),
        };
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(is_token) {
            return Err("the name before the colon has a character that no field name has");
        }
        if value.is_some_and(|value| value.chars().any(|c| c.is_ascii_control() && c != '\t')) {
            return Err("the value has a control character");
        }
        Ok(Self { name: name.to_owned(), value: value.map(str::to_owned) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contradicting_arguments_are_rejected() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn field_without_a_value_is_empty_or_removed() {
        let value = |text: &str| text.parse::<FieldArg>().map(|field| field.value);
        assert_eq!(value("X;"), Ok(Some(String::new())));
        assert_eq!(value("X:"), Ok(None));
        assert_eq!(value("X: \t"), Ok(None));
        assert_eq!(value("X: ;"), Ok(Some(";".into())));
        assert!(value("X;y").is_err() && value(";").is_err() && value(":").is_err());
    }

    #[test]
    fn a_field_keeps_its_colons() {
        let field: FieldArg = "X-Time:  12:30 ".parse().unwrap();
        assert_eq!((field.name.as_str(), field.value.as_deref()), ("X-Time", Some("12:30")));
        assert!("X-Time 12".parse::<FieldArg>().is_err());
        assert!("X Time: 12".parse::<FieldArg>().is_err());
        assert!("X: a\r\nY: b".parse::<FieldArg>().is_err());
    }
}
