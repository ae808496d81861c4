//! The connections of a client, shared by the tasks that use it.

use std::sync::Arc;

use limpid_core::client::{Input, Origin, PoolLimits};
use limpid_std::SharedSink;
use limpid_std::parts::Connections;
use tokio::sync::Notify;

use crate::socket::Socket;

/// Connections, and a way to wait for one.
#[derive(Debug)]
pub(crate) struct SharedPool {
    pub(crate) connections: Arc<Connections<Socket>>,
    released: Notify,
}

impl SharedPool {
    pub(crate) fn new(limits: PoolLimits, sink: SharedSink) -> Self {
        Self { connections: Arc::new(Connections::new(limits, sink)), released: Notify::new() }
    }

    /// A connection to `origin`, or leave to open one, as soon as there is either.
    pub(crate) async fn acquire(&self, origin: &Origin) -> (Input<'static>, Option<Socket>) {
        loop {
            let released = self.released.notified();
            if let Some(acquired) = self.connections.try_acquire(origin) {
                return acquired;
            }
            released.await;
        }
    }

    /// A connection was released: whoever waits may ask again.
    pub(crate) fn released(&self) {
        self.released.notify_one();
    }
}
