//! The credentials of requests: those of options, of the URL, or of a netrc file.

use std::io::{self, IsTerminal};

use limpid_core::client::{Url, basic};

use super::login::Login;
use super::netrc::Netrc;
use super::refusal::Refusal;
use crate::args::{AuthArgs, Scheme};
use crate::driver::Draft;
use crate::interrupts::Interrupt;

/// Where credentials come from.
pub(super) struct Credentials {
    scheme: Scheme,
    bearer: Option<String>,
    /// Those of `-u`.
    login: Option<Login>,
    netrc: Option<Netrc>,
    /// Whether those of the URL go before those of the file.
    prefers_url: bool,
}

impl Credentials {
    /// Reads the arguments. The terminal is asked for a password that is missing.
    pub(super) fn read(args: &AuthArgs) -> Result<Self, Refusal> {
        let login = args.user.as_deref().map(|user| match user.split_once(':') {
            Some((user, password)) => Ok(Login { user: user.into(), password: password.into() }),
            None => password_of(user).map(|password| Login { user: user.into(), password }),
        });
        let netrc = match args.netrc() {
            // A missing file in the home directory is no error where it is optional.
            Some(path) if args.netrc_optional && !path.exists() => None,
            Some(path) => Some(Netrc::read(&path)?),
            None => None,
        };
        Ok(Self {
            scheme: args.scheme(),
            bearer: args.oauth2_bearer.clone(),
            login: login.transpose()?,
            netrc,
            prefers_url: args.netrc_optional,
        })
    }

    /// Returns the user and the password for a URL.
    pub(super) fn for_url(&self, url: &Url) -> Option<Login> {
        if let Some(login) = &self.login {
            return Some(login.clone());
        }
        let of_url = url.credentials().map(|(user, password)| Login { user, password });
        let has_password = of_url.as_ref().is_some_and(|login| !login.password.is_empty());
        let Some(netrc) = &self.netrc else { return of_url };
        if self.prefers_url && has_password {
            return of_url;
        }
        // A user in the URL stays, and selects an entry if one has it.
        match of_url {
            None => netrc.login(url.host()),
            Some(of_url) => {
                let found = netrc.password(url.host(), &of_url.user);
                let password = found.unwrap_or(of_url.password);
                Some(Login { user: of_url.user, password })
            }
        }
    }

    /// Returns the scheme and the login for a URL, if the server is to ask for them.
    pub(super) fn asked(&self, url: &Url) -> Option<(Scheme, Login)> {
        let begins = self.bearer.is_none() && self.scheme != Scheme::Basic;
        self.for_url(url).filter(|_| begins).map(|login| (self.scheme, login))
    }

    /// Adds the field that authenticates the first request, if one does.
    pub(super) fn add(&self, url: &Url, draft: &mut Draft<'_>) {
        if let Some(token) = &self.bearer {
            draft.add("Authorization", ["Bearer ", token].concat().into());
            return;
        }
        match (self.scheme, self.for_url(url)) {
            (Scheme::Basic, Some(Login { user, password })) => {
                draft.add("Authorization", basic(&user, &password));
            }
            // The server is to ask first, also for the credentials in the URL.
            (Scheme::Digest | Scheme::Any, _) => draft.removed.push("Authorization"),
            (Scheme::Basic, None) => {}
        }
    }
}

/// Asks the terminal for the password of a user, without showing it. Without a terminal, reads a line of standard
/// input, as curl does.
fn password_of(user: &str) -> Result<Vec<u8>, Refusal> {
    let refused =
        |error: io::Error| Refusal::usage(format!("cannot read the password of {user}: {error}"));
    let prompt = format!("Enter host password for user '{user}':");
    let password = match rpassword::prompt_password(prompt) {
        Ok(password) => password,
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            Interrupt::Interrupt.end_process()
        }
        Err(error) if io::stdin().is_terminal() => return Err(refused(error)),
        Err(_) => {
            let mut line = String::new();
            io::stdin().read_line(&mut line).map_err(refused)?;
            line.trim_end_matches(['\r', '\n']).to_owned()
        }
    };
    Ok(password.into_bytes())
}
