//! The driver: it does what the session says, and decides nothing.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use limpid_core::server::{Do, Event, Input, Outcome};
use limpid_core::time::Deadline;
use limpid_std::parts::{ServerSettings, Serving, Stop};
use tokio::io::ReadBuf;
use tokio::sync::Mutex;

use super::alarm::Alarm;
use super::closing::Closing;
use super::exchange::Exchange;
use crate::socket::Socket;

/// The least room for a read.
const READ: usize = 4 * 1024;

/// A connection and the socket it runs on. Dropping it ends both.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) serving: Serving,
    socket: Socket,
    alarm: Alarm,
}

/// Why a wait is over.
#[derive(Debug)]
enum Over {
    /// The socket moved this many bytes, or cannot.
    Moved(io::Result<usize>),
    /// The deadline has passed.
    Late,
    /// The server ends.
    Closing,
}

impl Connection {
    pub(super) fn new(
        socket: Socket,
        peer: Option<SocketAddr>,
        settings: &Arc<ServerSettings>,
        closing: Arc<Closing>,
    ) -> Self {
        let serving = Serving::new(peer, settings);
        let alarm = Alarm::new(closing, serving.now());
        Self { serving, socket, alarm }
    }

    /// Serves the connection to its end.
    pub(super) async fn serve<F, R, E>(self, handler: &F)
    where
        F: Fn(Exchange) -> R,
        R: Future<Output = Result<(), E>>,
    {
        // The handler has it while it runs, and for as long as it keeps its exchange.
        let shared = Arc::new(Mutex::new(self));
        let mut connection = Arc::clone(&shared).lock_owned().await;
        loop {
            match connection.run().await {
                Stop::Request => {
                    let outcome = outcome(|| handler(Exchange::new(connection))).await;
                    connection = match Arc::clone(&shared).try_lock_owned() {
                        Ok(connection) => connection,
                        Err(_) => Arc::clone(&shared).lock_owned().await,
                    };
                    connection.serving.handled(outcome);
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
            if let Some(grace) = self.alarm.closing.grace() {
                self.serving.shut_down(grace);
            }
            let (over, input): (_, fn(usize) -> Input) = match self.serving.advance() {
                Do::Read { until } => (self.read(until).await, Input::Filled),
                Do::Write { until } => (self.write(until).await, Input::Sent),
                Do::Event(Event::Request(..)) => return Stop::Request,
                Do::Event(Event::Data(_)) => return Stop::Data,
                Do::Event(Event::End(_)) | Do::Handle => return Stop::Handle,
                Do::Failed(cause) => return Stop::Failed(cause),
                Do::Finish => {
                    self.socket.finish();
                    continue;
                }
                Do::Close { reset } => {
                    if reset {
                        self.socket.reset_on_close();
                    } else {
                        self.socket.finish();
                    }
                    continue;
                }
                Do::Done => return Stop::Done,
            };
            match over {
                Over::Moved(result) => self.serving.answer(Some(result.map(input))),
                Over::Late => self.serving.answer(None),
                // The session is told before it goes on.
                Over::Closing => {}
            }
        }
    }

    async fn read(&mut self, until: Option<Deadline>) -> Over {
        let is_idle = self.serving.session.is_idle();
        self.wait(until, is_idle, |connection, cx| {
            let mut room = ReadBuf::new(connection.serving.session.space(READ));
            let read = ready!(connection.socket.poll_read(cx, &mut room));
            Poll::Ready(read.map(|()| room.filled().len()))
        })
        .await
    }

    async fn write(&mut self, until: Option<Deadline>) -> Over {
        self.wait(until, false, |connection, cx| {
            connection.socket.poll_send(cx, connection.serving.session.out())
        })
        .await
    }

    /// Waits for the socket; where the connection is idle, no longer than the server serves.
    async fn wait(
        &mut self,
        until: Option<Deadline>,
        is_idle: bool,
        mut moves: impl FnMut(&mut Self, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Over {
        if until.is_some_and(|deadline| deadline.at <= self.serving.now()) {
            return Over::Late;
        }
        poll_fn(|cx| {
            if let Poll::Ready(result) = moves(self, cx) {
                return Poll::Ready(Over::Moved(result));
            }
            let late = self.alarm.poll(cx, until).map(|()| Over::Late);
            if is_idle && self.alarm.closing.has_begun() {
                return Poll::Ready(Over::Closing);
            }
            late
        })
        .await
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
