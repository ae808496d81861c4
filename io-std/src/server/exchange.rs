//! A request and its response, for handlers.

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::net::SocketAddr;

use bytes::Bytes;
use limpid_core::error::{Cause, Error};
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::framing::Framing;
use limpid_core::http1::{BodySize, RequestHead};
use limpid_core::trace::{EventKind, ExchangeId, TraceEvent};
use limpid_core::transport::LayerFacts;
#[cfg(feature = "json")]
use limpid_io::server::JsonError;

use super::connection::Connection;
use crate::upgraded::Upgraded;

/// A request and its response, for the handler of a [`Server`](crate::Server).
///
/// The handler reads the body with [`data`](Self::data) or through [`Read`]. It responds with
/// [`respond`](Self::respond), or piece by piece with [`start`](Self::start), [`send`](Self::send) or
/// [`Write`], and [`finish`](Self::finish). Reading and responding may alternate.
///
/// ```
/// use limpid_core::error::Cause;
/// use limpid_core::http1::BodySize;
/// use limpid_std::Exchange;
///
/// /// Sends back each piece of the body as it arrives.
/// fn echo(mut exchange: Exchange<'_>) -> Result<(), Cause> {
///     exchange.start(200, BodySize::Unknown)?;
///     while let Some(data) = exchange.data()? {
///         let data = data.to_vec();
///         exchange.send(data)?;
///     }
///     exchange.field("X-Checksum", "none");
///     exchange.finish()
/// }
/// ```
#[doc(alias = "Request")]
#[derive(Debug)]
pub struct Exchange<'c> {
    connection: &'c mut Connection,
    /// How many bytes of the current piece were read through [`Read`].
    read: usize,
}

impl<'c> Exchange<'c> {
    pub(super) const fn new(connection: &'c mut Connection) -> Self {
        Self { connection, read: 0 }
    }

    /// Returns the connection, and what was not read of a piece that was read in part.
    pub(super) fn into_parts(self) -> (&'c mut Connection, Bytes) {
        let Self { connection, read } = self;
        let data = connection.serving.data().filter(|_| read > 0).unwrap_or_default();
        let rest = Bytes::copy_from_slice(&data[read..]);
        (connection, rest)
    }

    /// Returns the head of the request.
    #[doc(alias("method", "path", "uri"))]
    #[must_use]
    pub fn head(&self) -> RequestHead<'_> {
        self.connection.serving.head()
    }

    /// Returns the head of the request with the fields of the response, to use parts of the request
    /// in the response.
    pub fn head_and_fields(&mut self) -> (RequestHead<'_>, &mut FieldBlock) {
        self.connection.serving.head_and_fields()
    }

    /// Returns the number of the exchange, which its events have.
    #[must_use]
    pub fn exchange_id(&self) -> ExchangeId {
        self.connection.serving.session().exchange_id()
    }

    /// Returns the client's address; `None` on a Unix socket.
    #[doc(alias("remote_addr", "ConnectInfo"))]
    #[must_use]
    pub fn peer(&self) -> Option<SocketAddr> {
        self.connection.serving.session().peer()
    }

    /// Returns the properties of the connection's TLS, which are empty without TLS: its version and cipher
    /// suite, the protocol (ALPN), the host name that the client has asked for (SNI) and its certificate.
    ///
    /// ```
    /// use limpid_core::error::Cause;
    /// use limpid_std::Exchange;
    ///
    /// fn handle(mut exchange: Exchange<'_>) -> Result<(), Cause> {
    ///     let text = match exchange.layer_facts().version {
    ///         Some(version) => format!("You use {version}.\n"),
    ///         None => "You do not use TLS.\n".into(),
    ///     };
    ///     exchange.respond(200, text)
    /// }
    /// ```
    #[must_use]
    pub fn layer_facts(&self) -> LayerFacts<'_> {
        self.connection.serving.session().layer_facts()
    }

    /// Returns the certificates that the client has sent, in DER form (RFC 5280): its own first, then those of
    /// its issuers. The server's configuration of TLS decides whether it asks for them, and has verified them.
    #[must_use]
    pub fn peer_certificates(&self) -> Vec<Cow<'_, [u8]>> {
        self.connection.serving.session().peer_certificates()
    }

    /// Adds a field to the response, or a trailer after its head was sent.
    pub fn field(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> &mut Self {
        self.connection.serving.fields().push(name.as_ref(), value.as_ref());
        self
    }

    /// Sets the reason phrase of the next response, instead of the usual one. Starting a response with a phrase
    /// that is not text fails.
    pub fn reason(&mut self, reason: impl AsRef<[u8]>) -> &mut Self {
        self.connection.serving.set_reason(reason.as_ref());
        self
    }

    /// Returns the framing of the request's body: how its end is found.
    #[must_use]
    pub fn framing(&self) -> Framing {
        self.connection.serving.session().framing()
    }

    /// Returns how many bytes of the request's body were received, and how many are announced so far: all of them by
    /// Content-Length, or those of the chunks whose sizes were read.
    #[must_use]
    pub fn body_progress(&self) -> (u64, u64) {
        self.connection.serving.session().body_progress()
    }

    /// Emits an event of the handler, which belongs to this exchange, such as
    /// [`Forwarded`](TraceEvent::Forwarded). `event` is called only if the server's sink receives events of
    /// this kind.
    pub fn emit<'e>(&mut self, kind: EventKind, event: impl FnOnce() -> TraceEvent<'e>) {
        self.connection.serving.emit(kind, event);
    }

    /// Returns the next piece of the request's body; `None` at its end. If the client waits for `100
    /// Continue`, this sends it.
    ///
    /// # Errors
    /// The client broke a rule, was too slow, or has disconnected. The session answers with an error
    /// if possible, and nothing else can be sent.
    #[doc(alias = "chunk")]
    pub fn data(&mut self) -> Result<Option<&[u8]>, Cause> {
        self.read = 0;
        self.connection.serving.read_body();
        self.run()?;
        Ok(self.connection.serving.data())
    }

    /// Reads the rest of the request's body, of which there may be up to
    /// [`body_limit`](crate::ServerBuilder::body_limit) bytes, 16 MiB by default.
    ///
    /// ```
    /// use limpid_core::error::Cause;
    /// use limpid_std::Exchange;
    ///
    /// /// Sends the body back.
    /// fn echo(mut exchange: Exchange<'_>) -> Result<(), Cause> {
    ///     let body = exchange.read_body()?;
    ///     exchange.respond(200, body)
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`data`](Self::data).
    #[doc(alias("bytes", "text", "read_to_end"))]
    pub fn read_body(&mut self) -> Result<Vec<u8>, Cause> {
        // What a read has left of the current piece.
        let unread = match self.read {
            0 => None,
            read => self.connection.serving.data().and_then(|data| data.get(read..)),
        };
        let mut bytes = unread.unwrap_or_default().to_vec();
        while let Some(piece) = self.data()? {
            bytes.extend_from_slice(piece);
        }
        Ok(bytes)
    }

    /// Reads the rest of the request's body, as [`read_body`](Self::read_body) does, and a value from its JSON.
    ///
    /// If the handler then returns an error without a response, this one with `?` or another, the response says what was
    /// wrong: 415 for a Content-Type that is not JSON, 400 for a body that is not the JSON of the type, 413 for one that
    /// is too long.
    ///
    /// ```
    /// use std::io;
    ///
    /// use limpid_std::Exchange;
    ///
    /// fn handle(mut exchange: Exchange<'_>) -> io::Result<()> {
    ///     let numbers: Vec<u64> = exchange.json()?;
    ///     exchange.respond_json(200, &numbers.len())
    /// }
    /// ```
    ///
    /// # Errors
    /// The body cannot be read, or is not the JSON of the type.
    #[cfg(feature = "json")]
    pub fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, JsonError> {
        self.connection.serving.expect_json()?;
        let body = self.read_body()?;
        self.connection.serving.read_json(&body)
    }

    /// Returns the trailers of the request, after [`data`](Self::data) has returned `None`.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        self.connection.serving.trailers()
    }

    /// Sends a complete response. It is buffered until the handler has returned and no other request
    /// has arrived, so that the responses to pipelined requests are sent together.
    ///
    /// # Errors
    /// A response was started, or this one is not valid. Nothing was sent then.
    pub fn respond(&mut self, status: u16, body: impl Into<Bytes>) -> Result<(), Cause> {
        self.connection.serving.respond(status, body.into())
    }

    /// Sends a complete response of plain text in UTF-8, as [`respond`](Self::respond) does, with a Content-Type field that
    /// says so.
    ///
    /// # Errors
    /// As [`respond`](Self::respond).
    #[doc(alias = "from_string")]
    pub fn respond_text(&mut self, status: u16, text: impl Into<String>) -> Result<(), Cause> {
        self.field("Content-Type", "text/plain; charset=utf-8").respond(status, text.into())
    }

    /// Sends a complete response: a value as JSON, as [`respond`](Self::respond) does, with a Content-Type field that says so.
    ///
    /// ```
    /// use std::io;
    ///
    /// use limpid_std::Exchange;
    ///
    /// fn handle(mut exchange: Exchange<'_>) -> io::Result<()> {
    ///     match exchange.head().path() {
    ///         b"/colours" => exchange.respond_json(200, &["red", "blue"]),
    ///         _ => Ok(exchange.respond_text(404, "There is nothing here.\n")?),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`respond`](Self::respond), or the value cannot be written as JSON. Nothing was sent then.
    #[cfg(feature = "json")]
    pub fn respond_json(
        &mut self,
        status: u16,
        value: &(impl serde::Serialize + ?Sized),
    ) -> io::Result<()> {
        let json = limpid_io::serde_json::to_vec(value)?;
        Ok(self.field("Content-Type", "application/json").respond(status, json)?)
    }

    /// Sends an informational response, such as 103 with links, at once.
    ///
    /// # Errors
    /// A final response was started, the client uses HTTP/1.0, or has disconnected.
    pub fn inform(&mut self, status: u16) -> Result<(), Cause> {
        self.connection.serving.start(status, BodySize::None)?;
        self.flush_now()
    }

    /// Starts a response whose body follows.
    ///
    /// # Errors
    /// As [`respond`](Self::respond).
    #[doc(alias("stream", "Sse"))]
    pub fn start(&mut self, status: u16, size: BodySize) -> Result<(), Cause> {
        self.connection.serving.start(status, size)
    }

    /// Sends a piece of the response's body at once.
    ///
    /// # Errors
    /// The body is longer than announced, or the client has disconnected or does not read.
    pub fn send(&mut self, data: impl Into<Bytes>) -> Result<(), Cause> {
        self.connection.serving.send(data.into())?;
        self.flush_now()
    }

    /// Ends the response, with the [`field`](Self::field)s as trailers if there are any.
    ///
    /// # Errors
    /// The body is shorter than announced, or trailers are not possible.
    pub fn finish(&mut self) -> Result<(), Cause> {
        self.connection.serving.finish()
    }

    /// Leaves HTTP/1.1: with 101 for a request that asked for an upgrade, or 2xx for CONNECT. The
    /// handler then owns the connection: two threads can use both directions at once, through TLS if
    /// there is any, also after the handler has returned. Bytes that arrived after the request are
    /// read first. The connection no longer counts towards the server's limit when the handler has
    /// returned.
    ///
    /// ```
    /// use std::io::{self, Read, Write};
    ///
    /// use limpid_std::Exchange;
    ///
    /// /// Sends back all bytes as they arrive.
    /// fn echo(mut exchange: Exchange<'_>) -> io::Result<()> {
    ///     exchange.field("Connection", "upgrade").field("Upgrade", "echo");
    ///     let mut upgraded = exchange.upgrade(101)?;
    ///     let mut room = [0; 4096];
    ///     loop {
    ///         match upgraded.read(&mut room)? {
    ///             0 => return upgraded.shutdown(),
    ///             n => upgraded.write_all(&room[..n])?,
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// The request did not ask for it, or the client has disconnected.
    #[doc(alias = "WebSocketUpgrade")]
    pub fn upgrade(mut self, status: u16) -> Result<Upgraded, Cause> {
        self.connection.serving.start(status, BodySize::None)?;
        self.flush_now()?;
        let switched = self.connection.serving.take_switched().ok_or(Cause::PeerGone)?;
        let upgraded = self.connection.stream().and_then(|it| Upgraded::new(switched, it));
        upgraded.map_err(|error| Error::from(error).cause)
    }

    /// Sends the buffered output, including responses to earlier requests.
    ///
    /// # Errors
    /// The client has disconnected or does not read.
    pub fn flush_now(&mut self) -> Result<(), Cause> {
        self.connection.serving.flush();
        self.run()
    }

    /// Returns whether the client has disconnected: its connection was reset or hung up, or, without
    /// [`half_close`](crate::ServerBuilder::half_close), the client has closed its direction. Makes a
    /// system call, and does not block.
    ///
    /// A thread cannot be ended from outside. A handler that works for long should call this from
    /// time to time, and return when its client has disconnected; only then does the connection make
    /// room for another.
    ///
    /// ```
    /// use limpid_core::error::Cause;
    /// use limpid_std::Exchange;
    ///
    /// fn handle(mut exchange: Exchange<'_>) -> Result<(), Cause> {
    ///     let mut sum = 0_u64;
    ///     for part in 0..100 {
    ///         if exchange.is_closed() {
    ///             return Err(Cause::PeerGone);
    ///         }
    ///         sum += compute(part);
    ///     }
    ///     exchange.respond(200, sum.to_string())
    /// }
    /// # fn compute(part: u64) -> u64 { part }
    /// ```
    pub fn is_closed(&mut self) -> bool {
        self.connection.is_closed()
    }

    fn run(&mut self) -> Result<(), Cause> {
        let stop = self.connection.run();
        self.connection.serving.waited(stop)
    }
}

/// Reads the request's body.
impl Read for Exchange<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let is_used_up = self.connection.serving.data().is_none_or(|data| data.len() == self.read);
        if is_used_up && self.data()?.is_none() {
            return Ok(0);
        }
        let data = self.connection.serving.data().unwrap_or_default();
        let n = room.len().min(data.len() - self.read);
        room[..n].copy_from_slice(&data[self.read..self.read + n]);
        self.read += n;
        Ok(n)
    }
}

/// Writes the response's body, after [`start`](Exchange::start).
impl Write for Exchange<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.send(Bytes::copy_from_slice(data))?;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(self.flush_now()?)
    }
}
