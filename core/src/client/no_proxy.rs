//! Hosts that are reached without a proxy, as in `NO_PROXY`.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::url::{normal_host, without_zone};
use crate::stored::{stored_enum, stored_struct};

/// A list of hosts that are reached without a proxy.
///
/// Commas or blanks separate the entries. Their meaning is that of curl, except that curl does not
/// support `*.` before a name, `*` beside other entries, or ports:
///
/// | entry | hosts |
/// |---|---|
/// | `*` | all |
/// | `example.com`, `.example.com`, `*.example.com` | this domain and its subdomains |
/// | `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]` | this address, if the URL contains it |
/// | `192.0.2.0/24`, `2001:db8::/32` | the addresses of this network, if the URL contains them |
///
/// A port after a name, an IPv4 address or brackets, as in `example.com:8080`, restricts an entry to
/// that port. Names are not looked up, so they match no addresses. Any other entry matches nothing
/// and is not an error, because lists are often written for programs with other rules.
///
/// ```
/// use limpid_core::client::NoProxy;
///
/// let list = NoProxy::from("localhost, .example.com, 10.0.0.0/8");
/// assert!(list.covers("www.example.com", 443));
/// assert!(list.covers("10.1.2.3", 80));
/// assert!(!list.covers("www.example.org", 443));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoProxy {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    hosts: Hosts,
    /// The only port that the entry matches, if any.
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Hosts {
    All,
    /// A domain and its subdomains.
    Domain(String),
    /// The addresses that share this many leading bits with this one.
    Network(IpAddr, u32),
}

stored_struct! {
    NoProxy { entries }
    Entry { hosts port }
}

stored_enum! {
    Hosts {
        0 All,
        1 Domain(name),
        2 Network(address, bits),
    }
}

impl From<&str> for NoProxy {
    fn from(list: &str) -> Self {
        let parts = list.split(|c: char| c == ',' || c.is_ascii_whitespace());
        let entries = parts.filter(|part| !part.is_empty()).filter_map(Entry::read).collect();
        Self { entries }
    }
}

impl NoProxy {
    /// Returns whether this host is reached without a proxy. It is a name in lower case, or an
    /// address without brackets, as in [`Url::host`](super::Url::host).
    #[must_use]
    pub fn covers(&self, host: &str, port: u16) -> bool {
        let host = without_zone(host);
        let address = host.parse().ok();
        let host = host.strip_suffix('.').unwrap_or(host);
        self.entries.iter().any(|entry| {
            entry.port.is_none_or(|only| only == port) && entry.hosts.have(host, address)
        })
    }
}

impl Entry {
    fn read(text: &str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, port)) => (address, port.strip_prefix(':')),
            // Several colons are those of an IPv6 address.
            None => match text.split_once(':').filter(|(_, rest)| !rest.contains(':')) {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        let port = match port {
            Some(digits) => Some(digits.parse().ok()?),
            None => None,
        };
        Some(Self { hosts: Hosts::read(host)?, port })
    }
}

impl Hosts {
    fn read(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::All);
        }
        if let Some((address, bits)) = text.split_once('/') {
            let (address, bits): (IpAddr, u32) = (address.parse().ok()?, bits.parse().ok()?);
            return (bits <= width(address)).then_some(Self::Network(address, bits));
        }
        if let Ok(address) = text.parse() {
            return Some(Self::Network(address, width(address)));
        }
        let name = text.strip_prefix("*.").or(text.strip_prefix('.')).unwrap_or(text);
        normal_host(name.strip_suffix('.').unwrap_or(name))
            .map(|name| Self::Domain(name.into_owned()))
    }

    fn have(&self, host: &str, address: Option<IpAddr>) -> bool {
        match self {
            Self::All => true,
            Self::Network(network, bits) => {
                address.is_some_and(|address| shares(*network, address, *bits))
            }
            Self::Domain(name) => {
                let above = host.strip_suffix(name.as_str());
                above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
            }
        }
    }
}

/// Returns the number of bits of an address.
const fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Returns whether two addresses have the same leading `bits`.
fn shares(one: IpAddr, other: IpAddr, bits: u32) -> bool {
    let differing = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => u128::from(one.to_bits() ^ other.to_bits()) << 96,
        (IpAddr::V6(one), IpAddr::V6(other)) => one.to_bits() ^ other.to_bits(),
        _ => return false,
    };
    differing.leading_zeros() >= bits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list, what it covers, and what it does not.
    const EXAMPLES: &[(&str, &[&str], &[&str])] = &[
        ("", &[], &["example.com", "127.0.0.1"]),
        ("*", &["example.com", "127.0.0.1", "::1"], &[]),
        ("example.com", &["example.com", "www.example.com", "example.com."], &["badexample.com"]),
        (".example.com", &["example.com", "a.b.example.com"], &["example.org"]),
        ("*.example.com", &["example.com", "www.example.com"], &["example.com.org"]),
        ("EXAMPLE.com.", &["www.example.com"], &["com"]),
        ("a.test,b.test c.test,, ", &["a.test", "b.test", "c.test"], &["d.test"]),
        ("192.0.2.1", &["192.0.2.1"], &["192.0.2.10", "192.0.2.1.example.com"]),
        ("192.0.2.0/24", &["192.0.2.0", "192.0.2.255"], &["192.0.3.0", "::1"]),
        ("0.0.0.0/0", &["192.0.2.1"], &["::1", "example.com"]),
        ("2001:db8::/32", &["2001:db8:1::1"], &["2001:db9::1", "32.1.13.184"]),
        ("::1 [::2]", &["::1", "::2"], &["::3"]),
        #[cfg(feature = "idna")]
        ("xn--mnchen-3ya.test", &["xn--mnchen-3ya.test"], &["münchen.test"]),
        ("10.*,10.0.0.0/33,a:b,exa mple", &["mple"], &["10.0.0.1", "a", "b", "example"]),
    ];

    #[test]
    fn list_covers_its_entries() {
        for (list, covered, others) in EXAMPLES {
            let no_proxy = NoProxy::from(*list);
            for host in *covered {
                assert!(no_proxy.covers(host, 80), "{list:?} covers {host}");
            }
            for host in *others {
                assert!(!no_proxy.covers(host, 80), "{list:?} does not cover {host}");
            }
        }
    }

    #[test]
    fn port_restricts_an_entry() {
        let list = NoProxy::from("a.test:8080 192.0.2.1:80 [::1]:443 *:81");
        assert!(list.covers("a.test", 8080) && list.covers("www.a.test", 8080));
        assert!(list.covers("192.0.2.1", 80) && list.covers("::1", 443));
        assert!(list.covers("b.test", 81));
        assert!(!list.covers("a.test", 80) && !list.covers("::1", 80));
    }

    #[test]
    #[cfg(feature = "idna")]
    fn name_may_be_in_any_script() {
        assert!(NoProxy::from("münchen.test").covers("www.xn--mnchen-3ya.test", 80));
    }
}
