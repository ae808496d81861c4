//! Where a request is passed on to.

use limpid_core::client::Url;
use limpid_core::http1::RequestHead;

use super::refusal::Refusal;

/// Where the requests of a connection go.
pub(super) enum Destination {
    /// To the server that each request names with a whole URL.
    Named,
    /// To this server, below the path of this URL.
    Server {
        base: Url,
        /// The Host field stays as the client sent it.
        keep_host: bool,
    },
}

/// What is requested of a server.
pub(super) struct Onward {
    /// The URL, for connecting and for events.
    pub(super) url: String,
    /// The target, byte for byte as the client wrote it, apart from the path of the base.
    pub(super) target: Vec<u8>,
    /// The value of Host; `None` leaves that of the client.
    pub(super) host: Option<Vec<u8>>,
}

impl Destination {
    /// Returns what to request for a request with this head, which is no CONNECT.
    ///
    /// # Errors
    /// The request does not name a server, or not one that can be connected to.
    pub(super) fn of(&self, head: &RequestHead<'_>) -> Result<Onward, Refusal> {
        let (origin, path) = split(head.target);
        match self {
            Self::Named => named(origin.ok_or(Refusal::NOT_A_PROXY_REQUEST)?, path, head.method),
            Self::Server { base, keep_host } => {
                let target = below(base.target().trim_end_matches('/'), path, head.method);
                let scheme = base.as_str().split(':').next().unwrap_or_default();
                let origin = format!("{scheme}://{}", base.authority());
                let host = (!keep_host || head.fields.get("Host").is_none())
                    .then(|| base.authority().as_bytes().to_vec());
                Ok(Onward { url: url(&origin, &target), target, host })
            }
        }
    }
}

/// Returns what to request of the server that the request names. The Host field is ignored (RFC 9112 section
/// 3.2.2).
fn named(origin: &[u8], path: &[u8], method: &[u8]) -> Result<Onward, Refusal> {
    let text = String::from_utf8_lossy(origin);
    let (scheme, authority) = text.split_once("://").unwrap_or_default();
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err(Refusal::SCHEME);
    }
    let target = match path {
        // The server itself (RFC 9112 section 3.2.4).
        b"" if method == b"OPTIONS" => b"*".to_vec(),
        path => below("", path, method),
    };
    let host = Some(authority.as_bytes().to_vec());
    Ok(Onward { url: url(&text, &target), target, host })
}

/// Splits a target into the scheme with the authority, if it has them, and the rest.
fn split(target: &[u8]) -> (Option<&[u8]>, &[u8]) {
    if target.starts_with(b"/") || target == b"*" {
        return (None, target);
    }
    let Some(colon) = target.windows(3).position(|three| three == b"://") else {
        return (None, target);
    };
    let start = colon + 3;
    let len = target[start..].iter().position(|byte| matches!(byte, b'/' | b'?'));
    let (origin, rest) = target.split_at(len.map_or(target.len(), |len| start + len));
    (Some(origin), rest)
}

/// Returns the target of `path` below that of the base.
fn below(base: &str, path: &[u8], method: &[u8]) -> Vec<u8> {
    match path {
        b"*" if method == b"OPTIONS" => b"*".to_vec(),
        [b'/', ..] => [base.as_bytes(), path].concat(),
        // A URL may have no path.
        _ => [base.as_bytes(), b"/", path].concat(),
    }
}

/// Returns the URL of a target.
fn url(origin: &str, target: &[u8]) -> String {
    match target {
        b"*" => format!("{origin}/"),
        _ => format!("{origin}{}", String::from_utf8_lossy(target)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head<'h>(method: &'h [u8], target: &'h [u8]) -> RequestHead<'h> {
        RequestHead { method, target, ..RequestHead::NONE }
    }

    /// Returns the URL, the target and the host.
    fn of(destination: &Destination, head: &RequestHead<'_>) -> Option<[String; 3]> {
        let Onward { url, target, host } = destination.of(head).ok()?;
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Some([url, text(target), text(host.unwrap_or_default())])
    }

    #[test]
    fn named_server_is_that_of_the_target() {
        let get = |target: &str| of(&Destination::Named, &head(b"GET", target.as_bytes()));
        for (target, url, path, host) in [
            ("http://a", "http://a/", "/", "a"),
            ("HTTP://A:81/b?c", "HTTP://A:81/b?c", "/b?c", "A:81"),
            ("http://a?b", "http://a/?b", "/?b", "a"),
            ("https://[::1]:4/../%zz", "https://[::1]:4/../%zz", "/../%zz", "[::1]:4"),
            ("http://a/http://b/", "http://a/http://b/", "/http://b/", "a"),
        ] {
            let expected = [url, path, host].map(str::to_owned);
            assert_eq!(get(target), Some(expected), "{target}");
        }
        for target in ["/", "*", "ftp://a/", "/http://a/"] {
            assert_eq!(get(target), None, "{target}");
        }
    }

    #[test]
    fn options_may_concern_the_server_itself() {
        let [url, target, host] =
            of(&Destination::Named, &head(b"OPTIONS", b"http://a:81")).unwrap();
        assert_eq!([&*url, &*target, &*host], ["http://a:81/", "*", "a:81"]);
    }

    #[test]
    fn given_server_is_used_whatever_the_target_names() {
        let server =
            |base: &str| Destination::Server { base: base.parse().unwrap(), keep_host: false };
        for (base, target, url) in [
            ("http://a", "/", "http://a/"),
            ("http://a/", "/b?c", "http://a/b?c"),
            ("https://a/b", "/c", "https://a/b/c"),
            ("http://a/b/", "//c", "http://a/b//c"),
            ("http://a/b", "http://other/c", "http://a/b/c"),
        ] {
            let [given, target, host] =
                of(&server(base), &head(b"GET", target.as_bytes())).unwrap();
            assert_eq!((given.as_str(), host.as_str()), (url, "a"));
            assert!(url.ends_with(&target));
        }
        let [_, target, _] = of(&server("http://a/b"), &head(b"OPTIONS", b"*")).unwrap();
        assert_eq!(target, "*");
    }
}
