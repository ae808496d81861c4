//! The hosts of a scenario's servers.

use std::io;
use std::net::SocketAddr;

use crate::script::Script;
use crate::server::{self, Listen};
use crate::sim::{self, Net};

/// Where the servers of a scenario run. The [module](super) has an example.
#[derive(Clone, Debug)]
pub enum Host {
    /// On loopback.
    Loopback,
    /// In a simulated network.
    Simulated(Net),
}

/// A bound address of a server that has not started.
#[derive(Debug)]
pub(super) enum Listener {
    Loopback(server::Listener),
    Simulated(sim::Listener),
}

/// A server that plays scripts.
#[derive(Debug)]
pub(super) enum Server {
    Loopback(server::Server),
    Simulated(sim::Server),
}

impl Host {
    pub(super) fn bind(&self, listen: Listen) -> io::Result<Listener> {
        Ok(match self {
            Self::Loopback => Listener::Loopback(server::Listener::bind(listen)?),
            Self::Simulated(net) => Listener::Simulated(sim::Listener::bind(net, listen)),
        })
    }
}

impl Listener {
    pub(super) const fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Loopback(listener) => listener.address(),
            Self::Simulated(listener) => listener.address(),
        }
    }

    pub(super) fn play(self, scripts: Vec<Script>) -> io::Result<Server> {
        Ok(match self {
            Self::Loopback(listener) => Server::Loopback(listener.play(scripts)?),
            Self::Simulated(listener) => Server::Simulated(listener.play(scripts)),
        })
    }
}

impl Server {
    /// Waits for the ends of the scripts. The error describes deviations from them.
    pub(super) fn finish(self) -> Result<(), String> {
        match self {
            Self::Loopback(server) => server.finish().map(drop),
            Self::Simulated(server) => server.finish().map(drop),
        }
    }
}
