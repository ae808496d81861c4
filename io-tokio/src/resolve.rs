//! Looking up host names, as callers can do it themselves.

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use limpid_io::LookupError;
use limpid_socket::{LookupThreads, WithoutThreads, lookup};

/// Addresses that are being looked up. Dropping it gives that up.
pub type Resolving<'r> =
    Pin<Box<dyn Future<Output = Result<Vec<SocketAddr>, LookupError>> + Send + 'r>>;

/// Looks up the host names of a client.
///
/// ```
/// use std::net::SocketAddr;
///
/// use limpid_tokio::{Client, Resolve, Resolving, SystemResolver};
///
/// /// Knows one host, and leaves others to the system.
/// struct Known(SystemResolver);
///
/// impl Resolve for Known {
///     fn resolve<'r>(&'r self, host: &'r str, port: u16) -> Resolving<'r> {
///         match host {
///             "printer" => Box::pin(async move { Ok(vec![SocketAddr::from(([192, 0, 2, 7], port))]) }),
///             _ => self.0.resolve(host, port),
///         }
///     }
/// }
///
/// let client = Client::builder().resolver(Known(SystemResolver::new(4))).build();
/// # drop(client);
/// ```
pub trait Resolve: Send + Sync {
    /// Returns the addresses of `host`, which is a name, in the order in which they are to be tried.
    /// The request polls the future itself, and drops it when its time is over: whether requests share
    /// a lookup, and what was found is kept, is the resolver's to decide.
    ///
    /// # Errors
    /// The name is not known, has no address, or the resolver failed. The resolver's own error becomes
    /// the source of the request's.
    fn resolve<'r>(&'r self, host: &'r str, port: u16) -> Resolving<'r>;
}

/// The system's resolver, which blocks, and so runs on threads of its own. Requests for the same host
/// and port share a lookup. Clones have the same threads.
#[derive(Clone, Debug)]
pub struct SystemResolver {
    threads: Arc<LookupThreads>,
}

impl SystemResolver {
    /// Returns a resolver of at most `most` threads at once, and at least one. Other lookups wait for
    /// their turn.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let resolve = Box::new(|host: &str, port, _| Ok(lookup(host, port)?));
        Self { threads: Arc::new(LookupThreads::new(most, resolve, WithoutThreads::Fail)) }
    }
}

impl Resolve for SystemResolver {
    fn resolve<'r>(&'r self, host: &'r str, port: u16) -> Resolving<'r> {
        Box::pin(self.threads.look_up(host, port, None))
    }
}

/// What looks up the host names of a client: the system's resolver by default, or a [`Resolve`].
#[derive(Clone, Default)]
pub struct Resolver(Option<Arc<dyn Resolve>>);

impl Resolver {
    /// Returns the caller's resolver, or the system's with at most `most` threads.
    pub(crate) fn or_system(self, most: usize) -> Arc<dyn Resolve> {
        self.0.unwrap_or_else(|| Arc::new(SystemResolver::new(most)))
    }
}

impl<R: Resolve + 'static> From<R> for Resolver {
    fn from(resolve: R) -> Self {
        Self(Some(Arc::new(resolve)))
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Resolver(custom)" } else { "Resolver(system)" })
    }
}
