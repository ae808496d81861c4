//! What an exchange is to do: a request, and the way that it takes.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::net::IpAddr;

use super::operation::Operation;
use super::options::Options;
use super::origin::Origin;
use super::proxy::{Proxy, ProxyKind};
use super::request::Request;
use crate::trace::{SocketOption, TlsContext};

/// The way to the origin server.
#[derive(Clone, Copy, Debug)]
pub(super) enum Route<'p> {
    Direct,
    Unix,
    /// Every request goes to the proxy, with the whole URL.
    Forward(&'p Proxy),
    /// A tunnel through the proxy, with TLS to the origin server in it.
    Tunnel(&'p Proxy),
    Socks(&'p Proxy),
}

/// A request, and how it is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) request: Arc<Request>,
    pub(super) origin: Origin,
    pub(super) options: Arc<Options>,
    /// The request on its way is the CONNECT that opens a tunnel.
    pub(super) tunnelling: bool,
}

impl Plan {
    pub(super) fn new(mut request: Arc<Request>, options: Arc<Options>) -> Self {
        accept_codings(&mut request, &options);
        let origin = by_proxy(&request, &options).unwrap_or_else(|| request.origin().clone());
        Self { origin, request, options, tunnelling: false }
    }

    /// Plans another request, and returns the one before. What both have in common is left as it is:
    /// to count who shares something is work that all processors see.
    pub(super) fn renew(
        &mut self,
        mut request: Arc<Request>,
        options: &Arc<Options>,
    ) -> Arc<Request> {
        if !Arc::ptr_eq(&self.options, options) {
            self.options = Arc::clone(options);
        }
        accept_codings(&mut request, options);
        match by_proxy(&request, options) {
            Some(origin) => self.origin = origin,
            None if self.origin != *request.origin() => self.origin = request.origin().clone(),
            None => {}
        }
        self.tunnelling = false;
        core::mem::replace(&mut self.request, request)
    }

    /// Plans the next hop.
    pub(super) fn follow(&mut self, request: Arc<Request>) {
        let options = Arc::clone(&self.options);
        self.renew(request, &options);
    }

    pub(super) fn tls_context(&self) -> TlsContext {
        TlsContext { verify: self.options.verify }
    }

    pub(super) fn route(&self) -> Route<'_> {
        let secure = self.request.url().scheme().is_secure();
        match (self.origin.proxy(), &self.options.unix_socket) {
            (Some(proxy), _) if proxy.kind() == ProxyKind::Socks5 => Route::Socks(proxy),
            (Some(proxy), _) if secure => Route::Tunnel(proxy),
            (Some(proxy), _) => Route::Forward(proxy),
            (None, Some(_)) => Route::Unix,
            (None, None) => Route::Direct,
        }
    }

    /// The host and the port that a connection is opened to.
    pub(super) fn peer(&self) -> (&str, u16) {
        match self.route() {
            Route::Direct | Route::Unix => (self.request.url().host(), self.request.url().port()),
            Route::Forward(proxy) | Route::Tunnel(proxy) | Route::Socks(proxy) => {
                (proxy.host(), proxy.port())
            }
        }
    }

    /// Returns the proxy that the connection leads to while this operation is open. `None` where it
    /// leads to the origin server, be it through a proxy.
    pub(super) fn proxy_at(&self, operation: Option<Operation>) -> Option<&Proxy> {
        match (self.route(), operation) {
            (Route::Forward(proxy), _)
            | (Route::Tunnel(proxy), Some(Operation::ConnectTcp | Operation::StartTls))
            | (Route::Socks(proxy), Some(Operation::SocksConnectTcp | Operation::SetupSocks5)) => {
                Some(proxy)
            }
            (Route::Tunnel(_), Some(Operation::ProxyStartTls)) => None,
            (Route::Tunnel(proxy), _) => self.tunnelling.then_some(proxy),
            _ => None,
        }
    }

    /// Whether connections are opened to a Unix socket.
    pub(super) fn is_unix(&self) -> bool {
        matches!(self.route(), Route::Unix)
    }

    /// The method of the request that is on its way.
    pub(super) fn method(&self) -> &[u8] {
        if self.tunnelling { b"CONNECT" } else { self.request.method() }
    }

    /// Whether the connection to the proxy itself is over TLS.
    #[inline]
    pub(super) fn has_secure_proxy(&self) -> bool {
        self.origin.proxy().is_some_and(|proxy| proxy.kind() == ProxyKind::Https)
    }

    /// The options of sockets; through a proxy they are not used, as httpcore has it.
    pub(super) fn socket_options(&self) -> Option<&[SocketOption]> {
        match self.route() {
            Route::Direct | Route::Unix => self.options.socket_options.as_deref(),
            _ => None,
        }
    }

    /// The local address; through a proxy it is not used, as httpcore has it.
    pub(super) fn from(&self) -> Option<IpAddr> {
        match self.route() {
            Route::Direct => self.options.local_address,
            _ => None,
        }
    }

    /// The name that the certificate must have which this operation is shown.
    pub(super) fn server_name(&self, operation: Operation) -> &str {
        match (operation, self.route()) {
            (Operation::StartTls, Route::Forward(proxy) | Route::Tunnel(proxy)) => proxy.host(),
            // Within a tunnel, httpcore has no other name either.
            (Operation::ProxyStartTls, _) => self.request.url().host(),
            _ => self.options.server_name.as_deref().unwrap_or_else(|| self.request.url().host()),
        }
    }

    pub(super) fn local_address(&self) -> Option<String> {
        self.from().map(|address| address.to_string())
    }
}

/// Asks for content codings where that is for us to say.
fn accept_codings(request: &mut Arc<Request>, options: &Options) {
    if options.decode && request.lacks_codings() {
        Arc::make_mut(request).accept_codings();
    }
}

/// The way through a proxy, if the request takes one.
fn by_proxy(request: &Request, options: &Options) -> Option<Origin> {
    if options.unix_socket.is_some() {
        return None;
    }
    let proxy = options.proxies.choose(request.url())?;
    Some(Origin::via(Some(Arc::clone(proxy)), request.url()))
}
