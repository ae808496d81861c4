//! The four forms of a request target (RFC 9112 section 3.2), and the Host field.

use super::Broken;
use super::number::decimal;
use super::token::{is_host, plain_host_len};
use crate::error::Rule;

/// Checks that `target` has the form that `method` requires. Its characters must have been checked.
pub(crate) fn check(method: &[u8], target: &[u8]) -> Result<(), Broken> {
    let wrong = |at| Err(Broken::new(Rule::TargetForm, at));
    match (method, target) {
        (b"CONNECT", _) => check_authority_form(target),
        // origin-form.
        (_, [b'/', ..]) => match target.iter().position(|byte| *byte == b'#') {
            Some(at) => wrong(at),
            None => Ok(()),
        },
        // asterisk-form.
        (b"OPTIONS", b"*") => Ok(()),
        // absolute-form.
        _ => match authority_of_url(target) {
            Some((start, host)) => match host_and_port(host) {
                _ if target.contains(&b'#') => wrong(target.len()),
                _ if is_host_empty(host) => Err(Broken::new(Rule::TargetHostEmpty, start)),
                Ok(_) => Ok(()),
                Err(at) => wrong(start + at),
            },
            None => wrong(0),
        },
    }
}

/// Checks `uri-host ":" port` (RFC 9112 section 3.2.3). A server must refuse a port that is empty or
/// invalid (RFC 9110 section 9.3.6); a connection to port 0 is not possible.
fn check_authority_form(target: &[u8]) -> Result<(), Broken> {
    if is_host_empty(target) {
        return Err(Broken::new(Rule::TargetHostEmpty, 0));
    }
    let (rule, at) = match host_and_port(target) {
        Ok(Some(1..)) => return Ok(()),
        Ok(Some(0)) => (
            Rule::ConnectPort,
            target.iter().rposition(|byte| *byte == b':').map_or(0, |at| at + 1),
        ),
        Ok(None) if target.ends_with(b":") => (Rule::ConnectPort, target.len()),
        Ok(None) => (Rule::TargetForm, target.len()),
        // The host before the colon is valid, so the port is not.
        Err(at) if target[..at].ends_with(b":") && host_and_port(&target[..at]).is_ok() => {
            (Rule::ConnectPort, at)
        }
        Err(at) => (Rule::TargetForm, at),
    };
    Err(Broken::new(rule, at))
}

/// Returns whether an authority has no host: it is empty, or only a port. No `http` or `https` URL has
/// such an authority (RFC 9110 sections 4.2.1 and 4.2.2).
const fn is_host_empty(authority: &[u8]) -> bool {
    matches!(authority, [] | [b':', ..])
}

/// Returns the authority of a target in absolute-form or authority-form, which was [checked](check).
pub(crate) fn authority<'t>(method: &[u8], target: &'t [u8]) -> Option<&'t [u8]> {
    match (method, target) {
        (b"CONNECT", _) => Some(target),
        (_, [b'/', ..] | b"*") => None,
        _ => authority_of_url(target).map(|(_, authority)| authority),
    }
}

/// Returns the path of a target and its query, without the question mark. A target without a scheme and a slash is all
/// path.
pub(crate) fn path_and_query(target: &[u8]) -> (&[u8], Option<&[u8]>) {
    let start = match target {
        [b'/', ..] => 0,
        _ => authority_of_url(target).map_or(0, |(start, authority)| start + authority.len()),
    };
    let rest = &target[start..];
    match rest.iter().position(|byte| *byte == b'?') {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    }
}

/// Returns the authority of an absolute URL, and where it starts, which is after `scheme://`.
fn authority_of_url(target: &[u8]) -> Option<(usize, &[u8])> {
    let colon = target.iter().position(|byte| *byte == b':')?;
    let (scheme, rest) = target.split_at(colon);
    let well_formed = scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let after = rest.strip_prefix(b"://").filter(|_| well_formed)?;
    let end = after.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
    Some((colon + 3, &after[..end.unwrap_or(after.len())]))
}

/// Checks `uri-host [":" port]` (RFC 9112 section 3.2, RFC 3986 section 3.2). Returns the port, or the
/// offset of the error. All of it may be empty, which a Host field is if the target URI has no authority;
/// a port needs a host before it (RFC 9110 section 4.2.1).
#[inline]
pub(crate) fn host_and_port(value: &[u8]) -> Result<Option<u16>, usize> {
    let name = plain_host_len(value);
    match &value[name..] {
        [] => Ok(None),
        [b':', ..] if name == 0 => Err(0),
        [b':', digits @ ..] => port(digits).ok_or(name + 1),
        _ => host_to_validate(value),
    }
}

/// Checks a host that is an IP literal, has escapes or is invalid, and its port.
#[cold]
fn host_to_validate(value: &[u8]) -> Result<Option<u16>, usize> {
    let end = match value {
        [b'[', rest @ ..] => {
            let Some(len) = rest.iter().position(|byte| *byte == b']') else {
                return Err(value.len());
            };
            if !is_ip_literal(&rest[..len]) {
                return Err(1);
            }
            len + 2
        }
        _ => name_with_escapes(value)?,
    };
    match &value[end..] {
        [] => Ok(None),
        [b':', digits @ ..] => port(digits).ok_or(end + 1),
        _ => Err(end),
    }
}

/// Returns a port, which may be empty after its colon.
#[inline]
fn port(digits: &[u8]) -> Option<Option<u16>> {
    if digits.is_empty() {
        return Some(None);
    }
    decimal(digits).ok().and_then(|port| u16::try_from(port).ok()).map(Some)
}

/// Returns whether `literal` is an IPv6 address, or an address of a future version: `v`, hexadecimal
/// digits, a dot and the rest (RFC 3986 section 3.2.2).
fn is_ip_literal(literal: &[u8]) -> bool {
    if let [b'v' | b'V', future @ ..] = literal {
        let dot = future.iter().position(|byte| *byte == b'.').unwrap_or(0);
        let (version, address) = future.split_at(dot);
        return !version.is_empty()
            && version.iter().all(u8::is_ascii_hexdigit)
            && address.len() > 1
            && address[1..].iter().all(|byte| (is_host(*byte) && *byte != b'%') || *byte == b':');
    }
    let text = core::str::from_utf8(literal).unwrap_or_default();
    text.parse::<core::net::Ipv6Addr>().is_ok()
}

/// Checks a registered name that ends at a colon, and returns where it ends.
fn name_with_escapes(value: &[u8]) -> Result<usize, usize> {
    let end = value.iter().position(|byte| *byte == b':').unwrap_or(value.len());
    if let Some(at) = value[..end].iter().position(|byte| !is_host(*byte)) {
        return Err(at);
    }
    check_escapes(&value[..end])?;
    Ok(end)
}

fn check_escapes(host: &[u8]) -> Result<(), usize> {
    for (at, _) in host.iter().enumerate().filter(|(_, byte)| **byte == b'%') {
        match host.get(at + 1..at + 3) {
            Some(hex) if hex.iter().all(u8::is_ascii_hexdigit) => {}
            _ => return Err(at),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_accepts_the_forms_of_each_method() {
        for (method, target, good) in [
            (&b"GET"[..], &b"/"[..], true),
            (b"GET", b"//a", true),
            (b"GET", b"*", false),
            (b"OPTIONS", b"*", true),
            (b"OPTIONS", b"*a", false),
            (b"GET", b"http://a", true),
            (b"GET", b"http://a:8080/x?y", true),
            (b"GET", b"http://[::1]/", true),
            (b"GET", b"http:///x", false),
            (b"GET", b"a/b", false),
            (b"GET", b"/a#b", false),
            (b"CONNECT", b"a:443", true),
            (b"CONNECT", b"[::1]:443", true),
            (b"CONNECT", b"a", false),
            (b"CONNECT", b"/", false),
            (b"CONNECT", b"http://a/", false),
        ] {
            let shown = target.escape_ascii();
            assert_eq!(check(method, target).is_ok(), good, "{} {shown}", method.escape_ascii());
        }
    }

    #[test]
    fn target_needs_a_host_and_connect_a_port() {
        for (method, target, rule, at) in [
            (&b"GET"[..], &b"http://:80/"[..], Rule::TargetHostEmpty, 7),
            (b"GET", b"http:///x", Rule::TargetHostEmpty, 7),
            (b"GET", b"https://?x", Rule::TargetHostEmpty, 8),
            (b"OPTIONS", b"http://:", Rule::TargetHostEmpty, 7),
            (b"GET", b"http://[]:80/", Rule::TargetForm, 8),
            (b"GET", b"http://user@:80/", Rule::TargetForm, 11),
            (b"GET", b"http://@/", Rule::TargetForm, 7),
            (b"CONNECT", b":80", Rule::TargetHostEmpty, 0),
            (b"CONNECT", b":", Rule::TargetHostEmpty, 0),
            (b"CONNECT", b"[]:1", Rule::TargetForm, 1),
            (b"CONNECT", b"a:", Rule::ConnectPort, 2),
            (b"CONNECT", b"a:0", Rule::ConnectPort, 2),
            (b"CONNECT", b"[::1]:000", Rule::ConnectPort, 6),
            (b"CONNECT", b"a:65536", Rule::ConnectPort, 2),
            (b"CONNECT", b"a:+1", Rule::ConnectPort, 2),
            (b"CONNECT", b"[::]x:1", Rule::TargetForm, 4),
            (b"CONNECT", b"a", Rule::TargetForm, 1),
        ] {
            let shown = target.escape_ascii();
            assert_eq!(check(method, target), Err(Broken::new(rule, at)), "{shown}");
        }
        for target in [&b"a:1"[..], b"a:00001", b"a:65535", b"[::1]:1"] {
            assert_eq!(check(b"CONNECT", target), Ok(()), "{}", target.escape_ascii());
        }
    }

    #[test]
    fn authority_is_that_of_the_target_where_it_has_one() {
        for (method, target, expected) in [
            (&b"GET"[..], &b"/"[..], None),
            (b"GET", b"//a/b", None),
            (b"GET", b"/?http://a/", None),
            (b"OPTIONS", b"*", None),
            (b"CONNECT", b"a:443", Some(&b"a:443"[..])),
            (b"CONNECT", b"[::1]:443", Some(b"[::1]:443")),
            (b"GET", b"http://a", Some(b"a")),
            (b"GET", b"http://a:8080/x?y", Some(b"a:8080")),
            (b"GET", b"HTTPS://A?http://b/", Some(b"A")),
            (b"OPTIONS", b"http://[::1]", Some(b"[::1]")),
        ] {
            assert_eq!(check(method, target), Ok(()));
            assert_eq!(authority(method, target), expected, "{}", target.escape_ascii());
        }
    }

    #[test]
    fn host_may_have_a_port() {
        assert_eq!(host_and_port(b""), Ok(None));
        assert_eq!(host_and_port(b"a:80"), Ok(Some(80)));
        assert_eq!(host_and_port(b"a:"), Ok(None));
        assert_eq!(host_and_port(b":80"), Err(0));
        assert_eq!(host_and_port(b":"), Err(0));
        assert_eq!(host_and_port(b"[]:80"), Err(1));
        assert_eq!(host_and_port(b"[::1]:8"), Ok(Some(8)));
        assert_eq!(host_and_port(b"[v1f.a:b]"), Ok(None));
        assert_eq!(host_and_port(b"[v.a]"), Err(1));
        assert_eq!(host_and_port(b"[v1.]"), Err(1));
        assert_eq!(host_and_port(b"a b"), Err(1));
        assert_eq!(host_and_port(b"a:80:90"), Err(2));
        assert_eq!(host_and_port(b"a:65536"), Err(2));
        assert_eq!(host_and_port(b"a@b"), Err(1));
        assert_eq!(host_and_port(b"a%zz"), Err(1));
        assert_eq!(host_and_port(b"[::1"), Err(4));
        assert_eq!(host_and_port(b"[::1]x"), Err(5));
    }
}
