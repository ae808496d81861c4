//! A network without sockets, for the clients of both drivers.

#[cfg(any(feature = "std", feature = "tokio"))]
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use rustls::ServerConfig;

#[cfg(any(feature = "std", feature = "tokio"))]
use super::pipe::pair;
#[cfg(feature = "tokio")]
use super::task::Task;
#[cfg(feature = "std")]
use super::thread::Blocking;
use crate::mock::Mock;
use crate::scripts::Scripts;
use crate::service::Service;
#[cfg(feature = "std")]
use crate::wire::at_once;

/// The address of every host, which is for documentation (RFC 5737).
#[cfg(any(feature = "std", feature = "tokio"))]
const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

/// A network in which every host is the same server: a connector and a resolver for the clients of both drivers.
///
/// Each connection of a blocking client is served by a thread, each of an asynchronous one by a task of its runtime, whose
/// delays are those of tokio's clock.
///
/// [`Mock`](crate::Mock) and [`Scripts`](crate::Scripts) have examples.
#[derive(Clone, Debug)]
pub struct Network {
    service: Service,
    tls: Option<Arc<ServerConfig>>,
}

impl Network {
    /// Serves TLS: the URLs of clients start with `https`, and clients trust the certificate.
    #[must_use]
    pub fn tls(mut self, config: Arc<ServerConfig>) -> Self {
        self.tls = Some(config);
        self
    }
}

impl Mock {
    /// Returns a network in which every host is this server.
    #[must_use]
    pub fn network(&self) -> Network {
        Network { service: Service::Mock(self.clone(), Arc::default()), tls: None }
    }

    /// Returns the builder of a blocking client whose connections lead to this server, whatever the host.
    #[cfg(feature = "std")]
    pub fn std_client(&self) -> limpid_std::ClientBuilder {
        limpid_std::Client::builder().connector(self.network()).resolver(self.network())
    }

    /// Returns the builder of an asynchronous client whose connections lead to this server, whatever the host.
    #[cfg(feature = "tokio")]
    pub fn tokio_client(&self) -> limpid_tokio::ClientBuilder {
        limpid_tokio::Client::builder().connector(self.network()).resolver(self.network())
    }
}

impl Scripts {
    /// Returns a network in which every host plays these scripts.
    #[must_use]
    pub fn network(&self) -> Network {
        Network { service: Service::Scripts(self.clone()), tls: None }
    }
}

#[cfg(feature = "std")]
impl limpid_std::Connect for Network {
    fn connect(
        &self,
        _: limpid_std::Dial<'_>,
        _: Option<std::time::Instant>,
    ) -> std::io::Result<Box<dyn limpid_std::Transport>> {
        let (ours, theirs) = pair();
        let (accepted, tls) = (self.service.accept(), self.tls.clone());
        std::thread::Builder::new()
            .spawn(move || at_once(accepted.serve(Blocking(theirs), tls)))?;
        Ok(Box::new(ours))
    }
}

#[cfg(feature = "std")]
impl limpid_std::Resolve for Network {
    fn resolve(
        &self,
        _: &str,
        port: u16,
        _: Option<std::time::Instant>,
    ) -> Result<Vec<SocketAddr>, limpid_std::LookupError> {
        Ok(vec![SocketAddr::from((ADDRESS, port))])
    }
}

#[cfg(feature = "tokio")]
impl limpid_tokio::Connect for Network {
    fn connect(&self, _: limpid_tokio::Dial<'_>) -> limpid_tokio::Connecting {
        let network = self.clone();
        Box::pin(async move {
            let (ours, theirs) = pair();
            tokio::spawn(network.service.accept().serve(Task(theirs), network.tls));
            Ok(Box::new(ours) as Box<dyn limpid_tokio::Transport>)
        })
    }
}

#[cfg(feature = "tokio")]
impl limpid_tokio::Resolve for Network {
    fn resolve<'r>(&'r self, _: &'r str, port: u16) -> limpid_tokio::Resolving<'r> {
        Box::pin(async move { Ok(vec![SocketAddr::from((ADDRESS, port))]) })
    }
}
