//! A cookie, as a jar shows it.

use std::fmt;
use std::time::{Duration, SystemTime};

use cookie_store::{Cookie as Stored, CookieDomain, CookieExpiration};

/// A cookie of a jar.
///
/// [`CookieJar`](super::CookieJar) has an example.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cookie {
    /// The name.
    pub name: String,
    /// The value, which is a secret in most cases.
    pub value: String,
    /// The host, or the domain.
    pub domain: String,
    /// Whether it is sent to this host only. If not, also to those below the domain.
    pub host_only: bool,
    /// The path under which it is sent.
    pub path: String,
    /// Whether it is sent to `https` URLs only.
    pub secure: bool,
    /// Whether scripts of a browser do not receive it. This does not matter to the client.
    pub http_only: bool,
    /// When it expires; `None` at the end of the session.
    pub expires: Option<SystemTime>,
}

impl fmt::Debug for Cookie {
    /// Formats everything except the value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cookie")
            .field("name", &self.name)
            .field("domain", &self.domain)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Cookie {
    pub(super) fn of(cookie: &Stored<'_>) -> Self {
        let expires = match cookie.expires {
            CookieExpiration::AtUtc(time) => Some(time.unix_timestamp()),
            CookieExpiration::SessionEnd => None,
        };
        let since_1970 = |seconds| Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        Self {
            name: cookie.name().to_owned(),
            value: cookie.value().to_owned(),
            domain: String::from(&cookie.domain),
            host_only: matches!(cookie.domain, CookieDomain::HostOnly(_)),
            path: cookie.path.to_string(),
            secure: cookie.secure().unwrap_or(false),
            http_only: cookie.http_only().unwrap_or(false),
            expires: expires.map(|seconds| SystemTime::UNIX_EPOCH + since_1970(seconds)),
        }
    }
}
