//! Routes: where the connection of a request leads, how, and under which TLS configuration.

use crate::values::Arc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::net::{IpAddr, SocketAddr};
use core::num::NonZeroU64;

use super::hosts::Hosts;
use super::origin::Origin;
use super::proxy::{Proxy, ProxyKind};
use super::proxy_options::ProxyOptions;
use super::substitutes::{AddressFamily, Substitutes};
use super::url::without_zone;
use crate::stored::{Reader, Stored, stored_struct};
use crate::trace::{SocketOption, SpanKind};

/// The number of a TLS configuration, with its trusted roots and its client certificate.
///
/// The core does not inspect TLS configurations. The driver assigns each a number; a connection that
/// was opened under one number is not used for a request under another. Two configurations of a
/// process that share a number must trust the same peers.
///
/// [`Route`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrustId(NonZeroU64);

impl TrustId {
    /// Creates the number of a configuration. `number` is below [`u64::MAX`].
    #[must_use]
    pub const fn new(number: u64) -> Self {
        // A number that is not zero keeps `Option<TrustId>` at the size of a word.
        Self(NonZeroU64::MIN.saturating_add(number))
    }
}

impl Stored for TrustId {
    fn store(&self, to: &mut Vec<u8>) {
        (self.0.get() - 1).store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        from.read().map(Self::new)
    }
}

/// The settings beside the URL that decide where connections lead and how they are opened. They are a
/// part of the [`Route`], so that requests share connections only if all settings are equal.
///
/// [`Options`](super::Options) contain them in an [`Arc`]: routes from the same options are compared
/// by the pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteOptions {
    /// The name that the server's certificate must contain, if not the URL's host.
    pub server_name: Option<String>,
    /// The local address to connect from.
    pub local_address: Option<IpAddr>,
    /// Options to set on sockets.
    pub socket_options: Option<Vec<SocketOption>>,
    /// The path of a Unix socket to connect to, for every host, and without a proxy.
    pub unix_socket: Option<String>,
    /// Hosts with configured addresses, which are not looked up.
    pub hosts: Hosts,
    /// Other hosts to connect to, where no proxy is used.
    pub substitutes: Substitutes,
    /// The family of addresses to connect to, if only one.
    pub family: Option<AddressFamily>,
    /// How requests go through HTTP proxies.
    pub proxy: ProxyOptions,
}

stored_struct! {
    RouteOptions { server_name local_address socket_options unix_socket hosts substitutes family proxy }
}

/// The key of the [`Pool`](super::Pool): where a connection leads, how it is opened, and under which
/// TLS configuration. Requests share a connection only if their routes are equal.
///
/// It consists of the origin (scheme, host and port), the proxy, the [`TrustId`] for the origin and
/// for the proxy where they use TLS, and the [`RouteOptions`].
///
/// ```
/// use limpid_core::client::{Options, TrustId};
///
/// let url = "https://example.com/".parse()?;
/// let strict = Options::with(|options| options.trust = Some(TrustId::new(1)));
/// let lax = Options::with(|options| options.trust = Some(TrustId::new(2)));
/// assert_eq!(strict.route_to(&url), strict.route_to(&"https://example.com:443/path".parse()?));
/// assert_ne!(strict.route_to(&url), lax.route_to(&url));
/// # Ok::<(), limpid_core::client::UrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub(super) origin: Origin,
    pub(super) proxy: Option<Arc<Proxy>>,
    pub(super) options: Arc<RouteOptions>,
    /// The TLS configuration for the origin server, once known; `None` without TLS.
    pub(super) trust: Option<TrustId>,
    /// The TLS configuration for the proxy, once known; `None` without TLS.
    pub(super) proxy_trust: Option<TrustId>,
}

/// How a request reaches the origin server.
#[derive(Clone, Copy, Debug)]
pub(super) enum Via<'r> {
    Direct,
    Unix,
    /// The proxy forwards each request, which contains the whole URL.
    Forward(&'r Proxy),
    /// Through a tunnel of the proxy, with TLS to the origin server inside for `https` URLs.
    Tunnel(&'r Proxy),
    Socks(&'r Proxy),
}

impl Via<'_> {
    /// Returns its name in events.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Unix => "unix socket",
            Self::Forward(_) => "forwarding proxy",
            Self::Tunnel(_) => "tunnel",
            Self::Socks(_) => "socks5",
        }
    }
}

impl Route {
    /// Returns the origin that the connection leads to.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns the proxy that the connection goes through, if any.
    #[must_use]
    pub fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_deref()
    }

    pub(super) fn via(&self) -> Via<'_> {
        match (&self.proxy, &self.options.unix_socket) {
            (Some(proxy), _) if proxy.kind() == ProxyKind::Socks5 => Via::Socks(proxy),
            (Some(proxy), _) if self.origin.is_secure() || self.options.proxy.tunnel => {
                Via::Tunnel(proxy)
            }
            (Some(proxy), _) => Via::Forward(proxy),
            (None, Some(_)) => Via::Unix,
            (None, None) => Via::Direct,
        }
    }

    /// Returns the host and the port that a connection is opened to.
    pub(super) fn peer(&self) -> (&str, u16) {
        match &self.proxy {
            Some(proxy) => (proxy.host(), proxy.port()),
            None => self.options.substitutes.of(self.origin.host(), self.origin.port()),
        }
    }

    /// Returns whether connections may be opened to this address.
    pub(super) fn may_connect_to(&self, address: &SocketAddr) -> bool {
        match self.options.family {
            None => true,
            Some(AddressFamily::V4) => address.is_ipv4(),
            Some(AddressFamily::V6) => address.is_ipv6(),
        }
    }

    /// Returns the path of the Unix socket, if connections are opened to one.
    pub(super) fn unix_socket(&self) -> Option<&str> {
        self.options.unix_socket.as_deref().filter(|_| self.proxy.is_none())
    }

    /// Returns the addresses of the host that connections are opened to, if they are known.
    pub(super) fn known_addresses(&self) -> Option<&[IpAddr]> {
        let (host, port) = self.peer();
        self.options.hosts.addresses(host, port)
    }

    /// Returns whether the connection to the proxy itself uses TLS.
    #[inline]
    pub(super) fn has_secure_proxy(&self) -> bool {
        self.proxy.as_ref().is_some_and(|proxy| proxy.kind() == ProxyKind::Https)
    }

    /// Returns whether both consist of shared values, in a few comparisons. Equal routes may not.
    #[inline(always)]
    fn is_same(&self, other: &Self) -> bool {
        self.origin.is_same(&other.origin)
            && Arc::ptr_eq(&self.options, &other.options)
            && self.proxy.as_ref().map(Arc::as_ptr) == other.proxy.as_ref().map(Arc::as_ptr)
            && self.trust == other.trust
            && self.proxy_trust == other.proxy_trust
    }

    /// Compares by value.
    #[inline(never)]
    fn compare(&self, other: &Self) -> Ordering {
        let Self { origin, proxy, options, trust, proxy_trust } = self;
        origin
            .cmp(&other.origin)
            .then_with(|| options.cmp(&other.options))
            .then_with(|| proxy.cmp(&other.proxy))
            .then_with(|| (trust, proxy_trust).cmp(&(&other.trust, &other.proxy_trust)))
    }

    /// Returns the options of sockets. Through a proxy they are not used, as in httpcore.
    pub(super) fn socket_options(&self) -> Option<&[SocketOption]> {
        self.options.socket_options.as_deref().filter(|_| self.proxy.is_none())
    }

    /// Returns the local address. Through a proxy and for a Unix socket it is not used, as in httpcore.
    pub(super) fn local_address(&self) -> Option<IpAddr> {
        match self.via() {
            Via::Direct => self.options.local_address,
            _ => None,
        }
    }

    /// Returns the name that the certificate in this handshake must contain.
    pub(super) fn server_name(&self, span: SpanKind) -> &str {
        let host = match (span, self.via()) {
            (SpanKind::StartTls, Via::Forward(proxy) | Via::Tunnel(proxy)) => proxy.host(),
            // Within a tunnel, httpcore uses the same name.
            (SpanKind::ProxyStartTls, _) => self.origin.host(),
            _ => self.options.server_name.as_deref().unwrap_or_else(|| self.origin.host()),
        };
        without_zone(host)
    }
}

impl Ord for Route {
    /// Orders routes for binary search. A request that follows another on its connection has the same
    /// shared values, so these are compared first.
    #[inline(always)]
    fn cmp(&self, other: &Self) -> Ordering {
        if self.is_same(other) { Ordering::Equal } else { self.compare(other) }
    }
}

impl PartialOrd for Route {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::super::options::Options;
    use super::super::proxy_rules::ProxyRules;
    use super::*;

    const URL: &str = "https://a/";

    fn route(url: &str, options: &Options) -> Route {
        options.route_to(&url.parse().unwrap())
    }

    /// Asserts that a URL has another route under these options.
    fn differs(options: &Options) {
        let (plain, other) = (route(URL, &Options::default()), route(URL, options));
        assert_ne!(plain, other);
        assert_eq!(plain.cmp(&other), other.cmp(&plain).reverse());
        assert_ne!(plain.cmp(&other), Ordering::Equal);
        assert_eq!(other.cmp(&route(URL, &options.clone())), Ordering::Equal);
    }

    fn with(options: RouteOptions) -> Options {
        Options { route: Arc::new(options), ..Options::default() }
    }

    fn through(proxy: &str) -> Options {
        let proxies = ProxyRules::from(proxy.parse::<Proxy>().unwrap());
        Options { proxies, ..Options::default() }
    }

    #[test]
    fn route_includes_scheme_host_and_port() {
        let options = Options::default();
        for url in ["http://a:443/", "https://b/", "https://a:444/"] {
            assert_ne!(route(URL, &options), route(url, &options));
        }
        assert_eq!(route(URL, &options), route("https://A:443/path?query", &options));
    }

    #[test]
    fn route_includes_the_proxy() {
        for proxy in ["http://p:1", "http://p:2", "http://q:1", "http://me@p:1", "socks5://p:1"] {
            differs(&through(proxy));
        }
        let (one, other) = (route(URL, &through("http://p:1")), route(URL, &through("http://p:2")));
        assert_ne!(one.cmp(&other), Ordering::Equal);
        assert_eq!(one.cmp(&route(URL, &through("http://p:1"))), Ordering::Equal, "by value");
    }

    #[test]
    fn route_with_tls_includes_the_configuration_for_the_origin() {
        let trusting = |number| Options { trust: Some(TrustId::new(number)), ..Options::default() };
        differs(&trusting(1));
        assert_ne!(route(URL, &trusting(1)).cmp(&route(URL, &trusting(2))), Ordering::Equal);
        assert_eq!(route("http://a/", &trusting(1)), route("http://a/", &trusting(2)));
    }

    #[test]
    fn route_through_proxy_with_tls_includes_the_configuration_for_it() {
        let trusting =
            |proxy, number| Options { proxy_trust: Some(TrustId::new(number)), ..through(proxy) };
        let routes = ["https://p:1", "http://p:1"].map(|proxy| {
            let of = |number| route("http://a/", &trusting(proxy, number));
            of(1).cmp(&of(2))
        });
        assert_eq!(routes, [Ordering::Less, Ordering::Equal]);
    }

    #[test]
    fn route_includes_the_local_address() {
        let local_address = Some("127.0.0.1".parse().unwrap());
        differs(&with(RouteOptions { local_address, ..RouteOptions::default() }));
    }

    #[test]
    fn route_includes_the_unix_socket() {
        let unix_socket = Some("/run/a.sock".into());
        differs(&with(RouteOptions { unix_socket, ..RouteOptions::default() }));
    }

    #[test]
    fn route_includes_the_known_addresses() {
        let mut hosts = Hosts::default();
        hosts.add("a", 443, ["127.0.0.1".parse().unwrap()]);
        differs(&with(RouteOptions { hosts, ..RouteOptions::default() }));
    }

    #[test]
    fn route_includes_the_substitutes() {
        let mut substitutes = Substitutes::default();
        substitutes.add("a", Some(443), "b", None);
        let options = with(RouteOptions { substitutes, ..RouteOptions::default() });
        differs(&options);
        assert_eq!(route(URL, &options).peer(), ("b", 443));
        assert_eq!(route("https://c/", &options).peer(), ("c", 443));
    }

    #[test]
    fn route_includes_the_family_of_addresses() {
        differs(&with(RouteOptions { family: Some(AddressFamily::V4), ..RouteOptions::default() }));
    }

    #[test]
    fn route_includes_how_requests_go_through_proxies() {
        let edits: [fn(&mut ProxyOptions); 3] = [
            |proxy| proxy.tunnel = true,
            |proxy| proxy.connect_http10 = true,
            |proxy| proxy.fields.push(b"X-Team", b"7"),
        ];
        for edit in edits {
            let proxy = ProxyOptions::with(edit);
            differs(&with(RouteOptions { proxy, ..RouteOptions::default() }));
        }
    }

    #[test]
    fn route_includes_the_server_name() {
        let server_name = Some("b".into());
        differs(&with(RouteOptions { server_name, ..RouteOptions::default() }));
    }

    #[test]
    fn route_includes_the_socket_options() {
        let socket_options = Some(vec![SocketOption { level: 6, name: 1, value: 1 }]);
        differs(&with(RouteOptions { socket_options, ..RouteOptions::default() }));
    }
}
