//! Hosts of URLs: names, and addresses in all their notations.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};

use super::encode::percent_decode;
use super::error::UrlProblem;
use crate::wire::token;

/// Returns a host in its normal form, which is used to connect and to compare; `None` if it is
/// invalid. It is read as the URL standard does (WHATWG, section 3.5): escapes are decoded, and what
/// ends in a number is an IPv4 address. The zone of an IPv6 address follows a `%`.
pub(in super::super) fn normal_host(host: &str) -> Option<Cow<'_, str>> {
    if let Some(literal) = host.strip_prefix('[') {
        return literal.strip_suffix(']').and_then(ipv6).map(Cow::Owned);
    }
    if token::name_len(host.as_bytes()) == host.len() && is_normal(host) {
        return Some(Cow::Borrowed(host));
    }
    let host = String::from_utf8(percent_decode(host)).ok()?;
    // Characters of other scripts may map to digits and dots, or to invalid characters.
    let host = match host.is_ascii() {
        true => host.to_ascii_lowercase(),
        false => to_ascii(&host)?,
    };
    if ends_in_number(&host) {
        return ipv4(&host).map(|address| Cow::Owned(address.to_string()));
    }
    (token::name_len(host.as_bytes()) == host.len()).then_some(Cow::Owned(host))
}

/// Returns a name outside ASCII in A-labels (RFC 5891); `None` if it is invalid.
#[cfg(feature = "idna")]
fn to_ascii(host: &str) -> Option<String> {
    idna::domain_to_ascii(host).ok()
}

/// Returns `None`: the tables of Unicode are missing.
#[cfg(not(feature = "idna"))]
const fn to_ascii(_: &str) -> Option<String> {
    None
}

/// Returns what is wrong with a host that has no normal form.
pub(super) fn problem(host: &str) -> UrlProblem {
    match cfg!(feature = "idna") || host.starts_with('[') || percent_decode(host).is_ascii() {
        true => UrlProblem::BadHost,
        false => UrlProblem::NeedsIdna,
    }
}

/// Returns whether a host of lower-case letters, digits, hyphens, dots and underscores is in its
/// normal form: a name, or an IPv4 address of four decimal numbers.
pub(super) fn is_normal(host: &str) -> bool {
    match host.as_bytes().last() {
        // The last character of a number, in hexadecimal notation too, or a dot after it.
        Some(b'0'..=b'9' | b'a'..=b'f' | b'x' | b'.') => {
            host.parse::<Ipv4Addr>().is_ok() || !ends_in_number(host)
        }
        last => last.is_some(),
    }
}

/// Returns whether the last label of a host is a number, or empty: no name ends like this.
fn ends_in_number(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    last.bytes().all(|byte| byte.is_ascii_digit()) || number(last).is_some()
}

/// Returns the IPv4 address of one to four numbers, of which the last fills the remaining bytes.
fn ipv4(host: &str) -> Option<Ipv4Addr> {
    let numbers = host.strip_suffix('.').unwrap_or(host).split('.').map(number);
    let numbers = numbers.collect::<Option<Vec<_>>>()?;
    let (last, first) = numbers.split_last()?;
    let bytes_left = 4_usize.checked_sub(first.len()).filter(|left| *left > 0)?;
    if first.iter().any(|number| *number > 255) || *last >= 1 << (8 * bytes_left) {
        return None;
    }
    let high: u64 = first.iter().zip([24, 16, 8]).map(|(number, shift)| number << shift).sum();
    u32::try_from(high + last).ok().map(Ipv4Addr::from)
}

/// Returns the value of a number that is decimal, octal after `0` or hexadecimal after `0x`; a large
/// one is [`u64::MAX`].
fn number(text: &str) -> Option<u64> {
    let (digits, radix) = match text.as_bytes() {
        [] => return None,
        [b'0', b'x', ..] => (&text[2..], 16),
        [b'0', _, ..] => (&text[1..], 8),
        _ => (text, 10),
    };
    digits.chars().try_fold(0_u64, |value, digit| {
        let digit = digit.to_digit(radix)?;
        Some(value.saturating_mul(radix.into()).saturating_add(digit.into()))
    })
}

/// Returns an IPv6 address in its normal form. Its zone follows `%25`, as in a URL (RFC 6874), or `%`,
/// as people write it (RFC 9844); it is decoded and follows `%`.
fn ipv6(literal: &str) -> Option<String> {
    let (address, zone) = match literal.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (literal, None),
    };
    let mut host = address.parse::<Ipv6Addr>().ok()?.to_string();
    if let Some(zone) = zone {
        let zone = zone.strip_prefix("25").filter(|rest| !rest.is_empty()).unwrap_or(zone);
        let zone = String::from_utf8(percent_decode(zone)).ok()?;
        let is_valid = |byte: u8| byte.is_ascii_graphic() && byte != b'%';
        if zone.is_empty() || !zone.bytes().all(is_valid) {
            return None;
        }
        host.extend(["%", &zone]);
    }
    Some(host)
}

/// Splits a host in its normal form before the `%` of its zone.
pub(super) fn split_zone(host: &str) -> (&str, Option<&str>) {
    host.split_once('%').map_or((host, None), |(address, zone)| (address, Some(zone)))
}

/// Returns a host in its normal form without its zone, which has a meaning on this machine only (RFC
/// 6874 section 4).
pub(in super::super) fn without_zone(host: &str) -> &str {
    split_zone(host).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_an_address_or_invalid() {
        for (host, address) in [
            ("127.0.0.1", "127.0.0.1"),
            ("127.0.0.1.", "127.0.0.1"),
            ("127.1", "127.0.0.1"),
            ("127.0.1", "127.0.0.1"),
            ("0x7f.1", "127.0.0.1"),
            ("0X7F.0x0.0.01", "127.0.0.1"),
            ("0300.0250.1", "192.168.0.1"),
            ("0300.0250.01.0x1", "192.168.1.1"),
            ("2130706433", "127.0.0.1"),
            ("017700000001", "127.0.0.1"),
            ("0x7f000001", "127.0.0.1"),
            ("4294967295", "255.255.255.255"),
            ("1.16777215", "1.255.255.255"),
            ("0", "0.0.0.0"),
            ("0x", "0.0.0.0"),
            ("0x.", "0.0.0.0"),
            ("1.0x.0.2", "1.0.0.2"),
            ("%31%32%37.1", "127.0.0.1"),
            ("127%2e1", "127.0.0.1"),
            #[cfg(feature = "idna")]
            ("\u{ff10}\u{ff38}7f.1", "127.0.0.1"),
            #[cfg(feature = "idna")]
            ("127\u{3002}1", "127.0.0.1"),
        ] {
            assert_eq!(normal_host(host).as_deref(), Some(address), "{host}");
        }
        for host in [
            "256.0.0.1",
            "1.2.3.256",
            "1.2.3.400",
            "1.256.1",
            "1.2.65536",
            "1.16777216",
            "4294967296",
            "0x100000000",
            "99999999999999999999999",
            "0xffffffffffffffffffffffff",
            "1.2.3.4.5",
            "1.2.3.4.5.",
            "1..2",
            "1.2..",
            ".1",
            ".",
            "..",
            "08",
            "1.2.3.09",
            "09.1",
            "a.1",
            "a.0x7f",
            "a.b.09",
            "host.1.",
            "0x7g.1",
            "a.0X",
        ] {
            assert_eq!(normal_host(host), None, "{host}");
        }
    }

    #[test]
    fn name_outside_ascii_needs_the_feature_idna() {
        let problem_of = |host| normal_host(host).is_none().then(|| problem(host));
        for host in ["b\u{fc}cher.test", "b%C3%BCcher.test", "\u{ff10}.1"] {
            let needs_idna = Some(UrlProblem::NeedsIdna);
            assert_eq!(problem_of(host), if cfg!(feature = "idna") { None } else { needs_idna });
        }
        for host in ["a b", "[::1%25\u{e4}]", "1.2.3.400"] {
            assert_eq!(problem_of(host), Some(UrlProblem::BadHost));
        }
        assert_eq!(problem_of("xn--bcher-kva.test"), None);
    }

    #[test]
    fn names_that_resemble_numbers_are_names() {
        for host in ["a.0xg", "1.a", "127.0.0.1.a", "0x7f.1.test", "1a", "a1", "0x7f.x", "a.fade"] {
            assert_eq!(normal_host(host).as_deref(), Some(host));
        }
        assert_eq!(normal_host("ex%41mple.test.").as_deref(), Some("example.test."));
    }

    #[test]
    fn escapes_are_decoded_once_and_only_to_characters_of_hosts() {
        for host in ["a%2fb", "a%40b", "a%00b", "a%0ab", "a%5cb", "a%2541", "a%zz", "a%", "%80"] {
            assert_eq!(normal_host(host), None, "{host}");
        }
    }

    #[test]
    fn zone_of_an_ipv6_address_is_kept_decoded() {
        for (host, normal) in [
            ("[fe80::0:1%25eth0]", "fe80::1%eth0"),
            ("[fe80::1%eth0]", "fe80::1%eth0"),
            ("[fe80::1%251]", "fe80::1%1"),
            ("[fe80::1%25]", "fe80::1%25"),
            ("[fe80::1%25Ethernet%3a0]", "fe80::1%Ethernet:0"),
        ] {
            assert_eq!(normal_host(host).as_deref(), Some(normal));
        }
        for host in ["[fe80::1%]", "[fe80::1%25a%20b]", "[fe80::1%25a%25b]", "[::1%25\u{e4}]"] {
            assert_eq!(normal_host(host), None, "{host}");
        }
        assert_eq!(without_zone("fe80::1%eth0"), "fe80::1");
        assert_eq!(without_zone("fe80::1"), "fe80::1");
    }
}
