//! The two halves of an exchange: one reads the request's body, the other writes the response.

use std::io::{self, Read, Write};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Buf, Bytes};
use limpid_core::error::Cause;
use limpid_core::fields::FieldBlock;
use limpid_core::framing::Framing;
use limpid_core::http1::BodySize;
use limpid_core::server::Interest;
use limpid_io::server::Stop;
use socket2::Socket;

use super::connection::Connection;
use super::exchange::Exchange;
use crate::socket::Timed;
use crate::transport;

/// How long a half waits for the socket before it looks whether the other has failed.
const LOOK: Duration = Duration::from_secs(1);

impl<'c> Exchange<'c> {
    /// Splits the exchange in two, so that one thread reads the request's body while another writes the response, without
    /// blocking each other.
    ///
    /// ```
    /// use std::thread;
    ///
    /// use limpid_core::error::Cause;
    /// use limpid_core::http1::BodySize;
    /// use limpid_std::Exchange;
    ///
    /// /// Greets at once, and counts the body meanwhile.
    /// fn count(exchange: Exchange<'_>) -> Result<(), Cause> {
    ///     let (mut request, mut response) = exchange.split();
    ///     let count = thread::scope(|scope| {
    ///         let counting = scope.spawn(move || {
    ///             let mut count = 0;
    ///             while let Some(data) = request.data()? {
    ///                 count += data.len();
    ///             }
    ///             Ok::<_, Cause>(count)
    ///         });
    ///         response.start(200, BodySize::Unknown)?;
    ///         response.send("Hello! Your body has ")?;
    ///         counting.join().unwrap_or(Err(Cause::Cancelled))
    ///     })?;
    ///     response.send(format!("{count} bytes.\n"))?;
    ///     response.finish()
    /// }
    /// ```
    #[must_use]
    pub fn split(self) -> (RequestReader<'c>, ResponseWriter<'c>) {
        let framing = self.framing();
        let (connection, rest) = self.into_parts();
        let shared = Arc::new(Shared {
            socket: Timed::new(connection.shared_socket()),
            duplex: Mutex::new(Duplex::new(connection)),
        });
        let reader = RequestReader { shared: Arc::clone(&shared), framing, rest, has_ended: false };
        (reader, ResponseWriter { shared })
    }
}

/// The half of an exchange that reads the request's body. [`Exchange::split`] returns it.
#[derive(Debug)]
pub struct RequestReader<'c> {
    shared: Arc<Shared<'c>>,
    framing: Framing,
    /// What [`Read`] has not delivered of a piece.
    rest: Bytes,
    has_ended: bool,
}

/// The half of an exchange that writes the response. [`Exchange::split`] returns it.
#[derive(Debug)]
pub struct ResponseWriter<'c> {
    shared: Arc<Shared<'c>>,
}

#[derive(Debug)]
struct Shared<'c> {
    /// The socket, to wait for.
    socket: Timed<Arc<Socket>>,
    /// Not locked while a thread waits.
    duplex: Mutex<Duplex<'c>>,
}

/// The connection, and what the halves want of it.
#[derive(Debug)]
struct Duplex<'c> {
    connection: &'c mut Connection,
    /// What the session does.
    asked: Asked,
    /// The reader wants the next piece of the body.
    reads: bool,
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

impl<'c> Shared<'c> {
    fn lock(&self) -> MutexGuard<'_, Duplex<'c>> {
        self.duplex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the socket without the lock, and reads if that is `reads`' and possible.
    fn wait(&self, mut duplex: MutexGuard<'_, Duplex<'c>>, reads: bool, interest: Interest) {
        let timeout = duplex.connection.timeout();
        drop(duplex);
        let interest = transport::Interest { read: reads && interest.read, write: interest.write };
        let short = timeout.map_or(LOOK, |timeout| timeout.min(LOOK));
        let waited = self.socket.wait(interest, Some(short));
        let mut duplex = self.lock();
        if duplex.failure.is_some() {
            return;
        }
        match waited {
            Ok(transport::Interest { read: true, .. }) if reads => duplex.connection.read_now(),
            // The next step writes.
            Ok(transport::Interest { write: true, .. }) => duplex.connection.serving.tick(),
            Ok(_) => duplex.connection.waited(),
            Err(error) => duplex.connection.serving.sent(Err(error)),
        }
    }
}

impl<'c> Duplex<'c> {
    fn new(connection: &'c mut Connection) -> Self {
        Self {
            connection,
            asked: Asked::Nothing,
            reads: false,
            piece: None,
            trailers: FieldBlock::new(),
            failure: None,
        }
    }

    /// Runs the session until the half has what it wants, or has to wait. Returns what for.
    fn run(&mut self, wanted: Asked) -> Option<Interest> {
        while self.failure.is_none() && !self.has(wanted) {
            // Output is sent while the body is read, not the other way round.
            self.ask(if self.reads { Asked::Body } else { wanted });
            match self.connection.run_now() {
                Err(interest) => return (!self.has(wanted)).then_some(interest),
                Ok(Stop::Handle | Stop::Request) => self.done(),
                Ok(stop) => self.failure = self.connection.serving.waited(stop).err(),
            }
        }
        None
    }

    /// Returns whether the half has what it wants.
    fn has(&self, wanted: Asked) -> bool {
        match wanted {
            Asked::Body => self.piece.is_some(),
            Asked::Flush | Asked::Nothing => self.connection.serving.session().unsent() == 0,
        }
    }

    /// Asks the session for something, unless it does that already.
    fn ask(&mut self, wanted: Asked) {
        if mem::replace(&mut self.asked, wanted) != wanted {
            match wanted {
                Asked::Body => self.connection.serving.read_body(),
                Asked::Flush => self.connection.serving.flush(),
                Asked::Nothing => {}
            }
        }
    }

    /// Handles that the session has done what it was asked for.
    fn done(&mut self) {
        if mem::replace(&mut self.asked, Asked::Nothing) == Asked::Body {
            let serving = &self.connection.serving;
            let piece = serving.data().map(Bytes::copy_from_slice);
            if piece.is_none() {
                self.trailers = serving.trailers().into();
            }
            (self.piece, self.reads) = (Some(piece), false);
        }
    }
}

impl RequestReader<'_> {
    /// Returns the next piece of the request's body; `None` at its end. If the client waits for `100 Continue`, this sends
    /// it.
    ///
    /// # Errors
    /// As [`Exchange::data`].
    pub fn data(&mut self) -> Result<Option<Bytes>, Cause> {
        if !self.rest.is_empty() {
            return Ok(Some(mem::take(&mut self.rest)));
        }
        if self.has_ended {
            return Ok(None);
        }
        loop {
            let mut duplex = self.shared.lock();
            duplex.reads = duplex.piece.is_none();
            let interest = duplex.run(Asked::Body);
            match (duplex.piece.take(), duplex.failure, interest) {
                (Some(piece), ..) => {
                    self.has_ended = piece.is_none();
                    return Ok(piece);
                }
                (None, Some(cause), _) => return Err(cause),
                (None, None, interest) => {
                    self.shared.wait(duplex, true, interest.unwrap_or(Interest::NONE));
                }
            }
        }
    }

    /// Returns the trailers of the request, after [`data`](Self::data) has returned `None`.
    #[must_use]
    pub fn trailers(&self) -> FieldBlock {
        self.shared.lock().trailers.clone()
    }

    /// Returns the framing of the request's body: how its end is found.
    #[must_use]
    pub const fn framing(&self) -> Framing {
        self.framing
    }
}

impl Drop for RequestReader<'_> {
    fn drop(&mut self) {
        let mut duplex = self.shared.lock();
        (duplex.reads, duplex.piece) = (false, None);
    }
}

/// Reads the request's body.
impl Read for RequestReader<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let Some(mut piece) = self.data()? else { return Ok(0) };
        let n = piece.len().min(room.len());
        piece.copy_to_slice(&mut room[..n]);
        self.rest = piece;
        Ok(n)
    }
}

impl ResponseWriter<'_> {
    /// Adds a field to the response, or a trailer after its head was sent.
    pub fn field(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> &mut Self {
        self.shared.lock().connection.serving.fields().push(name.as_ref(), value.as_ref());
        self
    }

    /// Sets the reason phrase of the next response, instead of the usual one.
    pub fn reason(&mut self, reason: impl AsRef<[u8]>) -> &mut Self {
        self.shared.lock().connection.serving.set_reason(reason.as_ref());
        self
    }

    /// Sends a complete response, when the exchange has ended or [`flush_now`](Self::flush_now) is called.
    ///
    /// # Errors
    /// As [`Exchange::respond`].
    pub fn respond(&mut self, status: u16, body: impl Into<Bytes>) -> Result<(), Cause> {
        self.shared.lock().connection.serving.respond(status, body.into())
    }

    /// Starts a response whose body follows.
    ///
    /// # Errors
    /// As [`Exchange::start`].
    pub fn start(&mut self, status: u16, size: BodySize) -> Result<(), Cause> {
        self.shared.lock().connection.serving.start(status, size)
    }

    /// Sends a piece of the response's body at once.
    ///
    /// # Errors
    /// As [`Exchange::send`].
    pub fn send(&mut self, data: impl Into<Bytes>) -> Result<(), Cause> {
        self.shared.lock().connection.serving.send(data.into())?;
        self.flush_now()
    }

    /// Ends the response, with the [`field`](Self::field)s as trailers if there are any, and sends it: the request's body
    /// may still be read.
    ///
    /// # Errors
    /// As [`Exchange::finish`], and those of [`flush_now`](Self::flush_now).
    pub fn finish(&mut self) -> Result<(), Cause> {
        self.shared.lock().connection.serving.finish()?;
        self.flush_now()
    }

    /// Sends the buffered output.
    ///
    /// # Errors
    /// As [`Exchange::flush_now`].
    pub fn flush_now(&mut self) -> Result<(), Cause> {
        loop {
            let mut duplex = self.shared.lock();
            let interest = duplex.run(Asked::Flush);
            match (duplex.failure, interest) {
                (Some(cause), _) => return Err(cause),
                (None, None) => return Ok(()),
                (None, Some(interest)) => self.shared.wait(duplex, false, interest),
            }
        }
    }
}

/// Writes the response's body, after [`start`](ResponseWriter::start).
impl Write for ResponseWriter<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.send(Bytes::copy_from_slice(data))?;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(self.flush_now()?)
    }
}
