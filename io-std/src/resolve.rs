//! The trait of resolvers, and the system's resolver.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use limpid_io::LookupError;
use limpid_socket::{LookupThreads, WithoutThreads, lookup};

/// A resolver, which looks up the host names of a client.
///
/// It runs on threads of the client, which it may block;
/// [`ClientBuilder::lookups`](crate::ClientBuilder::lookups) limits their number. Requests for the
/// same host and port share a lookup. Results are not cached: a resolver may do that.
///
/// ```
/// use std::net::SocketAddr;
/// use std::time::Instant;
///
/// use limpid_std::{Client, LookupError, Resolve, SystemResolver};
///
/// /// Resolves one host, and leaves others to the system.
/// struct Known;
///
/// impl Resolve for Known {
///     fn resolve(
///         &self,
///         host: &str,
///         port: u16,
///         deadline: Option<Instant>,
///     ) -> Result<Vec<SocketAddr>, LookupError> {
///         match host {
///             "printer" => Ok(vec![SocketAddr::from(([192, 0, 2, 7], port))]),
///             _ => SystemResolver.resolve(host, port, deadline),
///         }
///     }
/// }
///
/// let client = Client::builder().resolver(Known).build();
/// # drop(client);
/// ```
pub trait Resolve: Send + Sync {
    /// Returns the addresses of `host`, which is a name, in the order in which to try them. At
    /// `deadline`, all requests that waited when it was called have timed out; a resolver that can be
    /// interrupted may then return any error.
    ///
    /// # Errors
    /// The name does not exist, has no address, or the resolver failed. The resolver's own error
    /// becomes the source of the request's.
    fn resolve(
        &self,
        host: &str,
        port: u16,
        deadline: Option<Instant>,
    ) -> Result<Vec<SocketAddr>, LookupError>;
}

/// The system's resolver, which cannot be interrupted.
///
/// [`Resolve`] has an example.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(
        &self,
        host: &str,
        port: u16,
        _: Option<Instant>,
    ) -> Result<Vec<SocketAddr>, LookupError> {
        Ok(lookup(host, port)?)
    }
}

/// The resolver of a client: that of the system by default, or a [`Resolve`].
#[derive(Clone)]
pub struct Resolver(Arc<dyn Resolve>);

impl Resolver {
    /// Returns threads for lookups with this resolver, at most `most` at once.
    pub(crate) fn threads(self, most: usize) -> Arc<LookupThreads> {
        let resolve = Box::new(move |host: &str, port: u16, deadline: Option<Instant>| {
            self.0.resolve(host, port, deadline)
        });
        Arc::new(LookupThreads::new(most, resolve, WithoutThreads::Block))
    }
}

impl Default for Resolver {
    fn default() -> Self {
        Self::from(SystemResolver)
    }
}

impl<R: Resolve + 'static> From<R> for Resolver {
    fn from(resolve: R) -> Self {
        Self(Arc::new(resolve))
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver")
    }
}
