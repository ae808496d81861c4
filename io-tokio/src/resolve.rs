//! The trait of resolvers, and the system's resolver.

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use limpid_io::{LookupError, LookupFacts};
use limpid_socket::{LookupThreads, WithoutThreads, lookup};

/// A lookup in progress. Dropping it cancels the lookup.
///
/// [`Resolve`] has an example.
pub type Resolving<'r> =
    Pin<Box<dyn Future<Output = Result<Vec<SocketAddr>, LookupError>> + Send + 'r>>;

/// A resolver, which looks up the host names of a client.
///
/// ```
/// use std::net::SocketAddr;
///
/// use limpid_tokio::{Client, Resolve, Resolving, SystemResolver};
///
/// /// Resolves one host, and leaves others to the system.
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
    /// Returns the addresses of `host`, which is a name, in the order in which to try them. The
    /// request polls the future itself, and drops it when it times out. A resolver may share lookups
    /// between requests, and cache results, which the client does not.
    ///
    /// # Errors
    /// The name does not exist, has no address, or the resolver failed. The resolver's own error
    /// becomes the source of the request's.
    fn resolve<'r>(&'r self, host: &'r str, port: u16) -> Resolving<'r>;
}

/// The system's resolver. It blocks, and therefore runs on its own threads, which clones share.
/// Requests for the same host and port share a lookup.
///
/// [`Resolve`] has an example.
#[derive(Clone, Debug)]
pub struct SystemResolver {
    threads: Arc<LookupThreads>,
}

impl SystemResolver {
    /// Creates a resolver with at most `most` threads at once, and at least one. Other lookups wait.
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

/// The resolver of a client: that of the system by default, or a [`Resolve`].
#[derive(Clone, Default)]
pub struct Resolver(Option<Arc<dyn Resolve>>);

impl Resolver {
    /// Returns the caller's resolver, or that of the system with at most `most` threads.
    pub(crate) fn or_system(self, most: usize) -> ActiveResolver {
        match self.0 {
            Some(custom) => ActiveResolver::Custom(custom),
            None => ActiveResolver::System(SystemResolver::new(most)),
        }
    }
}

/// The resolver that a client uses.
#[derive(Clone)]
pub(crate) enum ActiveResolver {
    System(SystemResolver),
    Custom(Arc<dyn Resolve>),
}

impl ActiveResolver {
    /// Returns the addresses of `host`, with what the system's resolver knows about the lookup.
    pub(crate) async fn resolve(
        &self,
        host: &str,
        port: u16,
    ) -> (Result<Vec<SocketAddr>, LookupError>, Option<LookupFacts>) {
        match self {
            Self::System(system) => {
                let mut lookup = system.threads.look_up(host, port, None);
                let resolved = (&mut lookup).await;
                (resolved, lookup.facts())
            }
            Self::Custom(custom) => (custom.resolve(host, port).await, None),
        }
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    use limpid_core::error::ResolveError;

    use super::*;
    use crate::Client;

    const MOST: usize = 4;
    const REQUESTS: usize = 100;

    /// Returns a resolver whose lookups report that they begin, and end when the sender is dropped.
    fn hanging() -> (SystemResolver, Receiver<()>, Sender<()>) {
        let ((begun, begins), (open, gate)) = (channel(), channel());
        let (begun, gate) = (Mutex::new(begun), Mutex::new(gate));
        let resolve = Box::new(move |_: &str, _, _| {
            let _ = begun.lock().unwrap().send(());
            // The first waits for the gate, and the others for the first.
            let _ = gate.lock().unwrap().recv();
            Err(ResolveError::Temporary.into())
        });
        let threads = LookupThreads::new(MOST, resolve, WithoutThreads::Fail);
        (SystemResolver { threads: Arc::new(threads) }, begins, open)
    }

    fn client(resolver: SystemResolver) -> Client {
        Client::builder().resolver(resolver).timeout(Duration::from_millis(20)).build()
    }

    #[test]
    fn lookups_that_hang_are_few_and_do_not_delay_the_end_of_the_runtime() {
        let (resolver, begins, gate) = hanging();
        let client = client(resolver);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut requests = tokio::task::JoinSet::new();
            for number in 0..REQUESTS {
                let client = client.clone();
                requests.spawn(async move {
                    client.get(&format!("http://host{number}.test/")).send().await.map(drop)
                });
            }
            while let Some(result) = requests.join_next().await {
                let error = result.unwrap().unwrap_err();
                assert!(error.is_timeout(), "{error}");
            }
        });
        // This returns while the resolver hangs, for the gate is closed.
        drop(runtime);
        drop(gate);
        drop(client);
        // The requests have left, so no other lookup begins. The threads end.
        let begun = begins.iter().count();
        assert!((1..=MOST).contains(&begun), "{begun} lookups began");
    }
}
