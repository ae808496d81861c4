//! Hosts whose addresses are configured.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::url::normal_host;
use crate::stored::stored_struct;

/// A table of hosts and their addresses, which takes precedence over the resolver. Empty by default.
///
/// ```
/// use limpid_core::client::Hosts;
///
/// let mut hosts = Hosts::default();
/// hosts.add("www.example.com", 443, ["127.0.0.1".parse()?]);
/// assert_eq!(hosts.addresses("www.example.com", 443).map(<[_]>::len), Some(1));
/// assert_eq!(hosts.addresses("www.example.com", 80), None);
/// # Ok::<(), core::net::AddrParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hosts {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// `*` matches every host without an entry.
    host: String,
    port: u16,
    addresses: Vec<IpAddr>,
}

stored_struct! {
    Hosts { entries }
    Entry { host port addresses }
}

impl Hosts {
    /// Adds addresses for this port of `host`; `*` stands for every host without an entry. They are
    /// tried like those of a resolver, and replace an earlier entry for the same host and port.
    pub fn add(&mut self, host: &str, port: u16, addresses: impl Into<Vec<IpAddr>>) {
        let host = normal_host(host).map_or_else(|| host.into(), Cow::into_owned);
        self.entries.retain(|entry| entry.port != port || entry.host != host);
        self.entries.push(Entry { host, port, addresses: addresses.into() });
    }

    /// Returns the addresses of a host, in the form of [`Url::host`](super::Url::host), if it has an
    /// entry.
    #[must_use]
    pub fn addresses(&self, host: &str, port: u16) -> Option<&[IpAddr]> {
        let of =
            |name: &str| self.entries.iter().find(|entry| entry.port == port && entry.host == name);
        of(host).or_else(|| of("*")).map(|entry| entry.addresses.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_of_a_host_precedes_the_wildcard_and_the_last_one_counts() {
        let [one, two, three] = [1, 2, 3].map(|last| IpAddr::from([192, 0, 2, last]));
        let mut hosts = Hosts::default();
        hosts.add("A.test", 80, [one]);
        hosts.add("*", 80, [two]);
        assert_eq!(hosts.addresses("a.test", 80), Some(&[one][..]));
        assert_eq!(hosts.addresses("b.test", 80), Some(&[two][..]));
        assert_eq!(hosts.addresses("b.test", 443), None);
        hosts.add("a.test", 80, [three, one]);
        assert_eq!(hosts.addresses("a.test", 80), Some(&[three, one][..]));
    }
}
