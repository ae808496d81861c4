//! Where connections lead.

use alloc::string::String;
use alloc::sync::Arc;
use core::cmp::Ordering;

use super::proxy::Proxy;
use super::url::Url;

/// Where a connection leads, and through which proxy: connections are shared by requests to the same
/// origin that go the same way. It is cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(Arc<Way>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Way {
    port: u16,
    secure: bool,
    host: String,
    proxy: Option<Arc<Proxy>>,
}

impl Origin {
    /// The origin of a URL, asked directly.
    #[must_use]
    pub fn of(url: &Url) -> Self {
        Self::via(None, url)
    }

    /// The origin of a URL, asked through a proxy if there is one.
    pub(super) fn via(proxy: Option<Arc<Proxy>>, url: &Url) -> Self {
        let secure = url.scheme().is_secure();
        Self(Arc::new(Way { port: url.port(), secure, host: url.host().into(), proxy }))
    }

    /// The proxy on the way.
    #[must_use]
    pub fn proxy(&self) -> Option<&Proxy> {
        self.0.proxy.as_deref()
    }

    /// Whether `url` is of this origin, whatever the way to it.
    #[must_use]
    pub fn is_of(&self, url: &Url) -> bool {
        self.0.secure == url.scheme().is_secure()
            && self.0.port == url.port()
            && self.0.host == url.host()
    }
}

impl Ord for Origin {
    /// A request that is sent again has the very origin that its connection was opened for.
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl PartialOrd for Origin {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_through_other_proxies_lead_elsewhere() {
        let url: Url = "http://a/".parse().unwrap();
        let via = |proxy: &str| Origin::via(Some(Arc::new(proxy.parse().unwrap())), &url);
        assert_eq!(via("http://p:1"), via("http://p:1"));
        assert_ne!(via("http://p:1"), via("http://p:2"));
        assert_ne!(via("http://p:1"), via("http://me@p:1"));
        assert_ne!(via("http://p:1"), Origin::of(&url));
        assert!(via("http://p:1").is_of(&url));
    }

    #[test]
    fn what_leads_to_the_same_place_is_equal_wherever_it_came_from() {
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
