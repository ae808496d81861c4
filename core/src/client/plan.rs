//! The plan of an exchange: a request, and its route.

use crate::values::Arc;

use super::options::Options;
use super::proxy::Proxy;
use super::request::Request;
use super::route::{Route, Via};
use crate::trace::{SpanKind, TlsContext};

/// A request, its options and its route.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) request: Arc<Request>,
    /// The request with the cookies of the driver, which is sent instead.
    pub(super) with_cookies: Option<Arc<Request>>,
    pub(super) route: Route,
    pub(super) options: Arc<Options>,
    /// The current request is the CONNECT that opens a tunnel.
    pub(super) tunnelling: bool,
}

impl Plan {
    pub(super) fn new(mut request: Arc<Request>, options: Arc<Options>) -> Self {
        accept_codings(&mut request, &options);
        let route = options.route_from(request.origin().clone(), request.url());
        Self { route, request, with_cookies: None, options, tunnelling: false }
    }

    /// Replaces the request, and returns the old one. Equal parts are not replaced, because changing
    /// a reference count costs synchronisation between processors.
    pub(super) fn renew(
        &mut self,
        mut request: Arc<Request>,
        options: &Arc<Options>,
    ) -> Arc<Request> {
        if !Arc::ptr_eq(&self.options, options) {
            self.options = Arc::clone(options);
        }
        accept_codings(&mut request, options);
        options.change_route(&mut self.route, request.origin(), request.url());
        (self.tunnelling, self.with_cookies) = (false, None);
        core::mem::replace(&mut self.request, request)
    }

    /// Returns the request as it is sent.
    #[inline]
    pub(super) fn sent(&self) -> &Request {
        self.with_cookies.as_ref().unwrap_or(&self.request)
    }

    /// Sets the request of the next hop.
    pub(super) fn follow(&mut self, request: Arc<Request>) {
        let options = Arc::clone(&self.options);
        self.renew(request, &options);
    }

    /// Returns whether the request would be sent without TLS, which the options forbid.
    pub(super) fn lacks_https(&self) -> bool {
        self.options.https_only && !self.request.url().scheme().is_secure()
    }

    pub(super) fn tls_context(&self) -> TlsContext {
        TlsContext { verify: self.options.verify }
    }

    /// Returns the proxy that the connection leads to while this span is open; `None` if it leads to
    /// the origin server, directly or through a proxy.
    pub(super) fn proxy_at(&self, span: Option<SpanKind>) -> Option<&Proxy> {
        match (self.route.via(), span) {
            (Via::Forward(proxy), _)
            | (Via::Tunnel(proxy), Some(SpanKind::ConnectTcp | SpanKind::StartTls))
            | (
                Via::Socks(proxy),
                Some(SpanKind::SocksConnectTcp | SpanKind::SetupSocks5Connection),
            ) => Some(proxy),
            (Via::Tunnel(_), Some(SpanKind::ProxyStartTls)) => None,
            (Via::Tunnel(proxy), _) => self.tunnelling.then_some(proxy),
            _ => None,
        }
    }

    /// Returns the method of the current request.
    pub(super) fn method(&self) -> &[u8] {
        if self.tunnelling { b"CONNECT" } else { self.request.method() }
    }
}

/// Adds an Accept-Encoding field if the options require decoding.
fn accept_codings(request: &mut Arc<Request>, options: &Options) {
    if options.decode && request.lacks_codings() {
        Arc::make_mut(request).accept_codings();
    }
}
