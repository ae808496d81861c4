//! Looking up host names, within a time: the system's resolver knows none.

use std::net::SocketAddr;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use limpid_core::error::ResolveError;
use limpid_socket::{literal, lookup};

/// What a lookup came to.
#[derive(Debug)]
pub(crate) enum Resolved {
    Addresses(Vec<SocketAddr>),
    Failed(ResolveError),
    TimedOut,
}

/// Looks up the addresses of `host`, in the order in which the system wants them tried.
pub(crate) fn resolve(host: &str, port: u16, timeout: Option<Duration>) -> Resolved {
    if let Some(address) = literal(host, port) {
        return Resolved::Addresses(vec![address]);
    }
    let Some(timeout) = timeout else { return finish(lookup(host, port)) };
    // The system's resolver cannot be interrupted. A lookup that takes too long is left to itself:
    // its thread ends with it.
    let (sender, receiver) = mpsc::sync_channel(1);
    let name = host.to_owned();
    let spawned = thread::Builder::new()
        .name("limpid-resolve".to_owned())
        .spawn(move || sender.send(lookup(&name, port)));
    if spawned.is_err() {
        return finish(lookup(host, port));
    }
    match receiver.recv_timeout(timeout) {
        Ok(result) => finish(result),
        Err(RecvTimeoutError::Timeout) => Resolved::TimedOut,
        Err(RecvTimeoutError::Disconnected) => Resolved::Failed(ResolveError::Temporary),
    }
}

fn finish(result: Result<Vec<SocketAddr>, ResolveError>) -> Resolved {
    result.map_or_else(Resolved::Failed, Resolved::Addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_no_resolver() {
        let Resolved::Addresses(addresses) = resolve("::1", 80, Some(Duration::ZERO)) else {
            panic!("an address is its own");
        };
        assert_eq!(addresses, ["[::1]:80".parse().unwrap()]);
    }

    #[test]
    fn localhost_is_a_loopback_address() {
        let Resolved::Addresses(addresses) = resolve("localhost", 80, None) else {
            panic!("localhost is known");
        };
        assert!(addresses.iter().all(|address| address.ip().is_loopback()));
    }
}
