//! How requests go through HTTP proxies.

use crate::fields::FieldBlock;
use crate::stored::stored_struct;
use crate::trace::Capture;

/// How requests go through HTTP proxies, whichever proxy that is. [`ProxyOptions::with`] creates them.
///
/// ```
/// use limpid_core::client::{ProxyOptions, RouteOptions};
///
/// let proxy = ProxyOptions::with(|proxy| {
///     proxy.tunnel = true;
///     proxy.fields.push(b"X-Team", b"7");
/// });
/// let options = RouteOptions { proxy, ..RouteOptions::default() };
/// assert!(options.proxy.tunnel);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct ProxyOptions {
    /// Whether requests to `http` URLs go through a tunnel too, as those to `https` URLs do. By default, the proxy
    /// forwards them. `false` by default.
    pub tunnel: bool,
    /// Whether the version of CONNECT is HTTP/1.0, for proxies that do not know HTTP/1.1. `false` by default.
    pub connect_http10: bool,
    /// Fields for the proxy: of each CONNECT (RFC 9110 section 9.3.6), and of each request that it forwards. In CONNECT
    /// they replace those of the same name. Host is that of the request where it is forwarded (RFC 9112 section 3.2.2).
    /// Empty by default.
    pub fields: FieldBlock,
}

crate::values::with!(ProxyOptions);

stored_struct! { ProxyOptions { tunnel connect_http10 fields } }

impl ProxyOptions {
    /// Returns the options with the secrets of the fields masked.
    pub(super) fn masked(&self, capture: Capture) -> Self {
        Self { fields: capture.masked_fields(self.fields.fields()), ..self.clone() }
    }

    /// Returns whether the proxy has a field of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.fields().get(name).is_some()
    }
}
