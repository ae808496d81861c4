//! The pool, shared by the threads that use a client.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use limpid_core::client::{Acquired, Input, Link, Origin, Parked, Pool, PoolLimits};
use limpid_core::time::Deadline;
use limpid_core::trace::ConnectionId;

use crate::builder::SharedSink;
use crate::clock::Clock;
use crate::socket::Timed;

/// A pool of sockets. When it is dropped, with the last client and the last response that use it,
/// idle connections are closed.
pub(crate) struct SharedPool {
    pool: Mutex<Pool<Timed>>,
    /// Told whenever a connection was released.
    released: Condvar,
    connections: AtomicU64,
    pub(crate) sink: SharedSink,
    pub(crate) clock: Clock,
}

impl SharedPool {
    pub(crate) fn new(limits: PoolLimits, sink: SharedSink) -> Self {
        Self {
            pool: Mutex::new(Pool::new(limits)),
            released: Condvar::new(),
            connections: AtomicU64::new(0),
            sink,
            clock: Clock::start(),
        }
    }

    /// A connection to `origin`: an idle one, or leave to open one. Waits for neither longer than
    /// `until`.
    pub(crate) fn acquire(
        &self,
        origin: &Origin,
        until: Option<Deadline>,
    ) -> (Input<'static>, Option<Timed>) {
        let mut pool = self.lock();
        loop {
            let now = self.clock.now();
            let fresh = ConnectionId(self.connections.load(Ordering::Relaxed) + 1);
            let mut retired = Vec::new();
            let acquired = pool.acquire(origin, fresh, now, Timed::is_silent, &mut retired);
            if let Acquired::Full = acquired {
                let left = until.map(|deadline| deadline.at.since(now));
                pool = match left {
                    Some(left) if left.is_zero() => return (Input::Tick, None),
                    Some(left) => {
                        let waited = self.released.wait_timeout(pool, left);
                        waited.unwrap_or_else(PoisonError::into_inner).0
                    }
                    None => self.released.wait(pool).unwrap_or_else(PoisonError::into_inner),
                };
                continue;
            }
            let answer = match acquired {
                Acquired::Reuse(Parked { link, transport }) => {
                    (Input::Reuse(link), Some(transport))
                }
                _ => {
                    self.connections.fetch_add(1, Ordering::Relaxed);
                    (Input::Open(fresh), None)
                }
            };
            drop(pool);
            self.retire(retired);
            return answer;
        }
    }

    /// Gives a connection back; what is `None` is closed.
    pub(crate) fn release(&self, id: ConnectionId, link: Option<Link>, socket: Option<Timed>) {
        let parked = link.zip(socket).map(|(link, transport)| Parked { link, transport });
        let mut retired = Vec::new();
        let now = self.clock.now();
        self.lock().release(id, parked, now, Timed::is_silent, &mut retired);
        self.released.notify_one();
        self.retire(retired);
    }

    fn retire(&self, retired: Vec<Parked<Timed>>) {
        for Parked { link, transport } in retired {
            link.retire(self.clock.now(), &self.sink, |bytes| transport.bid_farewell(bytes));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pool<Timed>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SharedPool {
    fn drop(&mut self) {
        let mut retired = Vec::new();
        self.lock().close(&mut retired);
        self.retire(retired);
    }
}
