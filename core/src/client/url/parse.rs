//! The parser of URLs.

use alloc::borrow::Cow;
use alloc::string::String;
use core::str::FromStr;

use super::absolute::Url;
use super::encode::{FRAGMENT, PATH, QUERY, USERINFO, encode, without_dot_segments};
use super::error::{UrlError, UrlProblem};
use super::host::{normal_host, problem, split_zone};
use super::plain;
use super::scheme::Scheme;
use crate::wire::{number, token};

/// The maximum length of a URL, in bytes.
const MAX_LEN: usize = 65_536;

impl Url {
    /// Replaces this URL by that in `text`, and reuses its memory.
    pub(in super::super) fn replace(&mut self, text: &str) -> Result<(), UrlError> {
        *self = read(text, &mut self.text)?;
        Ok(())
    }
}

impl FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        read(text, &mut String::new())
    }
}

/// Parses a URL. Takes `memory` for it on success.
fn read(text: &str, memory: &mut String) -> Result<Url, UrlError> {
    if text.len() > MAX_LEN {
        return Err(UrlError { problem: UrlProblem::TooLong, offset: MAX_LEN });
    }
    if let Some(url) = plain::read(text, memory) {
        return Ok(url);
    }
    let offset = token::visible_len(text.as_bytes());
    if offset < text.len() {
        return Err(UrlError { problem: UrlProblem::ControlCharacter, offset });
    }
    let (scheme, rest) = split(text)?;
    let start = text.len() - rest.len();
    let is_end = |byte| matches!(byte, b'/' | b'?' | b'#');
    let (authority, rest) = split_at(rest, is_end);
    let authority = Authority::read(authority, start)?;
    Ok(assemble(scheme, &authority, rest, core::mem::take(memory)))
}

/// Returns the scheme, and what follows its `//`.
fn split(text: &str) -> Result<(Scheme, &str), UrlError> {
    if let Some(found) = Scheme::ALL
        .into_iter()
        .find_map(|scheme| Some((scheme, text.strip_prefix(scheme.prefix())?)))
    {
        return Ok(found);
    }
    let error = |problem, offset| UrlError { problem, offset };
    let (name, rest) = split_scheme(text).ok_or(error(UrlProblem::NoScheme, 0))?;
    let scheme = Scheme::from_name(name).ok_or(error(UrlProblem::UnknownScheme, 0))?;
    let start = text.len() - rest.len();
    let rest = rest.strip_prefix("//").ok_or(error(UrlProblem::NoHost, start))?;
    Ok((scheme, rest))
}

/// Splits `scheme:rest`, if the text starts with a scheme.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    // In `localhost:8000` the part before the colon is a host.
    let is_port = rest.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    (is_scheme(scheme) && !is_port).then_some((scheme, rest))
}

/// Returns whether this is a well-formed scheme (RFC 3986 section 3.1).
pub(super) fn is_scheme(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// Splits before the first byte for which `is_it` holds; such bytes are ASCII.
fn split_at(text: &str, is_it: impl Fn(u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().position(is_it).unwrap_or(text.len()))
}

/// Writes the URL. `rest` is what follows the authority.
fn assemble(scheme: Scheme, authority: &Authority<'_>, rest: &str, mut text: String) -> Url {
    text.clear();
    text.reserve(scheme.prefix().len() + authority.host.len() + rest.len() + "[]:65535/".len());
    text.push_str(scheme.prefix());
    if let Some(userinfo) = authority.userinfo {
        encode(userinfo, USERINFO, &mut text);
        text.push('@');
    }
    let start = text.len();
    let (address, zone) = split_zone(&authority.host);
    let is_literal = address.contains(':');
    if is_literal {
        text.push('[');
    }
    let mut host = text.len()..text.len() + address.len();
    text.push_str(address);
    if let Some(zone) = zone {
        text.push_str("%25");
        encode(zone, USERINFO, &mut text);
    }
    if is_literal {
        text.push(']');
    }
    let port = authority.port.unwrap_or_else(|| scheme.default_port());
    let port_start = text.len();
    if port != scheme.default_port() {
        text.push(':');
        push_decimal(port, &mut text);
    }
    let range = start..text.len();
    let end = write_rest(rest, &mut text);
    let mut target = range.end..end;
    let url_end = text.len();
    if !text[target.clone()].starts_with('/') {
        // A target has a path. This URL has none, so the target is stored behind it.
        text.push('/');
        text.extend_from_within(target);
        target = url_end..text.len();
    }
    if zone.is_some() {
        // The authority without the zone, and the host with it, are parts of no URL.
        text.extend(["[", address, "]"]);
        text.extend_from_within(port_start..range.end);
        host = text.len()..text.len() + authority.host.len();
        text.push_str(&authority.host);
    }
    Url { text, end: url_end, scheme, port, host, authority: range, target }
}

/// Writes path, query and fragment. Returns where the fragment begins.
fn write_rest(rest: &str, text: &mut String) -> usize {
    let (rest, fragment) = split_at(rest, |byte| byte == b'#');
    let (path, query) = split_at(rest, |byte| byte == b'?');
    encode(&without_dot_segments(path), PATH, text);
    encode(query, QUERY, text);
    let end = text.len();
    encode(fragment, FRAGMENT, text);
    end
}

fn push_decimal(number: u16, text: &mut String) {
    let mut digits = [0; 5];
    let start = number::write_decimal(number.into(), &mut digits);
    text.extend(digits[start..].iter().copied().map(char::from));
}

pub(in super::super) struct Authority<'a> {
    userinfo: Option<&'a str>,
    host: Cow<'a, str>,
    pub(in super::super) port: Option<u16>,
}

impl<'a> Authority<'a> {
    /// Parses `[userinfo@]host[:port]`. `start` is its offset in the URL.
    pub(in super::super) fn read(text: &'a str, start: usize) -> Result<Self, UrlError> {
        let (userinfo, host_port) = match text.bytes().rposition(|byte| byte == b'@') {
            Some(at) => (Some(&text[..at]), &text[at + 1..]),
            None => (None, text),
        };
        let error = |problem, offset| UrlError { problem, offset };
        // Other programs end the authority here (WHATWG, section 4.4).
        if let Some(backslash) = text.bytes().position(|byte| byte == b'\\') {
            return Err(error(UrlProblem::Backslash, start + backslash));
        }
        let start = start + text.len() - host_port.len();
        let (host, port) = match host_port.bytes().position(|byte| byte == b']') {
            Some(bracket) => host_port.split_at(bracket + 1),
            None => split_at(host_port, |byte| byte == b':'),
        };
        if host.is_empty() {
            return Err(error(UrlProblem::NoHost, start));
        }
        if host_port.starts_with('[') && !host.ends_with(']') {
            return Err(error(UrlProblem::BadHost, start));
        }
        let port = match port.as_bytes() {
            [] | [b':'] => None,
            [b':', digits @ ..] => match number::decimal(digits).map(u16::try_from) {
                Ok(Ok(port)) => Some(port),
                _ => return Err(error(UrlProblem::BadPort, start + host.len() + 1)),
            },
            _ => return Err(error(UrlProblem::BadPort, start + host.len())),
        };
        let host = normal_host(host).ok_or_else(|| error(problem(host), start))?;
        Ok(Self { userinfo, host, port })
    }
}
