//! A simple model of URLs: every part is parsed and written again, whether or not it is normalised already.

use std::net::{Ipv4Addr, Ipv6Addr};

use limpid_core::client::{Url, UrlError, UrlProblem};

/// The parts of a URL.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    text: String,
    host: String,
    port: u16,
    authority: String,
    target: String,
    fragment: Option<String>,
    has_userinfo: bool,
}

impl From<&Url> for Parts {
    fn from(url: &Url) -> Self {
        Self {
            text: url.as_str().into(),
            host: url.host().into(),
            port: url.port(),
            authority: url.authority().into(),
            target: url.target().into(),
            fragment: url.fragment().map(Into::into),
            has_userinfo: url.credentials().is_some(),
        }
    }
}

/// Parses a URL; `None` if the model does not support its host: letters of other scripts, escapes, forms
/// of IPv4 addresses other than four decimal numbers, zones.
pub(crate) fn read(text: &str) -> Option<Result<Parts, UrlError>> {
    if text.len() > 65_536 {
        return Some(wrong(UrlProblem::TooLong, 65_536));
    }
    if let Some(at) = text.bytes().position(|byte| byte < b' ' || byte == 0x7f) {
        return Some(wrong(UrlProblem::ControlCharacter, at));
    }
    let scheme = text.split_once(':').filter(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
            && !rest.starts_with(|c: char| c.is_ascii_digit())
    });
    let Some((scheme, rest)) = scheme else { return Some(wrong(UrlProblem::NoScheme, 0)) };
    let scheme = scheme.to_ascii_lowercase();
    let default = match &*scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        _ => return Some(wrong(UrlProblem::UnknownScheme, 0)),
    };
    let Some(rest) = rest.strip_prefix("//") else {
        return Some(wrong(UrlProblem::NoHost, text.len() - rest.len()));
    };
    let start = text.len() - rest.len();
    let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if authority.contains('\\') {
        return None;
    }
    let (userinfo, host_port) = match authority.rsplit_once('@') {
        Some((userinfo, host_port)) => (Some(userinfo), host_port),
        None => (None, authority),
    };
    let start = start + authority.len() - host_port.len();
    let (host, port) = match host_and_port(host_port, start)? {
        Ok((host, port)) => (host, port.unwrap_or(default)),
        Err(error) => return Some(Err(error)),
    };
    let mut authority = if host.contains(':') { format!("[{host}]") } else { host.clone() };
    if port != default {
        authority.push_str(&format!(":{port}"));
    }
    let userinfo = userinfo.map(|userinfo| encode(userinfo, " \"<>`{}/?#;=@[\\]^|") + "@");
    let (rest, fragment) = match rest.split_once('#') {
        Some((rest, fragment)) => (rest, Some(encode(fragment, " \"<>`"))),
        None => (rest, None),
    };
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, format!("?{}", encode(query, " \"<>"))),
        None => (rest, String::new()),
    };
    let path = encode(&without_dots(path), " \"<>`{}");
    let target = if path.is_empty() { "/".to_owned() + &query } else { path.clone() + &query };
    let has_userinfo = userinfo.is_some();
    let (userinfo, mark) = (userinfo.unwrap_or_default(), fragment.as_ref().map_or("", |_| "#"));
    let after = fragment.clone().unwrap_or_default();
    let text = format!("{scheme}://{userinfo}{authority}{path}{query}{mark}{after}");
    Some(Ok(Parts { text, host, port, authority, target, fragment, has_userinfo }))
}

fn wrong<T>(problem: UrlProblem, offset: usize) -> Result<T, UrlError> {
    Err(UrlError { problem, offset })
}

/// Returns the normalised host, and the port if there is one.
fn host_and_port(text: &str, start: usize) -> Option<Result<(String, Option<u16>), UrlError>> {
    let end = match text.find(']') {
        Some(bracket) => bracket + 1,
        None => text.find(':').unwrap_or(text.len()),
    };
    let (host, port) = text.split_at(end);
    if host.is_empty() {
        return Some(wrong(UrlProblem::NoHost, start));
    }
    if text.starts_with('[') && !host.ends_with(']') {
        return Some(wrong(UrlProblem::BadHost, start));
    }
    let port = match port.strip_prefix(':') {
        None if !port.is_empty() => return Some(wrong(UrlProblem::BadPort, start + end)),
        None | Some("") => None,
        Some(digits) => match digits.parse() {
            Ok(port) if !digits.starts_with('+') => Some(port),
            _ => return Some(wrong(UrlProblem::BadPort, start + end + 1)),
        },
    };
    if !host.is_ascii() || host.contains('%') || is_unusual_address(host) {
        return None;
    }
    let normal = match host.strip_prefix('[') {
        Some(literal) => {
            let address = literal.strip_suffix(']').and_then(|text| text.parse::<Ipv6Addr>().ok());
            address.map(|address| address.to_string())
        }
        None => {
            let is_name = host.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
            is_name.then(|| host.to_ascii_lowercase())
        }
    };
    let Some(host) = normal else { return Some(wrong(UrlProblem::BadHost, start)) };
    Some(Ok((host, port)))
}

/// Returns whether the last label of a host is a number or empty, and the host is not an IPv4 address in
/// its usual form.
fn is_unusual_address(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let is_number = match last.strip_prefix("0x").or_else(|| last.strip_prefix("0X")) {
        Some(digits) => digits.chars().all(|c| c.is_ascii_hexdigit()),
        None => last.chars().all(|c| c.is_ascii_digit()),
    };
    is_number && host.parse::<Ipv4Addr>().is_err()
}

fn encode(text: &str, encoded: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_graphic() && !encoded.contains(c) {
            out.push(c);
        } else {
            let mut bytes = [0; 4];
            let bytes = c.encode_utf8(&mut bytes).bytes();
            out.extend(bytes.map(|byte| format!("%{byte:02X}")));
        }
    }
    out
}

/// Returns a path without dot segments.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "." if !kept.is_empty() => {}
            ".." if kept.len() > 1 => drop(kept.pop()),
            ".." if !kept.is_empty() => {}
            segment => kept.push(segment),
        }
    }
    // A path that ends in such a segment ends with a slash.
    if path.ends_with("/.") || path.ends_with("/..") {
        kept.push("");
    }
    kept.join("/")
}
