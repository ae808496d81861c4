//! The arguments that are URLs.

use std::convert::Infallible;
use std::str::FromStr;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use limpid_core::client::Scheme;

#[derive(Debug, clap::Args)]
pub(crate) struct UrlArgs {
    #[command(flatten)]
    pub(crate) given: GivenUrls,
    /// Take {} and [] in URLs as they are
    #[arg(short = 'g', long)]
    pub(crate) globoff: bool,
    /// The protocols that may be spoken: names joined by commas, such as =https for it alone, or -http for all others
    #[arg(long, value_name = "NAMES")]
    pub(crate) proto: Vec<Protocols>,
    /// The scheme of URLs without one [default: http]
    #[arg(long, value_name = "NAME", value_parser = ["http", "https"])]
    pub(crate) proto_default: Option<String>,
}

impl UrlArgs {
    /// Returns the scheme of URLs without one.
    pub(crate) fn default_scheme(&self) -> &str {
        self.proto_default.as_deref().unwrap_or("http")
    }

    /// Checks whether a request with this scheme may be made.
    pub(crate) fn allows(&self, scheme: Scheme) -> bool {
        allow(&self.proto, scheme)
    }
}

/// Returns whether a scheme is allowed after these changes.
pub(super) fn allow(changes: &[Protocols], scheme: Scheme) -> bool {
    changes.iter().fold(true, |allowed, change| change.apply(scheme, allowed))
}

/// Changes to the set of protocols that are allowed: `=NAME` for it alone, `-NAME` without it, `NAME` or `+NAME` with it.
#[derive(Clone, Debug)]
pub(crate) struct Protocols(Vec<(Change, String)>);

#[derive(Clone, Copy, Debug)]
enum Change {
    Only,
    Add,
    Remove,
}

impl FromStr for Protocols {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let change = |part: &str| match part.as_bytes().first() {
            Some(b'=') => (Change::Only, part[1..].to_ascii_lowercase()),
            Some(b'-') => (Change::Remove, part[1..].to_ascii_lowercase()),
            Some(b'+') => (Change::Add, part[1..].to_ascii_lowercase()),
            _ => (Change::Add, part.to_ascii_lowercase()),
        };
        Ok(Self(text.split(',').map(change).collect()))
    }
}

impl Protocols {
    /// Returns whether a scheme is allowed after these changes, if it was `allowed` before.
    fn apply(&self, scheme: Scheme, allowed: bool) -> bool {
        self.0.iter().fold(allowed, |allowed, (change, name)| {
            let is_it = name == "all" || name == scheme.name();
            match change {
                Change::Only => is_it,
                Change::Add => allowed || is_it,
                Change::Remove => allowed && !is_it,
            }
        })
    }
}

/// The URLs, in the order of the command line.
#[derive(Debug)]
pub(crate) struct GivenUrls(pub(crate) Vec<String>);

impl Args for GivenUrls {
    fn augment_args(command: Command) -> Command {
        let urls = Arg::new("urls")
            .value_name("URL")
            .help("The URLs to request, in this order; without a scheme, http://. {a,b} and [1-3] stand for several")
            .action(ArgAction::Append)
            .required_unless_present("url");
        let url = Arg::new("url")
            .long("url")
            .value_name("URL")
            .help("A URL, as without --url")
            .action(ArgAction::Append);
        command.arg(urls).arg(url)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for GivenUrls {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut urls = Vec::new();
        for id in ["urls", "url"] {
            let values = matches.get_many::<String>(id).into_iter().flatten().cloned();
            urls.extend(matches.indices_of(id).into_iter().flatten().zip(values));
        }
        urls.sort();
        Ok(Self(urls.into_iter().map(|(_, url)| url).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
