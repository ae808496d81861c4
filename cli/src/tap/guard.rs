//! Opens connections to any address but the proxy's own.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use limpid_tokio::{Connect, Connecting, Dial, SystemConnector, Target};

/// A connector that does not connect to the proxy itself.
#[derive(Clone, Copy)]
pub(super) struct Guard {
    /// The address of the proxy.
    pub(super) listens: SocketAddr,
}

/// The error of connecting to the proxy itself.
#[derive(Debug)]
pub(super) struct OwnAddress(SocketAddr);

impl Guard {
    /// Checks that a connection to `address` does not reach the proxy itself.
    ///
    /// # Errors
    /// It does.
    pub(super) fn check(&self, address: SocketAddr) -> io::Result<()> {
        let (own, ip) = (self.listens.ip().to_canonical(), address.ip().to_canonical());
        let reaches = self.listens.port() == address.port()
            && match own.is_unspecified() {
                true => ip.is_unspecified() || is_of_this_machine(ip),
                // Systems connect to themselves for an unspecified address.
                false => own == ip || ip.is_unspecified(),
            };
        if reaches { Err(io::Error::other(OwnAddress(address))) } else { Ok(()) }
    }
}

/// Returns whether an address is one of this machine: only such addresses can be bound.
fn is_of_this_machine(ip: IpAddr) -> bool {
    ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok()
}

impl Connect for Guard {
    fn connect(&self, dial: Dial<'_>) -> Connecting {
        match dial.target {
            Target::Tcp(address) => match self.check(address) {
                Ok(()) => SystemConnector.connect(dial),
                Err(error) => Box::pin(async { Err(error) }),
            },
            Target::Unix(_) => SystemConnector.connect(dial),
        }
    }
}

impl fmt::Display for OwnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is the address of this proxy itself", self.0)
    }
}

impl std::error::Error for OwnAddress {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_address_is_refused() {
        let reaches = |listens: &str, address: &str| {
            Guard { listens: listens.parse().unwrap() }.check(address.parse().unwrap()).is_err()
        };
        for (listens, address) in [
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("127.0.0.1:80", "[::ffff:127.0.0.1]:80"),
            ("127.0.0.1:80", "0.0.0.0:80"),
            ("0.0.0.0:80", "127.3.4.5:80"),
            ("[::]:80", "[::1]:80"),
        ] {
            assert!(reaches(listens, address), "{listens} {address}");
        }
        for (listens, address) in [
            ("127.0.0.1:80", "127.0.0.1:81"),
            ("127.0.0.1:80", "127.0.0.2:80"),
            // An address for documentation, which no machine has.
            ("0.0.0.0:80", "192.0.2.1:80"),
        ] {
            assert!(!reaches(listens, address), "{listens} {address}");
        }
    }
}
