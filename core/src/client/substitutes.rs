//! Hosts to connect to instead of those of URLs, and families of addresses.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::url::normal_host;
use crate::stored::{stored_enum, stored_struct};

/// A family of IP addresses.
///
/// [`Substitutes`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressFamily {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// A table of hosts to connect to instead of those of URLs. The request, the Host field and the name in the certificate stay
/// those of the URL. Empty by default.
///
/// ```
/// use limpid_core::client::{AddressFamily, RouteOptions, Substitutes};
///
/// let mut substitutes = Substitutes::default();
/// substitutes.add("www.example.com", Some(80), "localhost", Some(8080));
/// let family = Some(AddressFamily::V4);
/// let options = RouteOptions { substitutes, family, ..RouteOptions::default() };
/// # drop(options);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Substitutes {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// Empty for every host.
    host: String,
    /// `None` for every port.
    port: Option<u16>,
    /// Empty for the same host.
    to_host: String,
    /// `None` for the same port.
    to_port: Option<u16>,
}

stored_enum! { AddressFamily { 0 V4, 1 V6, } }

stored_struct! {
    Substitutes { entries }
    Entry { host port to_host to_port }
}

impl Substitutes {
    /// Adds an entry. An empty `host` and no `port` stand for every one, an empty `to_host` and no `to_port` for the same.
    pub fn add(&mut self, host: &str, port: Option<u16>, to_host: &str, to_port: Option<u16>) {
        let normal = |host: &str| normal_host(host).map_or_else(|| host.into(), Cow::into_owned);
        let (host, to_host) = (normal(host), normal(to_host));
        self.entries.push(Entry { host, port, to_host, to_port });
    }

    /// Returns the host and the port to connect to: those of the first entry that matches.
    pub(super) fn of<'s>(&'s self, host: &'s str, port: u16) -> (&'s str, u16) {
        let is_it = |entry: &&Entry| {
            (entry.host.is_empty() || entry.host == host)
                && entry.port.is_none_or(|own| own == port)
        };
        match self.entries.iter().find(is_it) {
            None => (host, port),
            Some(entry) => {
                let host = if entry.to_host.is_empty() { host } else { &entry.to_host };
                (host, entry.to_port.unwrap_or(port))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_entry_that_matches_decides() {
        let mut table = Substitutes::default();
        assert_eq!(table.of("a", 80), ("a", 80));
        table.add("A.test", Some(80), "b.test", Some(81));
        table.add("a.test", None, "c.test", None);
        table.add("", Some(82), "", Some(83));
        assert_eq!(table.of("a.test", 80), ("b.test", 81));
        assert_eq!(table.of("a.test", 90), ("c.test", 90));
        assert_eq!(table.of("d.test", 82), ("d.test", 83));
        assert_eq!(table.of("d.test", 80), ("d.test", 80));
    }
}
