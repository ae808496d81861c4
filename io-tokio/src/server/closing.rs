//! How a server and its connections are told to end.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Whether a server ends, and by when.
#[derive(Debug, Default)]
pub(super) struct Closing {
    end: Mutex<Option<Instant>>,
    begun: Notify,
}

impl Closing {
    fn end(&self) -> Option<Instant> {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long what is open may still take, if the server ends.
    pub(super) fn grace(&self) -> Option<Duration> {
        self.end().map(|end| end.saturating_duration_since(Instant::now()))
    }

    /// As [`grace`](Self::grace); none where the server does not end.
    pub(super) fn left(&self) -> Duration {
        self.grace().unwrap_or_default()
    }

    fn close(&self, grace: Duration) {
        let now = Instant::now();
        let end = now.checked_add(grace).unwrap_or(now);
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
        self.begun.notify_waiters();
    }

    /// What comes of `future`; `None` if the server is told to end before.
    pub(super) async fn unless<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut begun = pin!(self.begun.notified());
        // Whoever ends the server after this is heard, and whoever did before is seen.
        begun.as_mut().enable();
        if self.end().is_some() {
            return None;
        }
        let mut future = pin!(future);
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => begun.as_mut().poll(cx).map(|()| None),
        })
        .await
    }
}

/// Ends a server, from wherever it is. It is cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    closing: Arc<Closing>,
}

impl Handle {
    pub(super) const fn new(closing: Arc<Closing>) -> Self {
        Self { closing }
    }

    /// Ends the server: it accepts no more connections and closes those that are idle. Requests that
    /// have begun are answered, for which they have `grace`; then their connections are cut. It does
    /// not wait for that: [`Server::serve`](super::Server::serve) does.
    pub fn shutdown(&self, grace: Duration) {
        self.closing.close(grace);
    }
}
