//! The options that there are, by name and letter.

use std::collections::HashMap;

use clap::{Arg, Command};

use super::error::GrammarError;
use super::others::{IGNORED, Other, REFUSED};

/// What an option is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One of limpid, without a value.
    Flag,
    /// One of limpid, with a value.
    Value,
    /// `-K`.
    Config,
    /// `--next`.
    Next,
    /// One of curl that has no effect here; whether it has a value.
    Ignored(bool),
    /// One of curl that is not taken, and what to do instead.
    Refused(&'static str),
}

/// The options that there are.
pub(in super::super) struct Known {
    by_name: HashMap<String, (String, Kind)>,
    by_letter: HashMap<char, String>,
}

/// Flags that cannot be negated, as in curl.
const NOT_BOOLEAN: [&str; 18] = [
    "get", "http1.0", "http1.1", "ipv4", "ipv6", "tlsv1", "tlsv1.0", "tlsv1.1", "tlsv1.2",
    "tlsv1.3", "help", "version", "next", "ssl3", "ftp-pasv", "http2", "http3", "sslv2",
];

impl Known {
    /// Returns the options of this command, and those of curl.
    pub(in super::super) fn of(command: &Command) -> Self {
        let mut known = Self { by_name: HashMap::new(), by_letter: HashMap::new() };
        for Other { long, short, takes_value, .. } in IGNORED {
            known.add(long, *short, Kind::Ignored(*takes_value));
        }
        for Other { long, short, why, .. } in REFUSED {
            known.add(long, *short, Kind::Refused(why));
        }
        known.add("config", Some('K'), Kind::Config);
        known.add("next", Some(':'), Kind::Next);
        command.get_arguments().for_each(|arg| known.add_arg(arg));
        known
    }

    fn add(&mut self, name: &str, letter: Option<char>, kind: Kind) {
        self.by_name.insert(name.to_owned(), (name.to_owned(), kind));
        if let Some(letter) = letter {
            self.by_letter.insert(letter, name.to_owned());
        }
    }

    fn add_arg(&mut self, arg: &Arg) {
        let Some(long) = arg.get_long() else { return };
        let takes_values = arg.get_num_args().is_none_or(|range| range.takes_values());
        let kind =
            if arg.get_action().takes_values() && takes_values { Kind::Value } else { Kind::Flag };
        self.add(long, arg.get_short(), kind);
        for alias in arg.get_all_aliases().into_iter().flatten() {
            self.by_name.insert(alias.to_owned(), (long.to_owned(), kind));
        }
        for letter in arg.get_all_short_aliases().into_iter().flatten() {
            self.by_letter.insert(letter, long.to_owned());
        }
    }

    /// Returns the name and the kind of the option with this name or alias.
    pub(super) fn named(&self, name: &str) -> Option<(&str, Kind)> {
        self.by_name.get(name).map(|(name, kind)| (name.as_str(), *kind))
    }

    /// Returns the name and the kind of the option with this letter.
    pub(super) fn lettered(&self, letter: char) -> Option<(&str, Kind)> {
        self.by_letter.get(&letter).and_then(|name| self.named(name))
    }

    /// Returns the option that `name` switches off: that of `no-NAME`, or `no-NAME` where that is the option.
    pub(super) fn negated(&self, name: &str) -> Option<(&str, Kind)> {
        let of = |name: &str| {
            self.named(name).filter(|(name, kind)| {
                !matches!(kind, Kind::Value | Kind::Config | Kind::Next | Kind::Ignored(true))
                    && !NOT_BOOLEAN.contains(name)
            })
        };
        match name.strip_prefix("no-") {
            Some(positive) => of(positive),
            None => of(&["no-", name].concat()),
        }
    }

    /// Returns a name in full: as in curl, the beginning that only one option has stands for its name, in either case. A
    /// name that is not known stays as it is.
    ///
    /// # Errors
    /// Several options begin so.
    pub(super) fn full<'n>(&'n self, name: &'n str) -> Result<&'n str, GrammarError> {
        let is_known = |(name, _)| self.named(name).is_some();
        if name.is_empty()
            || self.named(name).is_some()
            || self.negated(name).is_some()
            || name.split_once('=').is_some_and(is_known)
        {
            return Ok(name);
        }
        let begins = |full: &&str| {
            full.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        };
        let mut names: Vec<&str> = self.by_name.keys().map(String::as_str).filter(begins).collect();
        if let Some(whole) = names.iter().find(|full| full.len() == name.len()) {
            return Ok(whole);
        }
        names.sort_unstable();
        match names[..] {
            [] => Ok(name),
            [full] => Ok(full),
            _ => Err(GrammarError::Usage(format!(
                "--{name} is the beginning of several options: --{}",
                names.join(", --")
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction};

    use super::*;

    #[test]
    fn beginning_that_only_one_option_has_is_its_name() {
        let arg = |name| Arg::new(name).long(name).action(ArgAction::SetTrue);
        let names = ["silent", "location", "location-trusted", "log"];
        let known = Known::of(&Command::new("test").args(names.map(arg)));
        let full = |name| known.full(name).ok();
        for (name, expected) in [
            ("sil", "silent"),
            ("SILENT", "silent"),
            ("no-sil", "no-sil"),
            ("location", "location"),
            ("LOCATION", "location"),
            ("location-", "location-trusted"),
            ("missing", "missing"),
            ("", ""),
        ] {
            assert_eq!(full(name), Some(expected), "{name}");
        }
        let Err(GrammarError::Usage(message)) = known.full("loc") else {
            panic!("it is ambiguous")
        };
        assert!(message.ends_with("--location, --location-trusted"), "{message}");
    }
}
