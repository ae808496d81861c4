//! URLs of HTTP, normalised once (RFC 3986 section 6, RFC 9110 section 4.2).

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::net::{Ipv4Addr, Ipv6Addr};
use core::ops::Range;
use core::str::FromStr;

use crate::trace::Capture;

/// Longer URLs are refused.
const MAX_LEN: usize = 65_536;

/// How a URL is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `http`: over the transport itself.
    Http,
    /// `https`: over TLS.
    Https,
    /// `ws`: begins as `http`.
    Ws,
    /// `wss`: begins as `https`.
    Wss,
}

impl Scheme {
    /// Whether TLS carries it.
    #[must_use]
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Https | Self::Wss)
    }

    /// The port where a URL gives none.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        if self.is_secure() { 443 } else { 80 }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Http, Self::Https, Self::Ws, Self::Wss]
            .into_iter()
            .find(|scheme| name.eq_ignore_ascii_case(scheme.name()))
    }
}

/// An absolute URL that a request can be sent to.
///
/// ```
/// use limpid_core::client::Url;
///
/// let url: Url = "HTTP://München.test:80/a/../b c?q=ä".parse()?;
/// assert_eq!(url.as_str(), "http://xn--mnchen-3ya.test/b%20c?q=%C3%A4");
/// assert_eq!((url.host(), url.port()), ("xn--mnchen-3ya.test", 80));
/// assert_eq!(url.target(), "/b%20c?q=%C3%A4");
/// # Ok::<(), limpid_core::client::UrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Url {
    text: String,
    scheme: Scheme,
    userinfo: Option<Range<usize>>,
    authority: Range<usize>,
    host: String,
    port: u16,
    target: String,
}

impl Url {
    /// The whole URL, normalised, with userinfo and fragment. For a person or a log, use the
    /// `Display` form, which hides credentials.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host to connect to: lower-case, A-labels, without the brackets of an IPv6 address.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port to connect to.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The host, and the port unless it is the scheme's own: what the Host field says.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.text[self.authority.clone()]
    }

    /// The host and always the port: what CONNECT asks for (RFC 9112 section 3.2.3).
    #[must_use]
    pub fn host_and_port(&self) -> String {
        let (open, close) = if self.host.contains(':') { ("[", "]") } else { ("", "") };
        [open, &self.host, close, ":", &self.port.to_string()].concat()
    }

    /// The target of a request (RFC 9112 section 3.2.1): path and query.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The fragment, encoded, if the URL has one.
    #[must_use]
    pub fn fragment(&self) -> Option<&str> {
        self.text.split_once('#').map(|(_, fragment)| fragment)
    }

    /// The URL that `reference` means where this URL is what it is relative to (RFC 3986 section
    /// 5.2). A reference without a fragment inherits that of this URL (RFC 9110 section 10.2.2).
    ///
    /// # Errors
    /// What it means is no URL of HTTP.
    ///
    /// ```
    /// # use limpid_core::client::Url;
    /// let base: Url = "http://h/a/b?q#top".parse()?;
    /// assert_eq!(base.join("../c?x")?.as_str(), "http://h/c?x#top");
    /// assert_eq!(base.join("//other/")?.as_str(), "http://other/#top");
    /// # Ok::<(), limpid_core::client::UrlError>(())
    /// ```
    pub fn join(&self, reference: &str) -> Result<Self, UrlError> {
        let mut text = if split_scheme(reference).is_some() {
            String::new()
        } else if reference.starts_with("//") {
            [self.scheme.name(), ":"].concat()
        } else {
            self.before(reference)
        };
        text.push_str(reference);
        if let Some(fragment) = self.fragment().filter(|_| !reference.contains('#')) {
            text.push('#');
            text.push_str(fragment);
        }
        text.parse()
    }

    /// What of this URL stands before a reference that has no authority.
    fn before(&self, reference: &str) -> String {
        let path = self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path);
        let kept = match reference.bytes().next() {
            Some(b'/') => "",
            Some(b'?') => path,
            None | Some(b'#') => self.target.as_str(),
            Some(_) => &path[..=path.rfind('/').unwrap_or(0)],
        };
        [&self.text[..self.authority.end], kept].concat()
    }

    /// The user and the password, decoded, if the URL has any.
    #[must_use]
    pub fn credentials(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let userinfo = &self.text[self.userinfo.clone()?];
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        Some((percent_decode(user), percent_decode(password)))
    }
}

impl fmt::Display for Url {
    /// The URL as [`Capture::Default`] shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Capture::Default.url(&self.text))
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({self})")
    }
}

/// What is wrong with a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UrlProblem {
    /// It has no scheme.
    NoScheme,
    /// Its scheme is none of ours.
    UnknownScheme,
    /// It has no host.
    NoHost,
    /// Its host is no name and no address.
    BadHost,
    /// Its port is not a number up to 65535.
    BadPort,
    /// It has a control character.
    ControlCharacter,
    /// It is longer than 65,536 bytes.
    TooLong,
}

/// A text that is no URL of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UrlError {
    /// What is wrong.
    pub problem: UrlProblem,
    /// Where: an offset in bytes into the text.
    pub offset: usize,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.problem {
            UrlProblem::NoScheme => "the URL has no scheme; write http:// or https:// before it",
            UrlProblem::UnknownScheme => "the URL's scheme is not http, https, ws or wss",
            UrlProblem::NoHost => "the URL has no host",
            UrlProblem::BadHost => "the URL's host is no valid name or address",
            UrlProblem::BadPort => "the URL's port is not a number from 0 to 65535",
            UrlProblem::ControlCharacter => "the URL has a control character",
            UrlProblem::TooLong => "the URL is longer than 65536 bytes",
        })?;
        write!(f, " (at byte {})", self.offset)
    }
}

impl core::error::Error for UrlError {}

impl FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let problem = |problem, offset| Err(UrlError { problem, offset });
        if text.len() > MAX_LEN {
            return problem(UrlProblem::TooLong, MAX_LEN);
        }
        if let Some(offset) = text.bytes().position(|byte| byte.is_ascii_control()) {
            return problem(UrlProblem::ControlCharacter, offset);
        }
        let Some((scheme, rest)) = split_scheme(text) else {
            return problem(UrlProblem::NoScheme, 0);
        };
        let Some(scheme) = Scheme::from_name(scheme) else {
            return problem(UrlProblem::UnknownScheme, 0);
        };
        let start = text.len() - rest.len();
        let Some(rest) = rest.strip_prefix("//") else {
            return problem(UrlProblem::NoHost, start);
        };
        let start = start + 2;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let parts = Parts::of(&rest[end..]);
        let authority = Authority::read(&rest[..end], start)?;
        Ok(Self::assemble(scheme, &authority, &parts))
    }
}

impl Url {
    fn assemble(scheme: Scheme, authority: &Authority<'_>, parts: &Parts<'_>) -> Self {
        let mut text = String::from(scheme.name());
        text.push_str("://");
        let userinfo = authority.userinfo.map(|userinfo| {
            let start = text.len();
            encode(userinfo, USERINFO, &mut text);
            text.push('@');
            start..text.len() - 1
        });
        let start = text.len();
        if authority.host.contains(':') {
            text.push('[');
            text.push_str(&authority.host);
            text.push(']');
        } else {
            text.push_str(&authority.host);
        }
        let port = authority.port.unwrap_or_else(|| scheme.default_port());
        if port != scheme.default_port() {
            // Writing to a string does not fail.
            let _ = write!(text, ":{port}");
        }
        let authority_range = start..text.len();
        let path_start = text.len();
        encode(&without_dot_segments(parts.path), PATH, &mut text);
        if let Some(query) = parts.query {
            text.push('?');
            encode(query, QUERY, &mut text);
        }
        let slash = if parts.path.is_empty() { "/" } else { "" };
        let target = [slash, &text[path_start..]].concat();
        if let Some(fragment) = parts.fragment {
            text.push('#');
            encode(fragment, FRAGMENT, &mut text);
        }
        Self {
            text,
            scheme,
            userinfo,
            authority: authority_range,
            host: authority.host.clone(),
            port,
            target,
        }
    }
}

/// `scheme:rest`, if the text starts with a scheme.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let well_formed = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    // `localhost:8000` has a host before its colon, not a scheme.
    let is_port = rest.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    (well_formed && !is_port).then_some((scheme, rest))
}

/// What follows the authority.
struct Parts<'a> {
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let (text, fragment) = match text.split_once('#') {
            Some((before, fragment)) => (before, Some(fragment)),
            None => (text, None),
        };
        let (path, query) = match text.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (text, None),
        };
        Self { path, query, fragment }
    }
}

pub(super) struct Authority<'a> {
    userinfo: Option<&'a str>,
    host: String,
    pub(super) port: Option<u16>,
}

impl<'a> Authority<'a> {
    /// Reads `[userinfo@]host[:port]`; `start` is where it stands in the URL.
    pub(super) fn read(text: &'a str, start: usize) -> Result<Self, UrlError> {
        let (userinfo, host_port) = match text.rsplit_once('@') {
            Some((userinfo, rest)) => (Some(userinfo), rest),
            None => (None, text),
        };
        let start = start + text.len() - host_port.len();
        let (host, port) = match host_port.find(']') {
            Some(bracket) => host_port.split_at(bracket + 1),
            None => host_port.split_at(host_port.find(':').unwrap_or(host_port.len())),
        };
        let error = |problem, offset| UrlError { problem, offset };
        if host.is_empty() {
            return Err(error(UrlProblem::NoHost, start));
        }
        if host_port.starts_with('[') && !host.ends_with(']') {
            return Err(error(UrlProblem::BadHost, start));
        }
        let digits = match port.strip_prefix(':') {
            Some(digits) => digits,
            None if port.is_empty() => port,
            None => return Err(error(UrlProblem::BadPort, start + host.len())),
        };
        let port = match digits {
            "" => None,
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => match digits.parse() {
                Ok(port) => Some(port),
                Err(_) => return Err(error(UrlProblem::BadPort, start + host.len() + 1)),
            },
            _ => return Err(error(UrlProblem::BadPort, start + host.len() + 1)),
        };
        let host = normal_host(host).ok_or_else(|| error(UrlProblem::BadHost, start))?;
        Ok(Self { userinfo, host, port })
    }
}

/// A host in the form in which it is connected to and compared.
pub(super) fn normal_host(host: &str) -> Option<String> {
    if let Some(literal) = host.strip_prefix('[') {
        let address: Ipv6Addr = literal.strip_suffix(']')?.parse().ok()?;
        return Some(address.to_string());
    }
    if host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return host.parse::<Ipv4Addr>().ok().map(|address| address.to_string());
    }
    if !host.is_ascii() {
        let host = idna::domain_to_ascii(host).ok().filter(|host| !host.is_empty())?;
        // Letters of other scripts may become digits and dots, or what no host has.
        return normal_host(&host);
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    host.bytes().all(allowed).then(|| host.to_ascii_lowercase())
}

/// Printable ASCII characters that are encoded in a part, beside what is never printable.
const PATH: &str = " \"<>`{}";
const QUERY: &str = " \"<>";
const FRAGMENT: &str = " \"<>`";
const USERINFO: &str = " \"<>`{}/?#;=@[\\]^|";

/// Percent-encodes what must be; what is encoded already stays as it is.
fn encode(text: &str, encoded: &str, out: &mut String) {
    for c in text.chars() {
        if c.is_ascii_graphic() && !encoded.contains(c) {
            out.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                // Writing to a string does not fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
}

fn percent_decode(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let byte = match rest {
            [b'%', high, low, ..] => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        decoded.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &rest[3..] } else { after };
    }
    decoded
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// A path without `.` and `..` (RFC 3986 section 5.2.4).
fn without_dot_segments(path: &str) -> Cow<'_, str> {
    if !path.contains("/.") {
        return Cow::Borrowed(path);
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." && kept.len() > 1 {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    Cow::Owned(kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> String {
        text.parse::<Url>().unwrap().as_str().to_string()
    }

    #[test]
    fn what_means_the_same_is_written_the_same() {
        for (text, expected) in [
            ("http://h", "http://h"),
            ("http://h?x=1", "http://h?x=1"),
            ("HTTPS://H:443/", "https://h/"),
            ("http://h:/a", "http://h/a"),
            ("http://h:8080/a/./b/../c", "http://h:8080/a/c"),
            ("http://h/../..", "http://h/"),
            ("http://h/a/..", "http://h/"),
            ("http://h/?", "http://h/?"),
            ("http://h/%zz%2f", "http://h/%zz%2f"),
            ("http://h/a|b\\c[d]^`{e}", "http://h/a|b\\c[d]^%60%7Be%7D"),
            ("http://h/?`{}|^\"<>", "http://h/?`{}|^%22%3C%3E"),
            ("http://h/#`a b", "http://h/#%60a%20b"),
            ("http://u;x:p=w@h/", "http://u%3Bx:p%3Dw@h/"),
            ("http://a@b@h/", "http://a%40b@h/"),
            ("http://[::0:1]:80/", "http://[::1]/"),
            ("ws://h", "ws://h"),
        ] {
            assert_eq!(normal(text), expected, "{text}");
            assert_eq!(normal(expected), expected, "{expected} is normal already");
        }
    }

    #[test]
    fn the_target_is_never_empty() {
        for (text, target) in [("http://h", "/"), ("http://h?x", "/?x"), ("http://h/a#f", "/a")] {
            assert_eq!(text.parse::<Url>().unwrap().target(), target, "{text}");
        }
    }

    #[test]
    fn an_error_says_where() {
        for (text, problem, offset) in [
            ("example.com", UrlProblem::NoScheme, 0),
            ("localhost:8000", UrlProblem::NoScheme, 0),
            ("gopher://h", UrlProblem::UnknownScheme, 0),
            ("http:h", UrlProblem::NoHost, 5),
            ("http://", UrlProblem::NoHost, 7),
            ("http:///a", UrlProblem::NoHost, 7),
            ("http://u@:80/", UrlProblem::NoHost, 9),
            ("http://h:65536", UrlProblem::BadPort, 9),
            ("http://h:8a", UrlProblem::BadPort, 9),
            ("http://h h/", UrlProblem::BadHost, 7),
            ("http://[::1/", UrlProblem::BadHost, 7),
            ("http://1.2.3.400/", UrlProblem::BadHost, 7),
            ("http://h/\n", UrlProblem::ControlCharacter, 9),
        ] {
            assert_eq!(text.parse::<Url>(), Err(UrlError { problem, offset }), "{text}");
        }
    }

    #[test]
    fn references_are_resolved_as_rfc_3986_says() {
        let base: Url = "http://u@a/b/c/d;p?q".parse().unwrap();
        for (reference, expected) in [
            ("g", "http://u@a/b/c/g"),
            ("./g/", "http://u@a/b/c/g/"),
            ("/g", "http://u@a/g"),
            ("//g", "http://g"),
            ("?y", "http://u@a/b/c/d;p?y"),
            ("g?y#s", "http://u@a/b/c/g?y#s"),
            ("#s", "http://u@a/b/c/d;p?q#s"),
            ("", "http://u@a/b/c/d;p?q"),
            (".", "http://u@a/b/c/"),
            ("../../../g", "http://u@a/g"),
            ("https://h/x", "https://h/x"),
        ] {
            assert_eq!(base.join(reference).unwrap().as_str(), expected, "{reference}");
        }
        assert!(base.join("http:g").is_err());
        assert!(base.join("mailto:x").is_err());
    }

    #[test]
    fn credentials_are_decoded_and_not_shown() {
        let url: Url = "http://me:p%40w@h/".parse().unwrap();
        assert_eq!(url.credentials(), Some((b"me".to_vec(), b"p@w".to_vec())));
        assert_eq!(url.to_string(), "http://me:[secure]@h/");
        assert!(!alloc::format!("{url:?}").contains("p%40w"));
    }
}
