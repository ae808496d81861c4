//! The connections of a client, whatever moves their bytes: the pool, and who is told of it.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use limpid_core::client::{Acquired, Input, Link, Origin, Parked, Pool, PoolLimits, Retired};
use limpid_core::time::Mono;
use limpid_core::trace::ConnectionId;

use crate::builder::SharedSink;
use crate::clock::Clock;

/// A driver's part of a connection.
pub trait Transport {
    /// Whether nothing has arrived, the end included. It does not wait.
    fn is_silent(&self) -> bool;

    /// Sends the last bytes of a connection, as far as that is possible without waiting, and closes
    /// it.
    fn bid_farewell(self, bytes: &[u8]);
}

/// The connections of a client. When this is dropped, with the last client and the last response
/// that use it, idle connections are closed.
pub struct Connections<T: Transport> {
    pool: Mutex<Pool<T>>,
    opened: AtomicU64,
    sink: SharedSink,
    clock: Clock,
}

impl<T: Transport> fmt::Debug for Connections<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("open", &self.lock().len()).finish_non_exhaustive()
    }
}

impl<T: Transport> Connections<T> {
    /// No connections so far.
    #[must_use]
    pub fn new(limits: PoolLimits, sink: SharedSink) -> Self {
        Self {
            pool: Mutex::new(Pool::new(limits)),
            opened: AtomicU64::new(0),
            sink,
            clock: Clock::start(),
        }
    }

    /// What time it is for the client.
    #[must_use]
    pub fn now(&self) -> Mono {
        self.clock.now()
    }

    /// Who is told.
    #[must_use]
    pub const fn sink(&self) -> &SharedSink {
        &self.sink
    }

    /// A connection to `origin`: an idle one, or leave to open one. `None` where every connection
    /// is in use: ask again when one was released.
    pub fn try_acquire(&self, origin: &Origin) -> Option<(Input<'static>, Option<T>)> {
        let mut pool = self.lock();
        let fresh = ConnectionId(self.opened.load(Ordering::Relaxed) + 1);
        let mut retired = Vec::new();
        let acquired = match pool.acquire(origin, fresh, self.now(), T::is_silent, &mut retired) {
            Acquired::Full => None,
            Acquired::Reuse(Parked { link, transport }) => {
                Some((Input::Reuse(link), Some(transport)))
            }
            Acquired::Open => {
                self.opened.fetch_add(1, Ordering::Relaxed);
                Some((Input::Open(fresh), None))
            }
        };
        drop(pool);
        self.retire(retired);
        acquired
    }

    /// Gives a connection back; what is `None` is closed.
    pub fn release(&self, id: ConnectionId, link: Option<Link>, transport: Option<T>) {
        let parked = link.zip(transport).map(|(link, transport)| Parked { link, transport });
        let mut retired = Vec::new();
        self.lock().release(id, parked, self.now(), T::is_silent, &mut retired);
        self.retire(retired);
    }

    fn retire(&self, retired: Vec<Retired<T>>) {
        for Retired { parked: Parked { link, transport }, why } in retired {
            link.retire(why, self.now(), &self.sink, |bytes| transport.bid_farewell(bytes));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pool<T>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Transport> Drop for Connections<T> {
    fn drop(&mut self) {
        let mut retired = Vec::new();
        self.lock().close(&mut retired);
        self.retire(retired);
    }
}
