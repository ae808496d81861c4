//! What scenarios need of a driver.

use std::fmt::{self, Display, Formatter};

use serde_json::Value;

use super::scenario::Scenario;

/// What a driver may not have. The [module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Ability {
    /// TLS to servers and proxies.
    Tls,
    /// Proxies of each kind.
    Proxies,
    /// Unix sockets.
    UnixSockets,
    /// IPv6.
    Ipv6,
    /// Local addresses and options of sockets.
    SocketSettings,
    /// Time limits, and delays between attempts to connect.
    Timers,
    /// Limits of the pool, and the time for which it keeps connections.
    PoolLimits,
    /// Request bodies in pieces, of which one may fail.
    Pieces,
    /// Reading a part of a body, or nothing of it.
    PartialReading,
    /// Cancelling a request at a poll of its exchange.
    Cancellation,
}

impl Display for Ability {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls => "TLS",
            Self::Proxies => "proxies",
            Self::UnixSockets => "Unix sockets",
            Self::Ipv6 => "IPv6",
            Self::SocketSettings => "local addresses and options of sockets",
            Self::Timers => "timers",
            Self::PoolLimits => "limits of the pool",
            Self::Pieces => "request bodies in pieces",
            Self::PartialReading => "reading a part of a body",
            Self::Cancellation => "cancelling requests",
        })
    }
}

impl Scenario {
    /// Returns what a driver needs for the scenario.
    #[must_use]
    pub fn needs(&self) -> Vec<Ability> {
        let has_option = |keys: &[&str]| keys.iter().any(|key| self.client.contains_key(*key));
        let listens = |kind: &str| {
            self.servers.values().any(|server| matches!(&server["listen"], Value::String(listen) if listen.starts_with(kind)))
        };
        let shows =
            |text: &str| self.servers.values().any(|server| server.to_string().contains(text));
        let asks = |key: &str| self.requests.iter().any(|request| !request[key].is_null());
        let has_pieces = self.requests.iter().any(|request| !request["body"]["chunks"].is_null());
        let needs = [
            (
                Ability::Tls,
                has_option(&["cacert", "proxy_cacert", "insecure"])
                    || listens("tls")
                    || shows("\"start_tls\""),
            ),
            (Ability::Proxies, has_option(&["proxy"])),
            (Ability::UnixSockets, has_option(&["unix_socket"])),
            (Ability::Ipv6, listens("tcp6")),
            (Ability::SocketSettings, has_option(&["local_address", "socket_options"])),
            (
                Ability::Timers,
                has_option(&["connect_timeout", "read_timeout", "write_timeout", "retries"])
                    || listens("blackhole"),
            ),
            (
                Ability::PoolLimits,
                has_option(&["keepalive_expiry", "max_keepalive", "max_connections"]),
            ),
            (Ability::Pieces, has_pieces),
            (Ability::PartialReading, asks("read")),
        ];
        needs.into_iter().filter_map(|(ability, needed)| needed.then_some(ability)).collect()
    }
}
