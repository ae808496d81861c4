//! The arguments about opening connections.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use limpid_core::client::{AddressFamily, Url};
use limpid_io::{ClientBuilder, Settings};

use super::proxy::ProxyArgs;
use super::seconds::Seconds;

#[derive(Debug, Args)]
#[command(next_help_heading = "Connections")]
pub(crate) struct ConnectionArgs {
    #[command(flatten)]
    pub(crate) proxy: ProxyArgs,
    /// Connect to this Unix socket, whatever the URL's host
    #[arg(long, value_name = "PATH", conflicts_with_all = ["proxy", "proxy10"])]
    unix_socket: Option<String>,
    /// Connect to ADDRESS, and to the next if that fails, instead of looking up HOST and PORT; HOST may be
    /// *
    #[arg(long, value_name = "HOST:PORT:ADDRESS[,...]")]
    resolve: Vec<Known>,
    /// Connect to HOST2 and PORT2 instead of HOST1 and PORT1, each of which may be empty; may be repeated
    #[arg(long, value_name = "HOST1:PORT1:HOST2:PORT2")]
    connect_to: Vec<Substitute>,
    /// Connect to IPv4 addresses only
    #[arg(short = '4', long, overrides_with = "ipv6")]
    ipv4: bool,
    /// Connect to IPv6 addresses only
    #[arg(short = '6', long, overrides_with = "ipv4")]
    ipv6: bool,
    /// How long an address is tried before the next is tried beside it, in milliseconds [default: 250]
    #[arg(long, value_name = "MILLISECONDS")]
    happy_eyeballs_timeout_ms: Option<u64>,
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
    ) -> Result<ClientBuilder<Settings>, String> {
        let mut builder = self
            .proxy
            .set(builder)?
            .connect_retries(self.connect_retries)
            .connect_timeout(self.connect_timeout.0)
            .pool_timeout(self.pool_timeout.0);
        for Substitute { host, port, to_host, to_port } in &self.connect_to {
            builder = builder.connect_to(host, *port, to_host, *to_port);
        }
        if self.ipv4 {
            builder = builder.address_family(AddressFamily::V4);
        }
        if self.ipv6 {
            builder = builder.address_family(AddressFamily::V6);
        }
        if let Some(delay) = self.happy_eyeballs_timeout_ms {
            builder = builder.attempt_delay(Duration::from_millis(delay));
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

/// `HOST1:PORT1:HOST2:PORT2`, as one argument.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Substitute {
    host: String,
    port: Option<u16>,
    to_host: String,
    to_port: Option<u16>,
}

impl FromStr for Substitute {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong =
            "write it as HOST1:PORT1:HOST2:PORT2, such as www.example.com:443:localhost:8443";
        let (host, rest) = host(text).ok_or(wrong)?;
        let (port, rest) = rest.split_once(':').ok_or(wrong)?;
        let (to_host, to_port) = host_at_end(rest);
        let number = |port: &str| match port {
            "" => Ok(None),
            port => port.parse().map(Some).map_err(|_| "a port is a number from 0 to 65535"),
        };
        Ok(Self {
            host: unbracketed(host).to_owned(),
            port: number(port)?,
            to_host: unbracketed(to_host).to_owned(),
            to_port: number(to_port)?,
        })
    }
}

/// Splits `HOST:REST`; the colons within brackets do not separate.
fn host(text: &str) -> Option<(&str, &str)> {
    let end = if text.starts_with('[') { text.find(']')? } else { 0 };
    let colon = end + text[end..].find(':')?;
    Some((&text[..colon], &text[colon + 1..]))
}

/// Splits `HOST:PORT`, where the port may be missing.
fn host_at_end(text: &str) -> (&str, &str) {
    host(text).unwrap_or((text, ""))
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
        // With a plus, curl forgets the addresses after a while.
        let text = text.strip_prefix('+').unwrap_or(text);
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
    fn substitute_has_two_hosts_and_ports() {
        let read = |text: &str| {
            let found = text.parse::<Substitute>();
            found.map(|found| (found.host, found.port, found.to_host, found.to_port))
        };
        let of = |host: &str, port, to_host: &str, to_port| {
            Ok((host.to_owned(), port, to_host.to_owned(), to_port))
        };
        assert_eq!(read("a:80:b:81"), of("a", Some(80), "b", Some(81)));
        assert_eq!(read("::b:81"), of("", None, "b", Some(81)));
        assert_eq!(read("[::1]:80:[::2]:81"), of("::1", Some(80), "::2", Some(81)));
        assert_eq!(read("a::b"), of("a", None, "b", None));
        assert!(read("a").is_err() && read("a:x:b:1").is_err());
    }

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
