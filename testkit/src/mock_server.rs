//! Mock servers on loopback.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustls::ServerConfig;

use crate::mock::Mock;
use crate::server::{Acceptor, Listen, Listener};
use crate::service::Service;

/// A mock server on loopback, for any client. Dropping it stops it.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use limpid_test::{Expectation, Mock, Reply};
///
/// let mock = Mock::new();
/// mock.expect(Expectation::new("GET", "/health").reply(Reply::text("up")));
/// let server = mock.listen()?;
///
/// let client = limpid_std::Client::builder().build();
/// assert_eq!(client.get(&server.url("/health")).send()?.text()?, "up");
/// mock.verify();
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MockServer {
    address: SocketAddr,
    scheme: &'static str,
    _acceptor: Acceptor,
}

impl MockServer {
    /// Returns its address.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns a URL of it with this path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        // A certificate is for a name, mostly.
        let host = if self.scheme == "https" { "localhost" } else { "127.0.0.1" };
        format!("{}://{host}:{}{path}", self.scheme, self.address.port())
    }
}

impl Mock {
    /// Serves it on a port of 127.0.0.1.
    ///
    /// # Errors
    /// No port is available.
    pub fn listen(&self) -> io::Result<MockServer> {
        self.listen_on(Listen::Tcp, "http")
    }

    /// Serves it with TLS on a port of 127.0.0.1.
    ///
    /// # Errors
    /// No port is available.
    pub fn listen_tls(&self, config: Arc<ServerConfig>) -> io::Result<MockServer> {
        self.listen_on(Listen::Tls(config), "https")
    }

    fn listen_on(&self, listen: Listen, scheme: &'static str) -> io::Result<MockServer> {
        let listener = Listener::bind(listen)?;
        let address = listener.address().ok_or(io::ErrorKind::AddrNotAvailable)?;
        let stopping = Arc::<AtomicBool>::default();
        let service = Service::Mock(self.clone(), Arc::clone(&stopping));
        let acceptor = Acceptor::start(listener, service, stopping)?;
        Ok(MockServer { address, scheme, _acceptor: acceptor })
    }
}
