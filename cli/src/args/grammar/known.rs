//! The options that there are, by name and letter.

use std::collections::HashMap;

use clap::{Arg, Command};

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
}
