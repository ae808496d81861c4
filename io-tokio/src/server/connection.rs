//! The driver: it does what the session says, and decides nothing.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use limpid_core::server::{Do, Event, Input, Outcome};
use limpid_core::time::Deadline;
use limpid_std::parts::{ServerSettings, Serving, Stop};
use tokio::sync::Mutex;

use super::closing::Closing;
use super::exchange::Exchange;
use crate::driver::within;
use crate::socket::Socket;

/// The least room for a read.
const READ: usize = 4 * 1024;

/// A connection and the socket it runs on. Dropping it ends both.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) serving: Serving,
    socket: Socket,
    closing: Arc<Closing>,
}

impl Connection {
    pub(super) fn new(
        socket: Socket,
        peer: Option<SocketAddr>,
        settings: &Arc<ServerSettings>,
        closing: Arc<Closing>,
    ) -> Self {
        Self { serving: Serving::new(peer, settings), socket, closing }
    }

    /// Serves the connection to its end.
    pub(super) async fn serve<F, R, E>(self, handler: &F)
    where
        F: Fn(Exchange) -> R,
        R: Future<Output = Result<(), E>>,
    {
        // The handler has it while it runs, and for as long as it keeps its exchange.
        let shared = Arc::new(Mutex::new(self));
        loop {
            let mut connection = Arc::clone(&shared).lock_owned().await;
            match connection.run().await {
                Stop::Request => {
                    let outcome = outcome(|| handler(Exchange::new(connection))).await;
                    shared.lock().await.serving.handled(outcome);
                }
                Stop::Done => return,
                // Nobody asked for these: they were for a handler that is gone.
                Stop::Data | Stop::Handle | Stop::Failed(_) => {
                    connection.serving.handled(Outcome::Done);
                }
            }
        }
    }

    /// Runs the session until it has something for somebody.
    pub(super) async fn run(&mut self) -> Stop {
        loop {
            if let Some(grace) = self.closing.grace() {
                self.serving.shut_down(grace);
            }
            let now = self.serving.now();
            match self.serving.advance() {
                Do::Read { until } => self.read(until).await,
                Do::Write { until } => {
                    let written = self.socket.write(self.serving.session.out());
                    let result = within(until, now, written).await;
                    self.serving.answer(result.map(|result| result.map(Input::Sent)));
                }
                Do::Event(Event::Request(..)) => return Stop::Request,
                Do::Event(Event::Data(_)) => return Stop::Data,
                Do::Event(Event::End(_)) | Do::Handle => return Stop::Handle,
                Do::Failed(cause) => return Stop::Failed(cause),
                Do::Finish => self.socket.finish(),
                Do::Close { reset } if reset => self.socket.reset_on_close(),
                Do::Close { .. } => self.socket.finish(),
                Do::Done => return Stop::Done,
            }
        }
    }

    async fn read(&mut self, until: Option<Deadline>) {
        let now = self.serving.now();
        let is_idle = self.serving.session.is_idle();
        let read = within(until, now, self.socket.read(self.serving.session.space(READ)));
        // The loop tells the session why nothing came, if that is why.
        let result: Option<io::Result<usize>> = if is_idle {
            match self.closing.unless(read).await {
                Some(result) => result,
                None => return,
            }
        } else {
            read.await
        };
        self.serving.answer(result.map(|result| result.map(Input::Filled)));
    }
}

/// How a handler ends.
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
