//! Looks up host names with the system's resolver.

use std::net::{IpAddr, SocketAddr};

use dns_lookup::{AddrInfoHints, LookupError, LookupErrorKind, SockType, getaddrinfo};
use limpid_core::error::ResolveError;

/// Returns the address if `host` is one, so that no lookup is needed.
#[must_use]
pub fn literal(host: &str, port: u16) -> Option<SocketAddr> {
    host.parse::<IpAddr>().ok().map(|address| SocketAddr::new(address, port))
}

/// Looks up the addresses of `host`, a name, in the order in which the system prefers them. Blocks
/// for as long as the system's resolver takes.
///
/// # Errors
/// The name does not exist, has no address, or the resolver failed.
pub fn lookup(host: &str, port: u16) -> Result<Vec<SocketAddr>, ResolveError> {
    let hints = AddrInfoHints { socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
    let found = getaddrinfo(Some(host), None, Some(hints)).map_err(|error| translate(&error))?;
    let mut addresses = Vec::new();
    for info in found.flatten() {
        let address = SocketAddr::new(info.sockaddr.ip(), port);
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

fn translate(error: &LookupError) -> ResolveError {
    match error.kind() {
        LookupErrorKind::NoName => ResolveError::NotFound,
        LookupErrorKind::Again => ResolveError::Temporary,
        LookupErrorKind::NoData => ResolveError::NoAddress,
        _ => ResolveError::Other(error.error_num()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_is_a_literal_and_a_name_is_not() {
        assert_eq!(literal("::1", 80), Some("[::1]:80".parse().unwrap()));
        assert_eq!(literal("localhost", 80), None);
    }

    #[test]
    fn localhost_is_a_loopback_address() {
        let addresses = lookup("localhost", 80).unwrap();
        assert!(!addresses.is_empty());
        assert!(addresses.iter().all(|address| address.ip().is_loopback()));
    }
}
