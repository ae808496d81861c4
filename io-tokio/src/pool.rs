//! The pool, shared by the tasks that use a client.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use limpid_core::client::{Acquired, Input, Link, Origin, Parked, Pool, PoolLimits};
use limpid_core::trace::ConnectionId;
use limpid_std::{Clock, SharedSink};
use tokio::sync::Notify;

use crate::socket::Socket;

/// A pool of sockets. When it is dropped, with the last client and the last response that use it,
/// idle connections are closed.
pub(crate) struct SharedPool {
    pool: Mutex<Pool<Socket>>,
    /// Told whenever a connection was released.
    released: Notify,
    connections: AtomicU64,
    pub(crate) sink: SharedSink,
    pub(crate) clock: Clock,
}

impl SharedPool {
    pub(crate) fn new(limits: PoolLimits, sink: SharedSink) -> Self {
        Self {
            pool: Mutex::new(Pool::new(limits)),
            released: Notify::new(),
            connections: AtomicU64::new(0),
            sink,
            clock: Clock::start(),
        }
    }

    /// A connection to `origin`: an idle one, or leave to open one, as soon as there is either.
    pub(crate) async fn acquire(&self, origin: &Origin) -> (Input<'static>, Option<Socket>) {
        loop {
            let released = self.released.notified();
            if let Some(acquired) = self.try_acquire(origin) {
                return acquired;
            }
            released.await;
        }
    }

    fn try_acquire(&self, origin: &Origin) -> Option<(Input<'static>, Option<Socket>)> {
        let mut pool = self.lock();
        let fresh = ConnectionId(self.connections.load(Ordering::Relaxed) + 1);
        let mut retired = Vec::new();
        let now = self.clock.now();
        let acquired = match pool.acquire(origin, fresh, now, Socket::is_silent, &mut retired) {
            Acquired::Full => None,
            Acquired::Reuse(Parked { link, transport }) => {
                Some((Input::Reuse(link), Some(transport)))
            }
            Acquired::Open => {
                self.connections.fetch_add(1, Ordering::Relaxed);
                Some((Input::Open(fresh), None))
            }
        };
        drop(pool);
        self.retire(retired);
        acquired
    }

    /// Gives a connection back; what is `None` is closed.
    pub(crate) fn release(&self, id: ConnectionId, link: Option<Link>, socket: Option<Socket>) {
        let parked = link.zip(socket).map(|(link, transport)| Parked { link, transport });
        let mut retired = Vec::new();
        let now = self.clock.now();
        self.lock().release(id, parked, now, Socket::is_silent, &mut retired);
        self.released.notify_one();
        self.retire(retired);
    }

    fn retire(&self, retired: Vec<Parked<Socket>>) {
        for Parked { link, transport } in retired {
            link.retire(self.clock.now(), &self.sink, |bytes| {
                if !bytes.is_empty() {
                    // Nobody is left who would care.
                    let _ = transport.write_now(bytes);
                }
                drop(transport);
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pool<Socket>> {
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
