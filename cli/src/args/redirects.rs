//! The arguments about redirects.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct RedirectArgs {
    /// Follow redirects
    #[arg(short = 'L', long = "location")]
    pub(crate) location: bool,
    /// With -L, fail at more than N redirects; -1 means no limit
    #[arg(long, value_name = "N", default_value = "20", value_parser = redirects)]
    #[arg(allow_hyphen_values = true)]
    pub(crate) max_redirs: u32,
}

impl RedirectArgs {
    /// Returns how many redirects are followed, if any.
    pub(crate) fn most(&self) -> Option<u32> {
        self.location.then_some(self.max_redirs)
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
