//! URLs as they are requested.

use std::borrow::Cow;

use limpid_core::client::Url;
use limpid_io::Error;

use super::failure::Failure;
use crate::args::RequestArgs;
use crate::exit::Exit;

/// A URL as it is requested.
pub(super) struct Target {
    pub(super) url: Url,
    /// The request target, if it is not that of the URL.
    pub(super) target: Option<String>,
}

impl Target {
    /// Reads a URL: its scheme may be missing, and `query` is added to its query.
    pub(super) fn read(text: &str, query: &str, args: &RequestArgs) -> Result<Self, Failure> {
        let text = with_scheme(text, args.urls.default_scheme());
        let text = with_query(&text, query);
        if let Some(c) = text.chars().find(|c| c.is_ascii_whitespace() || c.is_ascii_control()) {
            let message = format!("the URL contains {c:?}; write it as %{:02X}", u32::from(c));
            return Err(Failure::Url(Exit::Url, message));
        }
        let url: Url = text.parse().map_err(|error| Failure::Request(Error::Url(error)))?;
        if !args.urls.allows(url.scheme()) {
            let message = format!("--proto does not allow {}", url.scheme().name());
            return Err(Failure::Url(Exit::Protocol, message));
        }
        if args.auth.disallow_username_in_url && url.credentials().is_some() {
            let message =
                "--disallow-username-in-url does not allow the user in the URL".to_owned();
            return Err(Failure::Url(Exit::Login, message));
        }
        let target = match &args.message.request_target {
            Some(target) => Some(target.clone()),
            None => own_target(&text, &url, args.message.path_as_is),
        };
        Ok(Self { url, target })
    }
}

/// Returns the URL with a scheme: `default` if it has none.
fn with_scheme<'t>(text: &'t str, default: &str) -> Cow<'t, str> {
    if text.is_empty() || text.starts_with(['/', '?', '#']) {
        return Cow::Borrowed(text);
    }
    let Some((scheme, rest)) = text.split_once(':') else {
        return Cow::Owned([default, "://", text].concat());
    };
    let is_scheme = !scheme.is_empty()
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    match rest.strip_prefix('/') {
        Some(slash) if is_scheme && slash.starts_with('/') => Cow::Borrowed(text),
        // One slash is read as two.
        Some(path) if is_scheme => Cow::Owned([scheme, "://", path].concat()),
        _ => Cow::Owned([default, "://", text].concat()),
    }
}

/// Adds to the query of a URL.
fn with_query<'t>(text: &'t str, query: &str) -> Cow<'t, str> {
    if query.is_empty() {
        return Cow::Borrowed(text);
    }
    let (url, fragment) = text.split_at(text.find('#').unwrap_or(text.len()));
    let separator = match url.split_once('?') {
        Some((_, "")) => "",
        Some((_, before)) if before.ends_with('&') => "",
        Some(_) => "&",
        None => "?",
    };
    Cow::Owned([url, separator, query, fragment].concat())
}

/// Returns the request target as curl writes it, if that is not the one of the URL: characters of ASCII are not encoded,
/// and with `as_is` segments of dots stay.
fn own_target(text: &str, url: &Url, as_is: bool) -> Option<String> {
    let rest = &text[text.find("://")? + 3..];
    let rest = &rest[rest.find(['/', '?', '#']).unwrap_or(rest.len())..];
    let rest = &rest[..rest.find('#').unwrap_or(rest.len())];
    let mut target = if rest.starts_with('/') { String::new() } else { String::from("/") };
    let path = rest.split('?').next().unwrap_or_default();
    if !as_is && path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return None;
    }
    for c in rest.chars() {
        if c.is_ascii() {
            target.push(c);
        } else {
            let mut bytes = [0; 4];
            target.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
    (target != url.target()).then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_scheme_is_added() {
        let read = |text| with_scheme(text, "http").into_owned();
        assert_eq!(read("localhost"), "http://localhost");
        assert_eq!(read("localhost:80/a"), "http://localhost:80/a");
        assert_eq!(read("me:pw@localhost/a:b"), "http://me:pw@localhost/a:b");
        assert_eq!(read("https://a/"), "https://a/");
        assert_eq!(read("ftp://a/"), "ftp://a/");
        assert_eq!(read("http:/a/b"), "http://a/b");
        assert_eq!(read("[::1]:80"), "http://[::1]:80");
        assert_eq!(read("/path"), "/path");
        assert_eq!(with_scheme("a/b", "https"), "https://a/b");
    }

    #[test]
    fn query_is_added_before_the_fragment() {
        let read = |text| with_query(text, "a=1").into_owned();
        assert_eq!(read("http://h"), "http://h?a=1");
        assert_eq!(read("http://h/?"), "http://h/?a=1");
        assert_eq!(read("http://h/?b=2#c?d"), "http://h/?b=2&a=1#c?d");
        assert_eq!(with_query("http://h", ""), "http://h");
    }

    #[test]
    fn target_is_written_as_given() {
        let read = |text: &str, as_is| own_target(text, &text.parse().unwrap(), as_is);
        assert_eq!(read("http://h/a?b#c", false), None);
        assert_eq!(read("http://h", false), None);
        assert_eq!(read("http://h?a={b}", false), None);
        assert_eq!(read("http://h/a|b\"c\u{fc}", false).as_deref(), Some("/a|b\"c%C3%BC"));
        assert_eq!(read("http://h/a/../b", false), None);
        assert_eq!(read("http://h/a/../b", true).as_deref(), Some("/a/../b"));
    }
}
