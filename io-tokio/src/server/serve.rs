//! Serving a connection: its requests and the handler by turns.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use limpid_core::server::Outcome;
use limpid_io::server::{Departure, Stop};

use super::connection::Connection;
use super::exchange::Exchange;
use super::handoff::HandoffGuard;
use super::socket::Socket;

/// Serves a connection to its end.
pub(super) async fn serve<F, R, E>(connection: Connection, handler: &F)
where
    F: Fn(Exchange) -> R,
    R: Future<Output = Result<(), E>>,
{
    let handoff = Arc::default();
    let half_close = connection.serving.allows_half_close();
    let watched = connection.serving.cancels_handlers().then(|| connection.socket().clone());
    let mut connection = HandoffGuard::new(connection, &handoff);
    loop {
        match connection.run().await {
            Stop::Request => {
                let watched = watched.as_ref().map(|socket| (socket, half_close));
                let ended = run(|| handler(Exchange::new(connection)), watched).await;
                connection = poll_fn(|cx| handoff.poll_take(cx)).await;
                match ended {
                    Ended::Handled(outcome) => connection.serving.handled(outcome),
                    Ended::Dropped(departure) => connection.serving.departed(departure),
                }
            }
            Stop::Done => return,
            // These were for a handler that is gone.
            Stop::Handle | Stop::Failed => {
                connection.serving.handled(Outcome::Done);
            }
        }
    }
}

/// How a handler ended.
enum Ended {
    Handled(Outcome),
    /// Its future was dropped, because the client is gone.
    Dropped(Departure),
}

/// Runs a handler, and drops it if its client departs while it waits. The socket is watched only once it
/// does: a handler that answers at once does not pay for it.
async fn run<R, E>(handler: impl FnOnce() -> R, watched: Option<(&Socket, bool)>) -> Ended
where
    R: Future<Output = Result<(), E>>,
{
    let Ok(future) = catch_unwind(AssertUnwindSafe(handler)) else {
        return Ended::Handled(Outcome::Panicked);
    };
    let (mut future, mut departure) = (pin!(future), pin!(None));
    poll_fn(|cx| {
        let outcome = match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(Poll::Pending) => {
                let Some((socket, half_close)) = watched else { return Poll::Pending };
                if departure.is_none() {
                    departure.set(Some(socket.departure(half_close)));
                }
                let departure = departure.as_mut().as_pin_mut();
                return departure.map_or(Poll::Pending, |it| it.poll(cx).map(Ended::Dropped));
            }
            Ok(Poll::Ready(Ok(()))) => Outcome::Done,
            Ok(Poll::Ready(Err(_))) => Outcome::Failed,
            Err(_) => Outcome::Panicked,
        };
        Poll::Ready(Ended::Handled(outcome))
    })
    .await
}
