//! Looks up host names with the system's resolver.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};

use dns_lookup::{AddrInfoHints, LookupError, LookupErrorKind, SockType, getaddrinfo};
use limpid_core::error::ResolveError;

/// Returns the address if `host` is one, so that no lookup is needed. An IPv6 address may have a zone
/// after a `%`: the name or the number of an interface (RFC 4007 section 11).
///
/// # Errors
/// The zone is no interface of this machine.
#[must_use]
pub fn literal(host: &str, port: u16) -> Option<Result<SocketAddr, ResolveError>> {
    let Some((address, zone)) = host.split_once('%') else {
        return host.parse::<IpAddr>().ok().map(|address| Ok(SocketAddr::new(address, port)));
    };
    let address: Ipv6Addr = address.parse().ok()?;
    Some(match zone.parse() {
        Ok(scope) => Ok(SocketAddrV6::new(address, port, 0, scope).into()),
        // This reads the address and asks no server (RFC 3493 section 6.1).
        Err(_) => lookup(host, port)
            .ok()
            .and_then(|addresses| addresses.first().copied())
            .ok_or(ResolveError::UnknownZone),
    })
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
        // With the scope of an IPv6 address.
        let mut address = info.sockaddr;
        address.set_port(port);
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
        assert_eq!(literal("::1", 80), Some(Ok("[::1]:80".parse().unwrap())));
        assert_eq!(literal("localhost", 80), None);
    }

    #[test]
    fn zone_becomes_the_scope_of_the_address() {
        let scope = |host| match literal(host, 80) {
            Some(Ok(SocketAddr::V6(address))) => Ok(address.scope_id()),
            other => Err(other),
        };
        assert_eq!(scope("fe80::1%7"), Ok(7));
        assert_eq!(scope("fe80::1%no-such-zone"), Err(Some(Err(ResolveError::UnknownZone))));
        assert_eq!(literal("127.0.0.1%1", 80), None);
        // The first interface of Linux is the loopback interface.
        #[cfg(target_os = "linux")]
        assert_eq!(scope("fe80::1%lo"), Ok(1));
    }

    #[test]
    fn localhost_is_a_loopback_address() {
        let addresses = lookup("localhost", 80).unwrap();
        assert!(!addresses.is_empty());
        assert!(addresses.iter().all(|address| address.ip().is_loopback()));
    }
}
