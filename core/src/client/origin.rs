//! The origins of URLs.

use crate::values::Arc;
use alloc::string::String;

use super::url::Url;

/// The origin of a URL (RFC 6454 section 4): its scheme, host and port. It is cheap to clone.
///
/// ```
/// use limpid_core::client::Origin;
///
/// let origin = Origin::of(&"https://example.com/a".parse()?);
/// assert_eq!((origin.host(), origin.port()), ("example.com", 443));
/// assert!(origin.is_of(&"https://example.com:443/b".parse()?));
/// # Ok::<(), limpid_core::client::UrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(Arc<Parts>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Parts {
    port: u16,
    secure: bool,
    host: String,
}

impl Origin {
    /// Returns the origin of a URL.
    #[must_use]
    pub fn of(url: &Url) -> Self {
        let secure = url.scheme().is_secure();
        Self(Arc::new(Parts { port: url.port(), secure, host: url.host().into() }))
    }

    /// Returns whether the scheme is `https`.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.0.secure
    }

    /// Returns the host, in the form that [`Url::host`] has.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// Returns the port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// Returns whether both share one allocation. Equal origins may not.
    #[inline]
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Returns whether `url` is of this origin.
    #[must_use]
    pub fn is_of(&self, url: &Url) -> bool {
        self.0.secure == url.scheme().is_secure()
            && self.0.port == url.port()
            && self.0.host == url.host()
    }
}

#[cfg(test)]
mod tests {
    use core::cmp::Ordering;

    use super::*;

    #[test]
    fn origins_of_equivalent_urls_are_equal() {
        let of = |url: &str| Origin::of(&url.parse().unwrap());
        let origin = of("http://a/1");
        assert_eq!(origin.cmp(&origin.clone()), Ordering::Equal);
        assert_eq!(origin.cmp(&of("http://a:80/2")), Ordering::Equal);
        for other in ["https://a/", "http://b/", "http://a:81/"] {
            assert_ne!(origin.cmp(&of(other)), Ordering::Equal);
            assert_eq!(origin.cmp(&of(other)), of(other).cmp(&origin).reverse());
        }
    }
}
