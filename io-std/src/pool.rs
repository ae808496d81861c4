//! The connections of a client, shared by the threads that use it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use limpid_core::client::{Input, Origin, PoolLimits};
use limpid_core::time::Deadline;

use crate::builder::SharedSink;
use crate::connections::Connections;
use crate::socket::Timed;

/// Connections, and a way to wait for one.
#[derive(Debug)]
pub(crate) struct SharedPool {
    pub(crate) connections: Arc<Connections<Timed>>,
    /// How many connections have been released.
    released: Mutex<u64>,
    release: Condvar,
}

impl SharedPool {
    pub(crate) fn new(limits: PoolLimits, sink: SharedSink) -> Self {
        Self {
            connections: Arc::new(Connections::new(limits, sink)),
            released: Mutex::new(0),
            release: Condvar::new(),
        }
    }

    /// A connection to `origin`, or leave to open one; `None` if `until` passes before there is
    /// either.
    pub(crate) fn acquire(
        &self,
        origin: &Origin,
        until: Option<Deadline>,
    ) -> Option<(Input<'static>, Option<Timed>)> {
        loop {
            let before = *self.lock();
            if let Some(acquired) = self.connections.try_acquire(origin) {
                return Some(acquired);
            }
            let mut released = self.lock();
            while *released == before {
                released = match until.map(|deadline| deadline.at.since(self.connections.now())) {
                    Some(left) if left.is_zero() => return None,
                    Some(left) => {
                        let waited = self.release.wait_timeout(released, left);
                        waited.unwrap_or_else(PoisonError::into_inner).0
                    }
                    None => self.release.wait(released).unwrap_or_else(PoisonError::into_inner),
                };
            }
        }
    }

    /// A connection was released: whoever waits may ask again.
    pub(crate) fn released(&self) {
        *self.lock() += 1;
        self.release.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.released.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
