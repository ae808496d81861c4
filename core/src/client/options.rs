//! What the requests of one client have in common.

use alloc::string::String;
#[cfg(feature = "tls")]
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::dial::AttemptDelay;
use super::hosts::Hosts;
use super::proxy_rules::ProxyRules;
use crate::limits::Config;
use crate::time::Timeouts;
use crate::trace::SocketOption;

/// How requests are to be done: what those of one client have in common.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How long each kind of wait may take.
    pub timeouts: Timeouts,
    /// How the server's bytes are treated.
    pub config: Config,
    /// What TLS needs for an `https` URL. Without it, the driver is asked when it is needed.
    #[cfg(feature = "tls")]
    pub tls: Option<Arc<rustls::ClientConfig>>,
    /// Whether that configuration verifies certificates, for the trace.
    pub verify: bool,
    /// The name that the server's certificate must have, if not the URL's host.
    pub server_name: Option<String>,
    /// Whether the content codings of bodies are undone, and asked for where the caller does not say
    /// which ones he takes.
    pub decode: bool,
    /// How many redirects are followed; 0 follows none.
    pub redirects: u32,
    /// How long one address of a host is tried alone.
    pub attempt_delay: AttemptDelay,
    /// How many times opening a connection is tried again.
    pub retries: u32,
    /// The local address that connections are opened from.
    pub local_address: Option<IpAddr>,
    /// Options that sockets are given.
    pub socket_options: Option<Vec<SocketOption>>,
    /// The Unix socket that connections are opened to, whatever the URL's host, and without a proxy.
    pub unix_socket: Option<String>,
    /// Hosts whose addresses are known, and not looked up.
    pub hosts: Hosts,
    /// The proxies that connections are opened to.
    pub proxies: ProxyRules,
    /// What TLS needs for an `https` proxy. Without it, the driver is asked when it is needed.
    #[cfg(feature = "tls")]
    pub proxy_tls: Option<Arc<rustls::ClientConfig>>,
}
