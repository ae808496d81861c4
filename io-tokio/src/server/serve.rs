//! The loop of a connection, which alternates between the session and the handler.

use std::fmt::Display;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use limpid_core::server::Outcome;
use limpid_io::server::{Departure, Stop};

use super::connection::Connection;
use super::exchange::Exchange;
use super::handoff::{Handoff, HandoffGuard};
use super::socket::Socket;

/// Serves a connection to its end.
pub(super) async fn serve<F, R, E>(connection: Connection, handler: &F)
where
    F: Fn(Exchange) -> R,
    R: Future<Output = Result<(), E>>,
    E: Display,
{
    let handoff = Arc::default();
    let watch = Watch::new(&connection, &handoff);
    let mut connection = HandoffGuard::new(connection, &handoff);
    loop {
        match connection.run().await {
            Stop::Request => {
                let ended = run(|| handler(Exchange::new(connection)), watch.as_ref()).await;
                connection = poll_fn(|cx| handoff.poll_take(cx)).await;
                match ended {
                    Ended::Handled(outcome) => connection.serving.handled(outcome),
                    Ended::Failed(error) => connection.serving.handler_failed(&error),
                    Ended::Dropped(departure) => connection.serving.departed(departure),
                }
            }
            Stop::Done => return,
            // These were for a handler that has ended.
            Stop::Handle | Stop::Failed => {
                connection.serving.handled(Outcome::Done);
            }
        }
    }
}

/// A future that detects that the client of a connection has disconnected.
struct Watch {
    socket: Socket,
    half_close: bool,
    handoff: Arc<Handoff<Connection>>,
}

impl Watch {
    /// Watches a connection, if its handlers are dropped when the client disconnects.
    fn new(connection: &Connection, handoff: &Arc<Handoff<Connection>>) -> Option<Self> {
        connection.serving.cancels_handlers().then(|| Self {
            socket: connection.socket().clone(),
            half_close: connection.serving.allows_half_close(),
            handoff: Arc::clone(handoff),
        })
    }

    /// Waits until the client has disconnected. A connection that the handler has taken is not
    /// watched any more.
    async fn departure(&self) -> Departure {
        let departure = self.socket.departure(self.half_close).await;
        match self.handoff.peek(|connection| connection.serving.session().is_over()) {
            Some(true) => std::future::pending().await,
            _ => departure,
        }
    }
}

/// How a handler ended.
enum Ended {
    Handled(Outcome),
    /// With an error, of which this is the text: the error itself need not be `Send`.
    Failed(Box<str>),
    /// Its future was dropped, because the client has disconnected.
    Dropped(Departure),
}

/// Runs a handler, and drops it if its client disconnects. The socket is watched only once the
/// handler waits, so that one that answers at once has no cost.
async fn run<R, E>(handler: impl FnOnce() -> R, watch: Option<&Watch>) -> Ended
where
    R: Future<Output = Result<(), E>>,
    E: Display,
{
    let Ok(future) = catch_unwind(AssertUnwindSafe(handler)) else {
        return Ended::Handled(Outcome::Panicked);
    };
    let (mut future, mut departure) = (pin!(future), pin!(None));
    poll_fn(|cx| {
        let outcome = match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(Poll::Pending) => {
                let Some(watch) = watch else { return Poll::Pending };
                if departure.is_none() {
                    departure.set(Some(watch.departure()));
                }
                let departure = departure.as_mut().as_pin_mut();
                return departure.map_or(Poll::Pending, |it| it.poll(cx).map(Ended::Dropped));
            }
            Ok(Poll::Ready(Ok(()))) => Outcome::Done,
            Ok(Poll::Ready(Err(error))) => {
                return Poll::Ready(Ended::Failed(format!("{error:#}").into()));
            }
            Err(_) => Outcome::Panicked,
        };
        Poll::Ready(Ended::Handled(outcome))
    })
    .await
}
