//! A connection passes between its task, which reads the requests, and the handler, which has it for
//! as long as it keeps its exchange.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::connection::Connection;

/// Where a connection is when nobody has it.
#[derive(Debug, Default)]
pub(super) struct Place {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    connection: Option<Box<Connection>>,
    /// Who waits for it.
    waker: Option<Waker>,
}

impl Place {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the connection when it is there.
    pub(super) fn poll_take(self: &Arc<Self>, cx: &mut Context<'_>) -> Poll<Held> {
        let mut state = self.lock();
        if state.connection.is_none() {
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Held { connection: state.connection.take(), place: Arc::clone(self) })
    }
}

/// A connection that somebody has. Dropping it puts it back into its place; with nobody left who
/// would take it from there, it ends.
#[derive(Debug)]
pub(super) struct Held {
    connection: Option<Box<Connection>>,
    place: Arc<Place>,
}

impl Held {
    /// A connection that has this place.
    pub(super) fn new(connection: Connection, place: &Arc<Place>) -> Self {
        Self { connection: Some(Box::new(connection)), place: Arc::clone(place) }
    }
}

const HELD: &str = "a connection is held until it is dropped";

impl Deref for Held {
    type Target = Connection;

    #[inline]
    #[expect(clippy::expect_used, reason = "only dropping takes it away")]
    fn deref(&self) -> &Connection {
        self.connection.as_deref().expect(HELD)
    }
}

impl DerefMut for Held {
    #[inline]
    #[expect(clippy::expect_used, reason = "only dropping takes it away")]
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_deref_mut().expect(HELD)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let waker = {
            let mut state = self.place.lock();
            state.connection = self.connection.take();
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
