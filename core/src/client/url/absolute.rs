//! Parsed URLs.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use super::encode::percent_decode;
use super::host::without_zone;
use super::scheme::Scheme;
use crate::stored::{Reader, Stored};
use crate::trace::Capture;

/// An absolute `http`, `https`, `ws` or `wss` URL, normalised.
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
#[doc(alias("Uri", "IntoUrl", "parse"))]
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Url {
    /// The URL, followed by the request target if that is not a part of it, and, if the host has a
    /// zone, by the authority without the zone and the host.
    pub(super) text: String,
    /// Where the URL ends in `text`.
    pub(super) end: usize,
    pub(super) scheme: Scheme,
    pub(super) port: u16,
    // Ranges and offsets in `text`.
    pub(super) host: Range<usize>,
    pub(super) authority: Range<usize>,
    pub(super) target: Range<usize>,
}

impl Stored for Url {
    fn store(&self, to: &mut Vec<u8>) {
        self.as_str().len().store(to);
        to.extend_from_slice(self.as_str().as_bytes());
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        core::str::from_utf8(from.counted_bytes()?).ok()?.parse().ok()
    }
}

impl Url {
    /// Returns the whole URL, normalised, with userinfo and fragment, as `Display` formats it. For logs,
    /// use [`redacted`](Self::redacted).
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text[..self.end]
    }

    /// Returns the URL with its secrets hidden, as [`Capture::Default`] shows it and `{:?}` formats it:
    /// for logs and messages. It is not the URL any more.
    ///
    /// ```
    /// # use limpid_core::client::Url;
    /// let url: Url = "http://me:pw@example.com/?token=xyz".parse()?;
    /// assert_eq!(url.redacted(), "http://me:[secure]@example.com/?token=[secure]");
    /// assert_eq!(url.to_string(), "http://me:pw@example.com/?token=xyz");
    /// # Ok::<(), limpid_core::client::UrlError>(())
    /// ```
    #[must_use]
    pub fn redacted(&self) -> Cow<'_, str> {
        Capture::Default.url(self.as_str())
    }

    /// Returns the scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Returns the host to connect to: in lower case, as A-labels, without the brackets of an IPv6
    /// address, whose zone follows a `%` (RFC 4007 section 11).
    #[doc(alias = "host_str")]
    #[must_use]
    pub fn host(&self) -> &str {
        &self.text[self.host.clone()]
    }

    /// Returns the port to connect to.
    #[doc(alias = "port_or_known_default")]
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Returns the value of the Host field: the host without a zone (RFC 6874 section 4), and the port
    /// unless it is the scheme's default.
    ///
    /// ```
    /// # use limpid_core::client::Url;
    /// let url: Url = "http://[fe80::1%25eth0]:8080/".parse()?;
    /// assert_eq!((url.host(), url.authority()), ("fe80::1%eth0", "[fe80::1]:8080"));
    /// # Ok::<(), limpid_core::client::UrlError>(())
    /// ```
    #[must_use]
    pub fn authority(&self) -> &str {
        match self.host.start < self.end {
            true => &self.text[self.authority.clone()],
            false => &self.text[self.end.max(self.target.end)..self.host.start],
        }
    }

    /// Returns the request target of CONNECT: the host without a zone, and the port (RFC 9112 section 3.2.3).
    #[must_use]
    pub fn host_and_port(&self) -> String {
        let host = without_zone(self.host());
        let (open, close) = if host.contains(':') { ("[", "]") } else { ("", "") };
        [open, host, close, ":", &self.port.to_string()].concat()
    }

    /// Returns the request target in origin form: path and query (RFC 9112 section 3.2.1).
    #[doc(alias = "path_and_query")]
    #[must_use]
    pub fn target(&self) -> &str {
        &self.text[self.target.clone()]
    }

    /// Returns the path, encoded. It begins with a slash.
    ///
    /// ```
    /// # use limpid_core::client::Url;
    /// let url: Url = "http://example.com/a%20b?c=d#e".parse()?;
    /// assert_eq!((url.path(), url.query()), ("/a%20b", Some("c=d")));
    /// # Ok::<(), limpid_core::client::UrlError>(())
    /// ```
    #[must_use]
    pub fn path(&self) -> &str {
        self.target().split_once('?').map_or(self.target(), |(path, _)| path)
    }

    /// Returns the query, encoded and without the question mark; `None` without a question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.target().split_once('?').map(|(_, query)| query)
    }

    /// Returns the fragment, encoded, if there is one.
    #[must_use]
    pub fn fragment(&self) -> Option<&str> {
        self.as_str().split_once('#').map(|(_, fragment)| fragment)
    }

    /// Returns whether it occupies more memory than URLs usually need.
    pub(in super::super) const fn has_large_memory(&self) -> bool {
        self.text.capacity() > 4 * 1024
    }

    /// Returns this URL without the user and the password.
    pub(in super::super) fn without_userinfo(mut self) -> Self {
        let start = self.scheme.prefix().len();
        let len = self.authority.start - start;
        self.text.drain(start..start + len);
        for range in [&mut self.host, &mut self.authority, &mut self.target] {
            *range = range.start - len..range.end - len;
        }
        self.end -= len;
        self
    }

    /// Returns the user and the password, decoded, if there are any.
    #[doc(alias("username", "password", "userinfo"))]
    #[must_use]
    pub fn credentials(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let before = self.text[..self.authority.start].strip_suffix('@')?;
        let userinfo = &before[self.scheme.prefix().len()..];
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        Some((percent_decode(user), percent_decode(password)))
    }
}

impl fmt::Display for Url {
    /// Formats the whole URL, with its secrets, so that parsing the text returns the same URL. For logs,
    /// use [`Url::redacted`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl AsRef<str> for Url {
    /// Returns [`as_str`](Self::as_str), so that a client takes URLs as it takes text.
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({})", self.redacted())
    }
}
