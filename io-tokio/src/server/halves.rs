//! The two halves of an exchange: one reads the request's body, the other writes the response.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker, ready};

use bytes::{Buf, Bytes};
use limpid_core::error::Cause;
use limpid_core::fields::FieldBlock;
use limpid_core::framing::Framing;
use limpid_core::http1::BodySize;
use limpid_core::server::Interest;
use limpid_io::server::Stop;
use tokio::io::{AsyncRead, ReadBuf};

use super::connection::Connection;
use super::exchange::Exchange;
use super::handoff::HandoffGuard;
use crate::transport::Transport;
use crate::upgraded::Upgraded;

impl Exchange {
    /// Splits the exchange in two, so that the request's body is read while the response is written, in one task or in
    /// two. The exchange goes on until both halves are dropped.
    ///
    /// ```
    /// use limpid_core::error::Cause;
    /// use limpid_core::http1::BodySize;
    /// use limpid_tokio::Exchange;
    ///
    /// /// Greets at once, and counts the body meanwhile.
    /// async fn count(exchange: Exchange) -> Result<(), Cause> {
    ///     let (mut request, mut response) = exchange.split();
    ///     let counting = async {
    ///         let mut count = 0;
    ///         while let Some(data) = request.data().await? {
    ///             count += data.len();
    ///         }
    ///         Ok::<_, Cause>(count)
    ///     };
    ///     response.start(200, BodySize::Unknown)?;
    ///     let (count, greeted) = tokio::join!(counting, response.send("Hello! Your body has "));
    ///     greeted?;
    ///     response.send(format!("{} bytes.\n", count?)).await?;
    ///     response.finish().await
    /// }
    /// ```
    #[must_use]
    pub fn split(self) -> (RequestReader, ResponseWriter) {
        let framing = self.framing();
        let shared = Arc::new(Shared {
            duplex: Mutex::new(Duplex::new(self.into_connection())),
            wakers: Arc::default(),
        });
        let reader = RequestReader {
            shared: Arc::clone(&shared),
            framing,
            rest: Bytes::new(),
            received: 0,
            has_ended: false,
        };
        (reader, ResponseWriter { shared })
    }
}

/// The half of an exchange that reads the request's body. [`Exchange::split`] returns it.
///
/// A read that is dropped loses nothing.
#[derive(Debug)]
pub struct RequestReader {
    shared: Arc<Shared>,
    framing: Framing,
    /// What [`AsyncRead`] has not delivered of a piece.
    rest: Bytes,
    /// The number of bytes of the pieces so far.
    received: u64,
    has_ended: bool,
}

/// The half of an exchange that writes the response. [`Exchange::split`] returns it.
#[derive(Debug)]
pub struct ResponseWriter {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    duplex: Mutex<Duplex>,
    /// Wakes the tasks of both halves.
    wakers: Arc<HalfWakers>,
}

/// The tasks that wait for the connection.
#[derive(Debug, Default)]
struct HalfWakers {
    reader: Mutex<Option<Waker>>,
    writer: Mutex<Option<Waker>>,
}

/// The connection, and what the halves want of it.
#[derive(Debug)]
struct Duplex {
    connection: HandoffGuard<Connection>,
    /// What the session does.
    asked: Asked,
    /// What it waits for, once a task waits for it.
    waits: Option<Interest>,
    /// The reader wants the next piece of the body.
    reads: bool,
    /// The writer wants the output to be sent.
    flushes: bool,
    /// The piece that the reader has not taken; `None` in it is the end.
    piece: Option<Option<Bytes>>,
    trailers: FieldBlock,
    failure: Option<Cause>,
}

/// What the session was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Nothing,
    /// The next piece. Output is sent meanwhile.
    Body,
    Flush,
}

impl Wake for HalfWakers {
    fn wake(self: Arc<Self>) {
        for waker in [&self.reader, &self.writer] {
            let waker = lock(waker).take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Duplex {
    fn new(connection: HandoffGuard<Connection>) -> Self {
        Self {
            connection,
            asked: Asked::Nothing,
            waits: None,
            reads: false,
            flushes: false,
            piece: None,
            trailers: FieldBlock::new(),
            failure: None,
        }
    }

    /// Runs the session until the halves have what they want, or it has to wait.
    fn run(&mut self, cx: &mut Context<'_>) {
        while self.failure.is_none() {
            let wanted = match (self.reads, self.flushes) {
                (true, _) => Asked::Body,
                (false, true) => Asked::Flush,
                (false, false) => return,
            };
            self.ask(wanted);
            match self.connection.poll_run(cx, &mut self.waits) {
                Poll::Pending => return,
                Poll::Ready(Stop::Handle | Stop::Request) => self.done(),
                Poll::Ready(stop) => self.failure = self.connection.serving.waited(stop).err(),
            }
        }
    }

    /// Asks the session for something, unless it does that already.
    fn ask(&mut self, wanted: Asked) {
        if self.asked != wanted {
            match wanted {
                Asked::Body => self.connection.serving.read_body(),
                Asked::Flush => self.connection.serving.flush(),
                Asked::Nothing => {}
            }
            (self.asked, self.waits) = (wanted, None);
        }
    }

    /// Handles that the session has done what it was asked for.
    fn done(&mut self) {
        match std::mem::replace(&mut self.asked, Asked::Nothing) {
            Asked::Body => {
                let serving = &self.connection.serving;
                let piece = serving.data().map(Bytes::copy_from_slice);
                if piece.is_none() {
                    self.trailers = serving.trailers().into();
                }
                (self.piece, self.reads) = (Some(piece), false);
            }
            Asked::Flush | Asked::Nothing => self.flushes = false,
        }
    }

    /// Returns whether no output is left.
    fn is_sent(&self) -> bool {
        !self.flushes || self.connection.serving.session().unsent() == 0
    }
}

impl RequestReader {
    /// Returns the next piece of the request's body; `None` at its end. If the client waits for `100 Continue`, this sends
    /// it.
    ///
    /// # Errors
    /// As [`Exchange::data`].
    pub async fn data(&mut self) -> Result<Option<Bytes>, Cause> {
        std::future::poll_fn(|cx| self.poll_data(cx)).await
    }

    /// Polls for the next piece, as [`data`](Self::data) does.
    pub fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Cause>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Ok(Some(std::mem::take(&mut self.rest))));
        }
        if self.has_ended {
            return Poll::Ready(Ok(None));
        }
        let mut duplex = lock(&self.shared.duplex);
        if duplex.piece.is_none() {
            *lock(&self.shared.wakers.reader) = Some(cx.waker().clone());
            duplex.reads = true;
            let waker = Waker::from(Arc::clone(&self.shared.wakers));
            duplex.run(&mut Context::from_waker(&waker));
        }
        match (duplex.piece.take(), duplex.failure) {
            (Some(piece), _) => {
                self.received += piece.as_ref().map_or(0, Bytes::len) as u64;
                self.has_ended = piece.is_none();
                Poll::Ready(Ok(piece))
            }
            (None, Some(cause)) => Poll::Ready(Err(cause)),
            (None, None) => Poll::Pending,
        }
    }

    /// Returns the trailers of the request, after [`data`](Self::data) has returned `None`.
    #[must_use]
    pub fn trailers(&self) -> FieldBlock {
        lock(&self.shared.duplex).trailers.clone()
    }

    /// Returns the framing of the request's body: how its end is found.
    #[must_use]
    pub const fn framing(&self) -> Framing {
        self.framing
    }

    /// Returns whether the end was returned, or there is no body.
    #[cfg(feature = "tower")]
    pub(super) fn is_over(&self) -> bool {
        self.framing == Framing::None || (self.has_ended && self.rest.is_empty())
    }

    /// Returns how many bytes of the body were returned.
    #[cfg(feature = "tower")]
    pub(super) fn received(&self) -> u64 {
        self.received - self.rest.len() as u64
    }

    /// Returns the trailers, and keeps none.
    #[cfg(feature = "tower")]
    pub(super) fn take_trailers(&self) -> FieldBlock {
        std::mem::take(&mut lock(&self.shared.duplex).trailers)
    }
}

impl Drop for RequestReader {
    fn drop(&mut self) {
        let mut duplex = lock(&self.shared.duplex);
        (duplex.reads, duplex.piece) = (false, None);
    }
}

/// Reads the request's body.
impl AsyncRead for RequestReader {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(piece) = ready!(this.poll_data(cx))? {
            let n = piece.len().min(room.remaining());
            room.put_slice(&piece[..n]);
            this.rest = piece;
            this.rest.advance(n);
        }
        Poll::Ready(Ok(()))
    }
}

impl ResponseWriter {
    /// Adds a field to the response, or a trailer after its head was sent.
    pub fn field(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> &mut Self {
        lock(&self.shared.duplex).connection.serving.fields().push(name.as_ref(), value.as_ref());
        self
    }

    /// Sets the reason phrase of the next response, instead of the usual one.
    pub fn reason(&mut self, reason: impl AsRef<[u8]>) -> &mut Self {
        lock(&self.shared.duplex).connection.serving.set_reason(reason.as_ref());
        self
    }

    /// Sends a complete response, when the exchange has ended or [`flush`](Self::flush) is called.
    ///
    /// # Errors
    /// As [`Exchange::respond`].
    pub fn respond(&mut self, status: u16, body: impl Into<Bytes>) -> Result<(), Cause> {
        lock(&self.shared.duplex).connection.serving.respond(status, body.into())
    }

    /// Starts a response whose body follows.
    ///
    /// # Errors
    /// As [`Exchange::start`].
    pub fn start(&mut self, status: u16, size: BodySize) -> Result<(), Cause> {
        lock(&self.shared.duplex).connection.serving.start(status, size)
    }

    /// Sends a piece of the response's body at once.
    ///
    /// # Errors
    /// As [`Exchange::send`].
    pub async fn send(&mut self, data: impl Into<Bytes>) -> Result<(), Cause> {
        self.buffer(data)?;
        self.flush().await
    }

    /// Buffers a piece of the response's body, which the next call of another method sends.
    ///
    /// # Errors
    /// As [`Exchange::buffer`].
    pub fn buffer(&mut self, data: impl Into<Bytes>) -> Result<(), Cause> {
        lock(&self.shared.duplex).connection.serving.send(data.into())
    }

    /// Ends the response, with the [`field`](Self::field)s as trailers if there are any, and sends it: the request's body
    /// may still be read.
    ///
    /// # Errors
    /// As [`Exchange::finish`], and those of [`flush`](Self::flush).
    pub async fn finish(&mut self) -> Result<(), Cause> {
        lock(&self.shared.duplex).connection.serving.finish()?;
        self.flush().await
    }

    /// Sends the buffered output.
    ///
    /// # Errors
    /// As [`Exchange::flush`].
    pub async fn flush(&mut self) -> Result<(), Cause> {
        let mut is_first = true;
        std::future::poll_fn(|cx| self.poll_flush(cx, std::mem::take(&mut is_first))).await
    }

    fn poll_flush(&self, cx: &mut Context<'_>, is_first: bool) -> Poll<Result<(), Cause>> {
        let mut duplex = lock(&self.shared.duplex);
        if is_first {
            // The session has more output than when it was last asked.
            (duplex.flushes, duplex.waits) = (true, None);
        }
        *lock(&self.shared.wakers.writer) = Some(cx.waker().clone());
        let waker = Waker::from(Arc::clone(&self.shared.wakers));
        duplex.run(&mut Context::from_waker(&waker));
        match duplex.failure {
            Some(cause) => Poll::Ready(Err(cause)),
            None if duplex.is_sent() => {
                duplex.flushes = false;
                Poll::Ready(Ok(()))
            }
            None => Poll::Pending,
        }
    }

    /// Leaves HTTP/1.1, as [`Exchange::upgrade`] does. The other half is of no more use.
    ///
    /// # Errors
    /// As [`Exchange::upgrade`].
    pub async fn upgrade(mut self, status: u16) -> Result<Upgraded, Cause> {
        self.start(status, BodySize::None)?;
        self.flush().await?;
        let mut duplex = lock(&self.shared.duplex);
        let switched = duplex.connection.serving.take_switched().ok_or(Cause::PeerGone)?;
        let transport: Box<dyn Transport> = Box::new(duplex.connection.socket().clone());
        Ok(Upgraded::new(switched, transport.into()))
    }
}
