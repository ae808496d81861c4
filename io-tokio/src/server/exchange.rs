//! A request and its response, for handlers.

use std::borrow::Cow;
#[cfg(feature = "json")]
use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use limpid_core::error::Cause;
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::framing::Framing;
use limpid_core::http1::{BodySize, RequestHead};
use limpid_core::trace::{EventKind, ExchangeId, TraceEvent};
use limpid_core::transport::LayerFacts;
#[cfg(feature = "json")]
use limpid_io::server::JsonError;

use super::connection::Connection;
use super::handoff::HandoffGuard;
use crate::transport::Transport;
use crate::upgraded::Upgraded;

/// A request and its response, for the handler of a [`Server`](crate::Server).
///
/// The handler reads the body with [`data`](Self::data). It responds with [`respond`](Self::respond),
/// or piece by piece with [`start`](Self::start), [`send`](Self::send) and [`finish`](Self::finish).
/// Reading and responding may alternate. The connection goes on when the handler has ended and the
/// exchange was dropped.
///
/// ```
/// use limpid_core::error::Cause;
/// use limpid_core::http1::BodySize;
/// use limpid_tokio::Exchange;
///
/// /// Sends back each piece of the body as it arrives.
/// async fn echo(mut exchange: Exchange) -> Result<(), Cause> {
///     exchange.start(200, BodySize::Unknown)?;
///     while let Some(data) = exchange.data().await? {
///         let data = data.to_vec();
///         exchange.send(data).await?;
///     }
///     exchange.finish()
/// }
/// ```
#[doc(alias = "Request")]
#[derive(Debug)]
pub struct Exchange {
    connection: HandoffGuard<Connection>,
}

impl Exchange {
    pub(super) const fn new(connection: HandoffGuard<Connection>) -> Self {
        Self { connection }
    }

    pub(super) fn into_connection(self) -> HandoffGuard<Connection> {
        self.connection
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
    /// use limpid_tokio::Exchange;
    ///
    /// async fn handle(mut exchange: Exchange) -> Result<(), Cause> {
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
    #[inline]
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
    pub async fn data(&mut self) -> Result<Option<&[u8]>, Cause> {
        self.connection.serving.read_body();
        self.run().await?;
        Ok(self.connection.serving.data())
    }

    /// Reads the rest of the request's body, of which there may be up to
    /// [`body_limit`](crate::ServerBuilder::body_limit) bytes, 16 MiB by default.
    ///
    /// ```
    /// use limpid_core::error::Cause;
    /// use limpid_tokio::Exchange;
    ///
    /// /// Sends the body back.
    /// async fn echo(mut exchange: Exchange) -> Result<(), Cause> {
    ///     let body = exchange.read_body().await?;
    ///     exchange.respond(200, body)
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`data`](Self::data).
    #[doc(alias("bytes", "text", "read_to_end"))]
    pub async fn read_body(&mut self) -> Result<Vec<u8>, Cause> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.data().await? {
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
    /// use limpid_tokio::Exchange;
    ///
    /// async fn handle(mut exchange: Exchange) -> io::Result<()> {
    ///     let numbers: Vec<u64> = exchange.json().await?;
    ///     exchange.respond_json(200, &numbers.len())
    /// }
    /// ```
    ///
    /// # Errors
    /// The body cannot be read, or is not the JSON of the type.
    #[cfg(feature = "json")]
    pub async fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, JsonError> {
        self.connection.serving.expect_json()?;
        let body = self.read_body().await?;
        self.connection.serving.read_json(&body)
    }

    /// Returns the trailers of the request, after [`data`](Self::data) has returned `None`.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        self.connection.serving.trailers()
    }

    /// Sends a complete response. It is buffered until the handler has ended and no other request has
    /// arrived, so that the responses to pipelined requests are sent together.
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
    /// use limpid_tokio::Exchange;
    ///
    /// async fn handle(mut exchange: Exchange) -> io::Result<()> {
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
    pub async fn inform(&mut self, status: u16) -> Result<(), Cause> {
        self.connection.serving.start(status, BodySize::None)?;
        self.flush().await
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
    pub async fn send(&mut self, data: impl Into<Bytes>) -> Result<(), Cause> {
        self.connection.serving.send(data.into())?;
        self.flush().await
    }

    /// Buffers a piece of the response's body, which [`data`](Self::data), [`flush`](Self::flush) and
    /// [`send`](Self::send) send. So a handler can read the request while it responds, and take care of
    /// [`unsent`](Self::unsent) itself.
    ///
    /// # Errors
    /// The body is longer than announced.
    pub fn buffer(&mut self, data: impl Into<Bytes>) -> Result<(), Cause> {
        self.connection.serving.send(data.into())
    }

    /// Returns how many bytes of the output are buffered: heads, bodies and their framing.
    #[must_use]
    pub fn unsent(&self) -> usize {
        self.connection.serving.session().unsent()
    }

    /// Ends the response, with the [`field`](Self::field)s as trailers if there are any.
    ///
    /// # Errors
    /// The body is shorter than announced, or trailers are not possible.
    pub fn finish(&mut self) -> Result<(), Cause> {
        self.connection.serving.finish()
    }

    /// Leaves HTTP/1.1: with 101 for a request that asked for an upgrade, or 2xx for CONNECT. The
    /// handler then owns the connection: both directions can be used at once, through TLS if there is
    /// any, also after the handler has ended. Bytes that arrived after the request are read first.
    /// The connection no longer counts towards the server's limit when the handler has ended, and a
    /// client that disconnects no longer ends the handler.
    ///
    /// ```
    /// use limpid_tokio::Exchange;
    /// use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
    ///
    /// /// Sends back all bytes as they arrive.
    /// async fn echo(mut exchange: Exchange) -> io::Result<()> {
    ///     exchange.field("Connection", "upgrade").field("Upgrade", "echo");
    ///     let mut upgraded = exchange.upgrade(101).await?;
    ///     let mut room = [0; 4096];
    ///     loop {
    ///         match upgraded.read(&mut room).await? {
    ///             0 => return upgraded.shutdown().await,
    ///             n => upgraded.write_all(&room[..n]).await?,
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// The request did not ask for it, or the client has disconnected.
    #[doc(alias = "WebSocketUpgrade")]
    pub async fn upgrade(mut self, status: u16) -> Result<Upgraded, Cause> {
        self.connection.serving.start(status, BodySize::None)?;
        self.flush().await?;
        let switched = self.connection.serving.take_switched().ok_or(Cause::PeerGone)?;
        let transport: Box<dyn Transport> = Box::new(self.connection.socket().clone());
        Ok(Upgraded::new(switched, transport.into()))
    }

    /// Sends the buffered output, including responses to earlier requests.
    ///
    /// # Errors
    /// The client has disconnected or does not read.
    pub async fn flush(&mut self) -> Result<(), Cause> {
        self.connection.serving.flush();
        self.run().await
    }

    /// Waits until the client has disconnected: its connection was reset or hung up, or, without
    /// [`half_close`](crate::ServerBuilder::half_close), the client has closed its direction. While
    /// bytes are unread, only a reset is detected.
    ///
    /// The future does not borrow the exchange, and can be awaited together with others. A handler
    /// needs it only if it is not dropped in this case, see
    /// [`cancel_handlers`](crate::ServerBuilder::cancel_handlers).
    ///
    /// ```
    /// use limpid_core::error::Cause;
    /// use limpid_tokio::Exchange;
    ///
    /// async fn handle(mut exchange: Exchange) -> Result<(), Cause> {
    ///     tokio::select! {
    ///         () = exchange.closed() => Err(Cause::PeerGone),
    ///         answer = compute() => exchange.respond(200, answer),
    ///     }
    /// }
    /// # async fn compute() -> &'static str { "" }
    /// ```
    pub fn closed(&self) -> impl Future<Output = ()> + Send + use<> {
        let socket = self.connection.socket().clone();
        let half_close = self.connection.serving.allows_half_close();
        async move { drop(socket.departure(half_close).await) }
    }

    /// Waits until the client has closed its direction of the connection, or has disconnected. A client that
    /// has closed only its direction may still wait for the response; from outside it looks like one that has
    /// left. While bytes are unread, only a reset is detected. The future does not borrow the exchange.
    pub fn half_closed(&self) -> impl Future<Output = ()> + Send + use<> {
        let socket = self.connection.socket().clone();
        async move { drop(socket.departure(false).await) }
    }

    async fn run(&mut self) -> Result<(), Cause> {
        let stop = self.connection.run().await;
        self.connection.serving.waited(stop)
    }
}
