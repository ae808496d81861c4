//! The settings of clients for proxies.

use limpid_core::client::{NoProxy, ProxyRules};

use crate::arguments::{HeaderPair, IntoProxy};
use crate::builder::{BuildClient, ClientBuilder};

impl<C: BuildClient> ClientBuilder<C> {
    /// Sends every request through this proxy, except for those to [excepted](Self::no_proxy) hosts: a
    /// [`Proxy`](limpid_core::client::Proxy) or its URL. If that is not valid, [`try_build`](Self::try_build) fails, or
    /// every request of the client.
    #[doc(alias = "all_proxy")]
    pub fn proxy(mut self, proxy: impl IntoProxy) -> Self {
        match proxy.into_proxy() {
            Ok(proxy) => self.options.proxies = self.options.proxies.through(proxy),
            Err(error) => self.proxy_error = self.proxy_error.or(Some(error)),
        }
        self
    }

    /// Sends requests to these hosts directly. Replaces the exceptions of the environment.
    pub fn no_proxy(mut self, hosts: NoProxy) -> Self {
        self.options.proxies = self.options.proxies.except(hosts);
        self
    }

    /// Removes all proxies: those of the environment, and one that was [set](Self::proxy).
    #[doc(alias = "no_proxy")]
    pub fn without_proxy(mut self) -> Self {
        self.options.proxies = ProxyRules::default();
        self
    }

    /// Sets whether requests to `http` URLs go through a tunnel of the proxy too, as those to `https` URLs do: the proxy is
    /// sent CONNECT, and the request goes to the server as if there were no proxy. `false` by default: HTTP proxies forward
    /// them.
    #[doc(alias("proxytunnel", "CONNECT"))]
    pub fn proxy_tunnel(mut self, tunnels: bool) -> Self {
        self.route().proxy.tunnel = tunnels;
        self
    }

    /// Adds these fields to what is for an HTTP proxy itself: CONNECT, and the requests that it forwards. The server at the end
    /// of a tunnel does not receive them. Requests fail if a field is not valid.
    ///
    /// ```
    /// use limpid_io::{ClientBuilder, Settings};
    ///
    /// let builder = ClientBuilder::<Settings>::default().proxy("http://proxy.test:3128");
    /// let settings = builder.proxy_headers([("X-Team", "7")]).build();
    /// assert_eq!(settings.options.route.proxy.fields.fields().get("x-team"), Some(&b"7"[..]));
    /// ```
    pub fn proxy_headers(mut self, headers: impl IntoIterator<Item: HeaderPair>) -> Self {
        for header in headers {
            self.route().proxy.fields.push(header.name(), header.value());
        }
        self
    }

    /// Sets whether CONNECT is sent with HTTP/1.0, for proxies that do not know HTTP/1.1. What the tunnel carries has its
    /// own version. `false` by default.
    pub fn proxy_http10(mut self, is_http10: bool) -> Self {
        self.route().proxy.connect_http10 = is_http10;
        self
    }
}
