//! A connection passes between its task, which reads the requests, and the handler, which has it for
//! as long as it keeps its exchange.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::connection::Connection;

/// Where a connection is when nobody has it.
#[derive(Debug, Default)]
pub(super) struct Handoff {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    connection: Option<Box<Connection>>,
    /// Who waits for it.
    waker: Option<Waker>,
}

impl Handoff {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the connection when it is there.
    pub(super) fn poll_take(self: &Arc<Self>, cx: &mut Context<'_>) -> Poll<ConnectionGuard> {
        let mut state = self.lock();
        if state.connection.is_none() {
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(ConnectionGuard {
            connection: state.connection.take(),
            handoff: Arc::clone(self),
        })
    }
}

/// A connection that somebody has. Dropping it puts it back into its handoff; with nobody left who
/// would take it from there, it ends.
#[derive(Debug)]
pub(super) struct ConnectionGuard {
    connection: Option<Box<Connection>>,
    handoff: Arc<Handoff>,
}

impl ConnectionGuard {
    /// A connection that has this handoff.
    pub(super) fn new(connection: Connection, handoff: &Arc<Handoff>) -> Self {
        Self { connection: Some(Box::new(connection)), handoff: Arc::clone(handoff) }
    }
}

const HELD: &str = "a connection is held until it is dropped";

impl Deref for ConnectionGuard {
    type Target = Connection;

    #[inline]
    #[expect(clippy::expect_used, reason = "only dropping takes it away")]
    fn deref(&self) -> &Connection {
        self.connection.as_deref().expect(HELD)
    }
}

impl DerefMut for ConnectionGuard {
    #[inline]
    #[expect(clippy::expect_used, reason = "only dropping takes it away")]
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_deref_mut().expect(HELD)
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        let waker = {
            let mut state = self.handoff.lock();
            state.connection = self.connection.take();
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
