//! Netrc files: logins by host.

use std::fs;
use std::path::Path;

use super::login::Login;
use super::refusal::Refusal;

/// The entries of a netrc file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Netrc {
    entries: Vec<Entry>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Entry {
    /// The host; `None` for the default.
    host: Option<String>,
    user: String,
    password: String,
}

impl Netrc {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, Refusal> {
        let text = fs::read_to_string(path)
            .map_err(|error| Refusal::read(format!("cannot read {}: {error}", path.display())))?;
        Ok(Self::parse(&text))
    }

    fn parse(text: &str) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        let mut tokens = tokens(text).into_iter();
        while let Some(token) = tokens.next() {
            match token.as_str() {
                "machine" => entries.push(Entry { host: tokens.next(), ..Entry::default() }),
                "default" => entries.push(Entry::default()),
                "login" | "password" => {
                    let value = tokens.next().unwrap_or_default();
                    match entries.last_mut() {
                        Some(entry) if token == "login" => entry.user = value,
                        Some(entry) => entry.password = value,
                        None => {}
                    }
                }
                "account" => drop(tokens.next()),
                _ => {}
            }
        }
        Self { entries }
    }

    /// Returns the login for a host.
    pub(super) fn login(&self, host: &str) -> Option<Login> {
        let entry = self.of_host(host).next()?;
        Some(Login { user: entry.user.clone().into(), password: entry.password.clone().into() })
    }

    /// Returns the password of a user for a host. That of an entry without a user, or of the default, is everyone's.
    pub(super) fn password(&self, host: &str, user: &[u8]) -> Option<Vec<u8>> {
        let own = self.of_host(host).find(|entry| entry.user.as_bytes() == user);
        let common = |entry: &&Entry| entry.host.is_none() || entry.user.is_empty();
        let entry = own.or_else(|| self.of_host(host).find(common))?;
        Some(entry.password.clone().into())
    }

    /// Returns the entries of a host, and the default.
    fn of_host(&self, host: &str) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| {
            entry.host.as_deref().is_none_or(|name| name.eq_ignore_ascii_case(host))
        })
    }
}

/// Returns the words of the file; those in quotes may contain spaces and escapes. Comments and macros are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut in_macro = false;
    for line in text.lines() {
        // A macro ends at an empty line.
        in_macro = in_macro && !line.trim().is_empty();
        if in_macro || line.trim_start().starts_with('#') {
            continue;
        }
        let mut rest = line.trim_start();
        while !rest.is_empty() {
            let (token, left) = token(rest);
            if token == "macdef" {
                in_macro = true;
                break;
            }
            tokens.push(token);
            rest = left.trim_start();
        }
    }
    tokens
}

/// Returns the first word, and what follows it.
fn token(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut out = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, c)) = characters.next() {
        match c {
            '"' => return (out, &quoted[index + 1..]),
            '\\' => match characters.next() {
                Some((_, 'n')) => out.push('\n'),
                Some((_, 'r')) => out.push('\r'),
                Some((_, 't')) => out.push('\t'),
                Some((_, c)) => out.push(c),
                None => {}
            },
            c => out.push(c),
        }
    }
    (out, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(text: &str, host: &str) -> Option<(String, String)> {
        let login = Netrc::parse(text).login(host)?;
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Some((text(login.user), text(login.password)))
    }

    #[test]
    fn entry_of_the_host_is_used() {
        let text =
            "machine a.test login me password pw\nmachine b.test\n  password p2\n  login you # x\n";
        assert_eq!(login(text, "A.test"), Some(("me".into(), "pw".into())));
        assert_eq!(login(text, "b.test"), Some(("you".into(), "p2".into())));
        assert_eq!(login(text, "c.test"), None);
    }

    #[test]
    fn password_is_that_of_the_user() {
        let text = "machine a.test login me password pw\nmachine a.test login you password p2\n\
                    machine b.test password p3\ndefault login any password p4";
        let password = |host, user: &str| Netrc::parse(text).password(host, user.as_bytes());
        assert_eq!(password("a.test", "you").as_deref(), Some(&b"p2"[..]));
        assert_eq!(password("b.test", "you").as_deref(), Some(&b"p3"[..]));
        assert_eq!(password("a.test", "other").as_deref(), Some(&b"p4"[..]));
        assert_eq!(
            Netrc::parse("machine a.test login me password pw").password("a.test", b"x"),
            None
        );
    }

    #[test]
    fn default_is_for_every_other_host() {
        let text = "machine a.test login me password pw\ndefault login any password x";
        assert_eq!(login(text, "b.test"), Some(("any".into(), "x".into())));
        assert_eq!(login(text, "a.test"), Some(("me".into(), "pw".into())));
    }

    #[test]
    fn quotes_comments_and_macros_are_read() {
        let text = "# machine a login b password c\nmacdef init\nmachine x login y password z\n\n\
                    machine a.test login \"a b\" password \"c\\\"d\"";
        assert_eq!(login(text, "a.test"), Some(("a b".into(), "c\"d".into())));
        assert_eq!(login(text, "x"), None);
    }
}
