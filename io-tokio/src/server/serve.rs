//! Serving a connection: its requests and the handler by turns.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use limpid_core::server::Outcome;
use limpid_io::server::Stop;

use super::connection::Connection;
use super::exchange::Exchange;
use super::handoff::HandoffGuard;

/// Serves a connection to its end.
pub(super) async fn serve<F, R, E>(connection: Connection, handler: &F)
where
    F: Fn(Exchange) -> R,
    R: Future<Output = Result<(), E>>,
{
    let handoff = Arc::default();
    let mut connection = HandoffGuard::new(connection, &handoff);
    loop {
        match connection.run().await {
            Stop::Request => {
                let outcome = outcome(|| handler(Exchange::new(connection))).await;
                connection = poll_fn(|cx| handoff.poll_take(cx)).await;
                connection.serving.handled(outcome);
            }
            Stop::Done => return,
            // These were for a handler that is gone.
            Stop::Handle | Stop::Failed => {
                connection.serving.handled(Outcome::Done);
            }
        }
    }
}

/// Runs a handler, and returns how it ended.
async fn outcome<R, E>(handler: impl FnOnce() -> R) -> Outcome
where
    R: Future<Output = Result<(), E>>,
{
    let Ok(future) = catch_unwind(AssertUnwindSafe(handler)) else { return Outcome::Panicked };
    let mut future = pin!(future);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(Ok(()))) => Poll::Ready(Outcome::Done),
        Ok(Poll::Ready(Err(_))) => Poll::Ready(Outcome::Failed),
        Err(_) => Poll::Ready(Outcome::Panicked),
    })
    .await
}
