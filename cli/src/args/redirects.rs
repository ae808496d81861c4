//! The arguments about redirects.

use clap::Args;
use limpid_core::client::{RedirectMethod, RedirectRules, Scheme};

use super::message::MessageArgs;
use super::urls::{Protocols, UrlArgs, allow};

#[derive(Debug, Args)]
#[command(next_help_heading = "Redirects")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command")]
pub(crate) struct RedirectArgs {
    /// Follow redirects
    #[arg(short = 'L', long = "location")]
    pub(crate) location: bool,
    /// Follow redirects, and send what authenticates to other hosts too
    #[arg(long)]
    location_trusted: bool,
    /// With -L, send the data again after 301
    #[arg(long)]
    post301: bool,
    /// With -L, send the data again after 302
    #[arg(long)]
    post302: bool,
    /// With -L, send the data again after 303
    #[arg(long)]
    post303: bool,
    /// The protocols that redirects may lead to, as --proto has them
    #[arg(long, value_name = "NAMES")]
    proto_redir: Vec<Protocols>,
    /// With -L, fail at more than N redirects; -1 means no limit
    #[arg(long, value_name = "N", default_value = "50", value_parser = redirects)]
    #[arg(allow_hyphen_values = true)]
    pub(crate) max_redirs: u32,
}

impl RedirectArgs {
    /// Returns what the request after a redirect keeps of this message, which is an upload of `-T` or another one.
    pub(crate) fn rules(
        &self,
        message: &MessageArgs,
        urls: &UrlArgs,
        is_upload: bool,
    ) -> RedirectRules {
        let allows = |scheme| urls.allows(scheme) && allow(&self.proto_redir, scheme);
        RedirectRules {
            method: Some(RedirectMethod {
                body_after_301: self.post301 || is_upload,
                body_after_302: self.post302 || is_upload,
                body_after_303: self.post303 && !is_upload,
                keeps_name: message.method.is_some(),
            }),
            trusted: self.location_trusted,
            referer: message.refers_redirects(),
            https_only: !allows(Scheme::Http),
        }
    }

    /// Returns how many redirects are followed, if any.
    pub(crate) fn most(&self) -> Option<u32> {
        (self.location || self.location_trusted).then_some(self.max_redirs)
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
