//! The arguments that say how connections are opened.

use std::net::IpAddr;

use clap::Args;
use limpid_core::client::ProxyVariableError;
use limpid_std::{ClientBuilder, NoProxy, Proxy, Settings};

use super::Seconds;

#[derive(Debug, Args)]
#[command(next_help_heading = "Connections")]
pub(crate) struct ConnectionArgs {
    /// Send every request through this proxy: http, https, socks5 or socks5h [default: the
    /// environment's]
    #[arg(short = 'x', long = "proxy", value_name = "URL")]
    proxy: Option<Proxy>,
    /// Reach these hosts without a proxy: names, addresses, networks, or * [default: the
    /// environment's]
    #[arg(long, value_name = "LIST")]
    noproxy: Option<String>,
    /// Connect to this Unix socket, whatever the URL's host
    #[arg(long, value_name = "PATH", conflicts_with = "proxy")]
    unix_socket: Option<String>,
    /// Connect from this local address
    #[arg(long, value_name = "ADDRESS")]
    interface: Option<IpAddr>,
    /// Try N times more to open a connection that failed
    #[arg(long, value_name = "N", default_value = "0")]
    retries: u32,
    /// How long connecting to one address may take, in seconds; 0 waits without end
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    connect_timeout: Seconds,
    /// How long a request may wait for a free connection, in seconds; 0 waits without end
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    pool_timeout: Seconds,
}

impl ConnectionArgs {
    /// Tells a client what these arguments, and the environment where they are silent, say.
    pub(crate) fn set(
        &self,
        builder: ClientBuilder<Settings>,
    ) -> Result<ClientBuilder<Settings>, ProxyVariableError> {
        let mut builder = builder
            .trust_environment()?
            .retries(self.retries)
            .connect_timeout(self.connect_timeout.0)
            .pool_timeout(self.pool_timeout.0);
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.clone());
        }
        if let Some(hosts) = &self.noproxy {
            builder = builder.no_proxy(NoProxy::from(hosts.as_str()));
        }
        if let Some(path) = &self.unix_socket {
            builder = builder.unix_socket(path);
        }
        if let Some(address) = self.interface {
            builder = builder.local_address(address);
        }
        Ok(builder)
    }
}
