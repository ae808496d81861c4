//! URLs of HTTP, normalised once (RFC 3986 section 6, RFC 9110 section 4.2).

mod encode;
mod error;
mod parse;
mod plain;
#[cfg(test)]
mod tests;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;
use core::str::FromStr;

use crate::trace::Capture;

use encode::percent_decode;
pub use error::{UrlError, UrlProblem};
pub(super) use parse::{Authority, normal_host};

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
    const ALL: [Self; 4] = [Self::Http, Self::Https, Self::Ws, Self::Wss];

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

    /// What a URL begins with.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Http => "http://",
            Self::Https => "https://",
            Self::Ws => "ws://",
            Self::Wss => "wss://",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| name.eq_ignore_ascii_case(scheme.name()))
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
    /// The URL, and after it the target if that is no part of it.
    text: String,
    /// Where the URL ends.
    end: usize,
    scheme: Scheme,
    port: u16,
    // Where these stand in the text.
    host: Range<usize>,
    authority: Range<usize>,
    target: Range<usize>,
}

impl Url {
    /// The whole URL, normalised, with userinfo and fragment. For a person or a log, use the
    /// `Display` form, which hides credentials.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text[..self.end]
    }

    /// The scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host to connect to: lower-case, A-labels, without the brackets of an IPv6 address.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.text[self.host.clone()]
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
        let (open, close) = if self.host().contains(':') { ("[", "]") } else { ("", "") };
        [open, self.host(), close, ":", &self.port.to_string()].concat()
    }

    /// The target of a request (RFC 9112 section 3.2.1): path and query.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.text[self.target.clone()]
    }

    /// The fragment, encoded, if the URL has one.
    #[must_use]
    pub fn fragment(&self) -> Option<&str> {
        self.as_str().split_once('#').map(|(_, fragment)| fragment)
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
        let mut text = if parse::split_scheme(reference).is_some() {
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
        let path = self.target().split_once('?').map_or(self.target(), |(path, _)| path);
        let kept = match reference.bytes().next() {
            Some(b'/') => "",
            Some(b'?') => path,
            None | Some(b'#') => self.target(),
            Some(_) => &path[..=path.rfind('/').unwrap_or(0)],
        };
        [&self.text[..self.authority.end], kept].concat()
    }

    /// Becomes the URL that is written in `text`, in the memory of this one.
    pub(super) fn replace(&mut self, text: &str) -> Result<(), UrlError> {
        *self = parse::read(text, &mut self.text)?;
        Ok(())
    }

    /// Whether it holds more memory than URLs usually need.
    pub(super) const fn has_large_memory(&self) -> bool {
        self.text.capacity() > 4 * 1024
    }

    /// The user and the password, decoded, if the URL has any.
    #[must_use]
    pub fn credentials(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let before = self.text[..self.authority.start].strip_suffix('@')?;
        let userinfo = &before[self.scheme.prefix().len()..];
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        Some((percent_decode(user), percent_decode(password)))
    }
}

impl fmt::Display for Url {
    /// The URL as [`Capture::Default`] shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Capture::Default.url(self.as_str()))
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({self})")
    }
}

impl FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        parse::read(text, &mut String::new())
    }
}
