//! The arguments about opening connections.

use std::net::IpAddr;
use std::str::FromStr;

use clap::Args;
use limpid_core::client::{ProxyVariableError, Url};
use limpid_io::{ClientBuilder, NoProxy, Proxy, Settings};

use super::seconds::Seconds;

#[derive(Debug, Args)]
#[command(next_help_heading = "Connections")]
pub(crate) struct ConnectionArgs {
    /// Send every request through this proxy: http, https, socks5 or socks5h [default: that of the
    /// environment]
    #[arg(short = 'x', long = "proxy", value_name = "URL")]
    proxy: Option<Proxy>,
    /// Connect to these hosts without a proxy: names, addresses, networks, or * [default: those of the
    /// environment]
    #[arg(long, value_name = "LIST")]
    noproxy: Option<String>,
    /// Connect to this Unix socket, whatever the URL's host
    #[arg(long, value_name = "PATH", conflicts_with = "proxy")]
    unix_socket: Option<String>,
    /// Connect to ADDRESS, and to the next if that fails, instead of looking up HOST and PORT; HOST may be
    /// *
    #[arg(long, value_name = "HOST:PORT:ADDRESS[,...]")]
    resolve: Vec<Known>,
    /// Connect from this local address
    #[arg(long, value_name = "ADDRESS")]
    interface: Option<IpAddr>,
    /// Retry opening a connection up to N times
    #[arg(long, value_name = "N", default_value = "0")]
    connect_retries: u32,
    /// Limit on connecting to one address, in seconds; 0 means no limit
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    connect_timeout: Seconds,
    /// Limit on waiting for a free connection, in seconds; 0 means no limit
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    pool_timeout: Seconds,
}

impl ConnectionArgs {
    /// Applies these arguments to a client, and the environment where they are missing.
    pub(crate) fn set(
        &self,
        builder: ClientBuilder<Settings>,
    ) -> Result<ClientBuilder<Settings>, ProxyVariableError> {
        let mut builder = builder
            .trust_environment()?
            .connect_retries(self.connect_retries)
            .connect_timeout(self.connect_timeout.0)
            .pool_timeout(self.pool_timeout.0);
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.clone());
        }
        if let Some(hosts) = &self.noproxy {
            builder = builder.no_proxy(NoProxy::from(hosts.as_str()));
        }
        for Known { host, port, addresses } in &self.resolve {
            builder = builder.resolve(host, *port, addresses.clone());
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

/// A host whose addresses are known: `HOST:PORT:ADDRESS[,ADDRESS]...`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    host: String,
    port: u16,
    addresses: Vec<IpAddr>,
}

impl FromStr for Known {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The colons within an IPv6 address do not separate.
        let end = if text.starts_with('[') { text.find(']').unwrap_or(0) } else { 0 };
        let mut colons = text[end..].match_indices(':').map(|(index, _)| end + index);
        let (Some(first), Some(second)) = (colons.next(), colons.next()) else {
            return Err("write it as HOST:PORT:ADDRESS, such as www.example.com:443:127.0.0.1");
        };
        let (host, port) = (&text[..first], &text[first + 1..second]);
        let port = port.parse().map_err(|_| "the port is not a number from 0 to 65535")?;
        if host != "*" && format!("http://{host}/").parse::<Url>().is_err() {
            return Err("the host is neither a name nor an address");
        }
        let addresses: Result<Vec<IpAddr>, _> =
            text[second + 1..].split(',').map(|address| unbracketed(address).parse()).collect();
        let addresses = addresses.map_err(
            |_| "the part after the port is not a list of addresses, such as 127.0.0.1,::1",
        )?;
        Ok(Self { host: host.to_owned(), port, addresses })
    }
}

/// Returns an address without the brackets of IPv6.
fn unbracketed(text: &str) -> &str {
    text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolve_argument_gives_addresses() {
        let known = |text: &str| text.parse::<Known>().map(|known| (known.host, known.addresses));
        let [four, six]: [IpAddr; 2] =
            [[127, 0, 0, 1].into(), std::net::Ipv6Addr::LOCALHOST.into()];
        assert_eq!(known("a.test:80:127.0.0.1"), Ok(("a.test".to_owned(), vec![four])));
        assert_eq!(known("*:80:[::1],127.0.0.1,::1"), Ok(("*".to_owned(), vec![six, four, six])));
        assert_eq!(known("[::2]:80:127.0.0.1"), Ok(("[::2]".to_owned(), vec![four])));
    }
}
