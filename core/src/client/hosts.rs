//! Hosts whose addresses are known, so that no resolver is asked.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::url::normal_host;

/// Hosts and their addresses, as a person has written them down. None by default.
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
    /// `*` is every host that has no entry of its own.
    host: String,
    port: u16,
    addresses: Vec<IpAddr>,
}

impl Hosts {
    /// Connections to this port of `host`, or of every other host if that is `*`, are opened to
    /// these addresses, tried like those of a resolver. What was added before for the same is
    /// forgotten.
    pub fn add(&mut self, host: &str, port: u16, addresses: impl Into<Vec<IpAddr>>) {
        let host = normal_host(host).map_or_else(|| host.into(), Cow::into_owned);
        self.entries.retain(|entry| entry.port != port || entry.host != host);
        self.entries.push(Entry { host, port, addresses: addresses.into() });
    }

    /// The addresses of a host, in the form that [`Url::host`](super::Url::host) has, if they are
    /// known.
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
    fn a_host_of_its_own_counts_more_than_all_and_the_last_most() {
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
