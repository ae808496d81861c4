//! The arguments about what is sent.

use std::path::PathBuf;

use clap::Args;

use super::cookies::CookieArgs;
use super::data::{DataArgs, FormArgs, QueryArgs};
use super::field::HeaderArg;
use super::seconds::Seconds;
use super::time_cond::TimeCondition;

/// The end of a Referer that redirects replace.
const AUTO: &str = ";auto";

#[derive(Debug, Args)]
#[command(next_help_heading = "Request")]
pub(crate) struct MessageArgs {
    /// Request method [default: GET; HEAD with -I, PUT with -T, POST with data]
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    pub(crate) method: Option<String>,
    /// Add a field to the request, or those of FILE; may be repeated. 'NAME:' removes a field that would be sent by
    /// itself, 'NAME;' sends one without a value
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE|@FILE")]
    pub(crate) headers: Vec<HeaderArg>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// Send the data in the query of the URL, with GET
    #[arg(short = 'G', long = "get")]
    pub(crate) get: bool,
    #[command(flatten)]
    pub(crate) query: QueryArgs,
    #[command(flatten)]
    pub(crate) form: FormArgs,
    /// In the names of forms, escape " and \ with \ instead of percent-encoding
    #[arg(long)]
    pub(crate) form_escape: bool,
    /// Send this User-Agent; with '', none
    #[arg(short = 'A', long = "user-agent", value_name = "NAME")]
    pub(crate) user_agent: Option<String>,
    /// Send this Referer; with ';auto' at its end, after a redirect the URL that redirected
    #[arg(short = 'e', long = "referer", value_name = "URL")]
    pub(crate) referer: Option<String>,
    #[command(flatten)]
    pub(crate) cookies: CookieArgs,
    /// Request only these bytes, such as 0-499 or -500
    #[arg(short = 'r', long, value_name = "RANGE")]
    pub(crate) range: Option<String>,
    /// Request only what has changed since DATE, or the date of FILE; with - before it, only what has not. If it is
    /// neither, there is no condition
    #[arg(short = 'z', long = "time-cond", value_name = "DATE|FILE", allow_hyphen_values = true)]
    pub(crate) time_cond: Option<TimeCondition>,
    /// Request only what has another entity tag than FILE contains
    #[arg(long, value_name = "FILE")]
    pub(crate) etag_compare: Option<PathBuf>,
    /// Send requests of HTTP/1.0
    #[arg(short = '0', long = "http1.0", overrides_with = "http11")]
    pub(crate) http10: bool,
    /// Send requests of HTTP/1.1, as without this option
    #[arg(long = "http1.1", overrides_with = "http10")]
    http11: bool,
    /// Send this request target instead of the URL's path and query
    #[arg(long, value_name = "TARGET")]
    pub(crate) request_target: Option<String>,
    /// Send . and .. in the path of the URL
    #[arg(long)]
    pub(crate) path_as_is: bool,
    /// How long to wait for 100 Continue before the body is sent, in seconds [default: 1]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) expect100_timeout: Option<Seconds>,
}

impl MessageArgs {
    /// Returns the Referer of the first request.
    pub(crate) fn first_referer(&self) -> Option<&str> {
        let referer = self.referer.as_deref()?;
        Some(referer.strip_suffix(AUTO).unwrap_or(referer)).filter(|referer| !referer.is_empty())
    }

    /// Returns whether requests after a redirect name the URL that redirected.
    pub(super) fn refers_redirects(&self) -> bool {
        self.referer.as_deref().is_some_and(|referer| referer.ends_with(AUTO))
    }

    /// Returns whether data or a form is sent as the body.
    pub(crate) fn has_body(&self) -> bool {
        !self.form.0.is_empty() || !(self.data.0.is_empty() || self.get)
    }

    /// Checks how the arguments fit together, which clap does not.
    pub(super) fn check(&self) -> Result<(), String> {
        if !self.form.0.is_empty() && !self.data.0.is_empty() {
            return Err(
                "a request has one body: -F or --form-string does not go with -d or --json".into(),
            );
        }
        Ok(())
    }
}
