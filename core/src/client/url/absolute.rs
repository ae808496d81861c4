//! A URL that was read, and its parts.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use super::encode::percent_decode;
use super::scheme::Scheme;
use crate::trace::Capture;

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
    pub(super) text: String,
    /// Where the URL ends.
    pub(super) end: usize,
    pub(super) scheme: Scheme,
    pub(super) port: u16,
    // Where these stand in the text.
    pub(super) host: Range<usize>,
    pub(super) authority: Range<usize>,
    pub(super) target: Range<usize>,
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

    /// Whether it holds more memory than URLs usually need.
    pub(in super::super) const fn has_large_memory(&self) -> bool {
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
