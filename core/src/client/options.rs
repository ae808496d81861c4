//! The options that the requests of one client share.

use crate::values::Arc;

use super::dial::AttemptDelay;
use super::drain_limits::DrainLimits;
use super::origin::Origin;
use super::proxy::Proxy;
use super::proxy_rules::ProxyRules;
use super::redirect_rules::RedirectRules;
use super::retry_policy::RetryPolicy;
use super::route::{Route, RouteOptions, TrustId};
use super::url::Url;
use crate::limits::Config;
use crate::time::Timeouts;
use crate::trace::Capture;
use crate::transport::CertificateReader;

/// The options that the requests of one client share. [`Options::with`] creates them.
///
/// ```
/// use core::time::Duration;
/// use limpid_core::client::Options;
///
/// let options = Options::with(|options| {
///     options.redirects = Some(5);
///     options.timeouts.read = Some(Duration::from_secs(30));
/// });
/// assert_eq!(options.connect_retries, 0);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// How long each kind of wait may take.
    pub timeouts: Timeouts,
    /// The limits on the server's bytes, and the tolerated deviations. [`Config::CLIENT`] by default.
    pub config: Config,
    /// The TLS configuration for `https` URLs. `None`, the default, asks the driver with
    /// [`Action::Trust`](super::Action::Trust) when one is needed.
    pub trust: Option<TrustId>,
    /// The TLS configuration for `https` proxies. `None` asks the driver when one is needed.
    pub proxy_trust: Option<TrustId>,
    /// Whether the TLS configuration verifies certificates. Used only in trace events. `false` by
    /// default.
    pub verify: bool,
    /// Whether content codings of bodies are decoded, and requested where the caller has set no
    /// Accept-Encoding. `false` by default.
    pub decode: bool,
    /// Whether a driver adds a `traceparent` field, with which a new distributed trace begins, to each request
    /// that has none. `false` by default.
    pub traceparent: bool,
    /// How many redirects are followed before the next one is an error. `None`, the default, returns
    /// them as responses.
    pub redirects: Option<u32>,
    /// Whether a URL without TLS is an error ([`Cause::NotHttps`](crate::error::Cause::NotHttps)), that of the request
    /// or of a redirect. `false` by default.
    pub https_only: bool,
    /// What the request after a redirect keeps of the one before.
    pub redirect_rules: RedirectRules,
    /// Whether a request that must not be sent fails only when there is a connection, as in httpx. By
    /// default, it fails before one is opened.
    pub validate_connected: bool,
    /// Whether a Location that is not UTF-8 is read as ISO-8859-1, as in httpx. By default, its bytes are
    /// kept, percent-encoded.
    pub latin1_location: bool,
    /// How long one address of a host is tried before the next is tried beside it.
    pub attempt_delay: AttemptDelay,
    /// How many times opening a connection is retried. 0 by default.
    pub connect_retries: u32,
    /// Whether a request on a reused connection that is closed or reset before the first byte of the
    /// response is resent, once, on a new connection (RFC 9110 section 9.2.2, RFC 9112 section
    /// 9.3.1). Its method must be idempotent, or the transport must have taken none of it; its body
    /// must not come from a source that yields it once. `true` by default.
    pub resend: bool,
    /// Which requests are retried, and when. `None`, the default, retries none.
    pub retries: Option<Arc<RetryPolicy>>,
    /// How much is read of a response that the caller [discards](super::Exchange::discard), and of the
    /// body of a redirect that is followed or of a response after which the request is
    /// retried. `None`, as in httpx, closes the connection of the former,
    /// and reads the latter without limit.
    pub drain: Option<DrainLimits>,
    /// Whether the response is read only after the request was sent or the transport takes no more,
    /// as in httpx. By default it is read while the request is sent, and a final status of 300 or
    /// above stops the upload (RFC 9112 section 9.5).
    pub read_after_send: bool,
    /// Whether it is an error that the peer closes the transport without the closing message of TLS
    /// where that is the end of a body or of a tunnel (RFC 8446 section 6.1). `false` by default: many
    /// peers omit it.
    pub require_close_notify: bool,
    /// Reads certificates of peers for events. `None` by default: no events contain any.
    pub certificates: Option<CertificateReader>,
    /// The proxies to use. Empty by default.
    pub proxies: ProxyRules,
    /// The other settings that decide how connections are opened.
    pub route: Arc<RouteOptions>,
}

crate::values::with!(Options);

crate::stored::stored_struct! {
    Options {
        timeouts config trust proxy_trust verify decode traceparent redirects redirect_rules validate_connected
        latin1_location attempt_delay connect_retries resend retries drain read_after_send require_close_notify
        certificates proxies route https_only
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeouts: Timeouts::default(),
            config: Config::CLIENT,
            trust: None,
            proxy_trust: None,
            verify: false,
            decode: false,
            traceparent: false,
            redirects: None,
            https_only: false,
            redirect_rules: RedirectRules::default(),
            validate_connected: false,
            latin1_location: false,
            attempt_delay: AttemptDelay::default(),
            connect_retries: 0,
            resend: true,
            retries: None,
            drain: Some(DrainLimits::default()),
            read_after_send: false,
            require_close_notify: false,
            certificates: None,
            proxies: ProxyRules::default(),
            route: Arc::default(),
        }
    }
}

impl Options {
    /// Returns the options with the secrets of proxies and of the fields for them masked, for a recording.
    #[doc(hidden)]
    #[must_use]
    pub fn masked(&self, capture: Capture) -> Self {
        let proxy = self.route.proxy.masked(capture);
        let route = Arc::new(RouteOptions { proxy, ..(*self.route).clone() });
        Self { proxies: self.proxies.masked(capture), route, ..self.clone() }
    }

    /// Returns the route that a request to this URL takes.
    #[must_use]
    pub fn route_to(&self, url: &Url) -> Route {
        self.route_from(Origin::of(url), url)
    }

    /// Returns the route to this URL, whose origin is `origin`.
    pub(super) fn route_from(&self, origin: Origin, url: &Url) -> Route {
        let proxy = self.proxy_for(url).cloned();
        let mut route = Route {
            origin,
            proxy,
            options: Arc::clone(&self.route),
            trust: None,
            proxy_trust: None,
        };
        self.set_trust(&mut route);
        route
    }

    /// Changes a route to that of a request to this URL, whose origin is `origin`. Equal parts are
    /// not replaced, because changing a reference count costs synchronisation between processors.
    pub(super) fn change_route(&self, route: &mut Route, origin: &Origin, url: &Url) {
        if route.origin != *origin {
            route.origin = origin.clone();
        }
        if !Arc::ptr_eq(&route.options, &self.route) {
            route.options = Arc::clone(&self.route);
        }
        match (&route.proxy, self.proxy_for(url)) {
            (None, None) => {}
            (Some(old), Some(new)) if Arc::ptr_eq(old, new) => {}
            (_, new) => route.proxy = new.cloned(),
        }
        self.set_trust(route);
    }

    /// Returns whether content codings of bodies are decoded.
    #[inline]
    pub(super) const fn decodes(&self) -> bool {
        self.decode && !self.config.raw
    }

    /// Returns the proxy that a request to this URL goes through.
    fn proxy_for(&self, url: &Url) -> Option<&Arc<Proxy>> {
        match self.route.unix_socket {
            Some(_) => None,
            None => self.proxies.choose(url),
        }
    }

    /// Returns which setting named the proxy for requests to this URL, or why no proxy is used.
    pub(super) fn why_proxy(&self, url: &Url) -> &'static str {
        match self.route.unix_socket {
            Some(_) => "requests go to a Unix socket",
            None => self.proxies.why(url),
        }
    }

    /// Sets the TLS configurations of a route as far as these options contain them and the route uses
    /// TLS.
    fn set_trust(&self, route: &mut Route) {
        route.trust = self.trust.filter(|_| route.origin.is_secure());
        route.proxy_trust = self.proxy_trust.filter(|_| route.has_secure_proxy());
    }
}
