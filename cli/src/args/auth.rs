//! The arguments about authentication.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Authentication")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command")]
pub(crate) struct AuthArgs {
    /// Authenticate to the server; without a password, the terminal asks for it
    #[arg(short = 'u', long = "user", value_name = "USER:PASSWORD")]
    pub(crate) user: Option<String>,
    /// Authenticate with the Basic scheme, as without this option
    #[arg(long)]
    basic: bool,
    /// Authenticate with the Digest scheme, after the server has asked for it
    #[arg(long)]
    digest: bool,
    /// Authenticate with the most secure scheme that the server offers
    #[arg(long)]
    anyauth: bool,
    /// Authenticate with this token (Bearer)
    #[arg(long, value_name = "TOKEN")]
    pub(crate) oauth2_bearer: Option<String>,
    /// Take the user and the password from ~/.netrc
    #[arg(short = 'n', long)]
    netrc: bool,
    /// Take the user and the password from FILE, in the format of .netrc
    #[arg(long, value_name = "FILE")]
    netrc_file: Option<PathBuf>,
    /// Take the user and the password from ~/.netrc unless the URL has them
    #[arg(long)]
    pub(crate) netrc_optional: bool,
    /// Refuse URLs with a user
    #[arg(long)]
    pub(crate) disallow_username_in_url: bool,
}

/// When the credentials are sent, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Basic, with the first request.
    Basic,
    /// Digest, once the server has asked for it.
    Digest,
    /// What the server asks for.
    Any,
}

impl AuthArgs {
    /// Returns how the credentials are sent.
    pub(crate) const fn scheme(&self) -> Scheme {
        match (self.anyauth, self.digest, self.basic) {
            (true, _, _) | (false, true, true) => Scheme::Any,
            (false, true, false) => Scheme::Digest,
            (false, false, _) => Scheme::Basic,
        }
    }

    /// Returns the netrc file to read, if one is asked for.
    pub(crate) fn netrc(&self) -> Option<PathBuf> {
        if let Some(file) = &self.netrc_file {
            return Some(file.clone());
        }
        let home = || std::env::home_dir().map(|home| home.join(".netrc"));
        (self.netrc || self.netrc_optional).then(home).flatten()
    }
}
