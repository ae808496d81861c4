//! Proxies.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use super::basic::basic;
use super::url::{Authority, Url, UrlError};
use crate::stored::{stored_enum, stored_struct};
use crate::trace::{Capture, MASK};

/// The protocol of a proxy.
///
/// [`Proxy`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProxyKind {
    /// HTTP: requests to `http` URLs are forwarded, those to `https` URLs go through a tunnel.
    Http,
    /// HTTP over TLS.
    Https,
    /// SOCKS5. The proxy resolves host names.
    Socks5,
}

/// A proxy: its protocol, host, port and credentials.
///
/// ```
/// use limpid_core::client::{Proxy, ProxyKind};
///
/// let proxy: Proxy = "socks5://me:pw@localhost".parse()?;
/// assert_eq!((proxy.kind(), proxy.host(), proxy.port()), (ProxyKind::Socks5, "localhost", 1080));
///
/// // Without a scheme, the protocol is HTTP.
/// assert_eq!("localhost:3128".parse::<Proxy>()?.kind(), ProxyKind::Http);
/// # Ok::<(), limpid_core::client::ProxyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proxy {
    kind: ProxyKind,
    host: String,
    port: u16,
    credentials: Option<(Vec<u8>, Vec<u8>)>,
}

stored_enum! {
    ProxyKind {
        0 Http,
        1 Https,
        2 Socks5,
    }
}

stored_struct! { Proxy { kind host port credentials } }

impl Proxy {
    /// Returns the protocol.
    #[must_use]
    pub const fn kind(&self) -> ProxyKind {
        self.kind
    }

    /// Returns the host to connect to.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the port to connect to.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Returns the user name and the password, if the proxy needs them.
    #[must_use]
    pub fn credentials(&self) -> Option<(&[u8], &[u8])> {
        self.credentials.as_ref().map(|(user, password)| (&user[..], &password[..]))
    }

    /// Returns the proxy with its secrets masked: another one with credentials of the same length.
    pub(super) fn masked(&self, capture: Capture) -> Self {
        let mut proxy = self.clone();
        if let Some((user, password)) =
            proxy.credentials.as_mut().filter(|_| !capture.shows_secrets())
        {
            password.fill(MASK);
            if capture == Capture::Redacted {
                user.fill(MASK);
            }
        }
        proxy
    }

    /// Returns the value of Proxy-Authorization.
    pub(super) fn authorization(&self) -> Option<Vec<u8>> {
        self.credentials().map(|(user, password)| basic(user, password))
    }
}

/// The error for a text that is not the URL of a proxy.
///
/// [`Proxy`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyError {
    /// The scheme is not that of a proxy.
    Scheme,
    /// It is not a valid URL.
    Url(UrlError),
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme => f.write_str("the proxy's scheme is not http, https, socks5 or socks5h"),
            Self::Url(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ProxyError {}

impl From<UrlError> for ProxyError {
    fn from(error: UrlError) -> Self {
        Self::Url(error)
    }
}

/// The prefix of `http` URLs.
const HTTP: &str = "http://";

impl FromStr for Proxy {
    type Err = ProxyError;

    fn from_str(text: &str) -> Result<Self, ProxyError> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let (kind, default) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (ProxyKind::Http, 80),
            "https" => (ProxyKind::Https, 443),
            "socks5" | "socks5h" => (ProxyKind::Socks5, 1080),
            _ => return Err(ProxyError::Scheme),
        };
        // Everything after the scheme follows the rules of an http URL.
        let url: Url = [HTTP, rest].concat().parse().map_err(|error: UrlError| {
            let before = text.len() - rest.len();
            UrlError { offset: (error.offset + before).saturating_sub(HTTP.len()), ..error }
        })?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let port = Authority::read(authority, 0)?.port.unwrap_or(default);
        Ok(Self { kind, host: url.host().into(), port, credentials: url.credentials() })
    }
}

impl fmt::Display for Proxy {
    /// Formats the URL of the proxy, without credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.kind {
            ProxyKind::Http => "http",
            ProxyKind::Https => "https",
            ProxyKind::Socks5 => "socks5",
        };
        let (open, close) = if self.host.contains(':') { ("[", "]") } else { ("", "") };
        write!(f, "{scheme}://{open}{}{close}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    /// Formats the proxy without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("kind", &self.kind)
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::UrlProblem;

    #[test]
    fn scheme_of_proxy_ignores_case_and_is_optional() {
        let parts = |text: &str| {
            let proxy: Proxy = text.parse().unwrap();
            (proxy.kind(), String::from(proxy.host()), proxy.port())
        };
        assert_eq!(parts("HTTPS://Proxy.test"), (ProxyKind::Https, "proxy.test".into(), 443));
        assert_eq!(parts("SOCKS5h://[::1]"), (ProxyKind::Socks5, "::1".into(), 1080));
        assert_eq!(parts("me:pw@proxy.test:8080"), (ProxyKind::Http, "proxy.test".into(), 8080));
        assert_eq!(parts("proxy.test"), (ProxyKind::Http, "proxy.test".into(), 80));
    }

    #[test]
    fn proxy_error_has_the_place_of_the_error() {
        let problem = |problem, offset| Err(ProxyError::Url(UrlError { problem, offset }));
        assert_eq!("socks4://proxy.test".parse::<Proxy>(), Err(ProxyError::Scheme));
        assert_eq!("socks5h://h:x".parse::<Proxy>(), problem(UrlProblem::BadPort, 12));
        assert_eq!("h:99999".parse::<Proxy>(), problem(UrlProblem::BadPort, 2));
        assert_eq!("".parse::<Proxy>(), problem(UrlProblem::NoHost, 0));
    }
}
