//! A request and its response, as a handler has them.

use bytes::Bytes;
use limpid_core::error::Cause;
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::{BodySize, RequestHead};

use super::connection::Connection;
use super::handoff::HandoffGuard;
use crate::transport::Transport;
use crate::upgraded::Upgraded;

/// A request, and what answers it.
///
/// Its body can be read with [`data`](Self::data), and a response written with
/// [`respond`](Self::respond), or piece by piece with [`start`](Self::start), [`send`](Self::send)
/// and [`finish`](Self::finish). Both may go on at the same time. The connection goes on when the
/// handler is done and the exchange was dropped.
///
/// ```
/// use limpid_core::error::Cause;
/// use limpid_core::http1::BodySize;
/// use limpid_tokio::Exchange;
///
/// /// Sends back what it is sent, as it comes.
/// async fn echo(mut exchange: Exchange) -> Result<(), Cause> {
///     exchange.start(200, BodySize::Unknown)?;
///     while let Some(data) = exchange.data().await? {
///         let data = data.to_vec();
///         exchange.send(data).await?;
///     }
///     exchange.finish()
/// }
/// ```
#[derive(Debug)]
pub struct Exchange {
    connection: HandoffGuard<Connection>,
}

impl Exchange {
    pub(super) const fn new(connection: HandoffGuard<Connection>) -> Self {
        Self { connection }
    }

    /// The head of the request.
    #[must_use]
    pub fn head(&self) -> RequestHead<'_> {
        self.connection.serving.head()
    }

    /// The head of the request, and the fields that the response will have: to answer with something
    /// of what was asked.
    pub fn head_and_fields(&mut self) -> (RequestHead<'_>, &mut FieldBlock) {
        self.connection.serving.head_and_fields()
    }

    /// Adds a field to the response; after its head was sent, a trailer.
    #[inline]
    pub fn field(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> &mut Self {
        self.connection.serving.session.fields().push(name.as_ref(), value.as_ref());
        self
    }

    /// The next piece of the request's body; `None` at its end. A client that waits for
    /// `100 Continue` is told to go on.
    ///
    /// # Errors
    /// The client broke a rule, was too slow, or is gone. It is told so where that is possible, and
    /// nothing else can be sent.
    pub async fn data(&mut self) -> Result<Option<&[u8]>, Cause> {
        self.connection.serving.read_body();
        self.run().await?;
        Ok(self.connection.serving.data())
    }

    /// The trailers of the request, after [`data`](Self::data) has returned `None`.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        self.connection.serving.trailers()
    }

    /// Answers with a whole response. It is sent when the handler returns and no other request has
    /// come, so that the answers to many can go out together.
    ///
    /// # Errors
    /// A response was begun, or this one must not be sent: nothing was.
    pub fn respond(&mut self, status: u16, body: impl Into<Bytes>) -> Result<(), Cause> {
        self.connection.serving.respond(status, body.into())
    }

    /// Sends an informational response, such as 103 with links, at once.
    ///
    /// # Errors
    /// A final response was begun, the client speaks HTTP/1.0, or is gone.
    pub async fn inform(&mut self, status: u16) -> Result<(), Cause> {
        self.connection.serving.start(status, BodySize::None)?;
        self.flush().await
    }

    /// Begins a response of which the body follows.
    ///
    /// # Errors
    /// As [`respond`](Self::respond).
    pub fn start(&mut self, status: u16, size: BodySize) -> Result<(), Cause> {
        self.connection.serving.start(status, size)
    }

    /// Sends a piece of the body, at once.
    ///
    /// # Errors
    /// It is more than was announced, or the client is gone or does not read.
    pub async fn send(&mut self, data: impl Into<Bytes>) -> Result<(), Cause> {
        self.connection.serving.send(data.into())?;
        self.flush().await
    }

    /// Ends the response, with trailers if there are [`field`](Self::field)s.
    ///
    /// # Errors
    /// The body is shorter than was announced, or can have no trailers.
    pub fn finish(&mut self) -> Result<(), Cause> {
        self.connection.serving.finish()
    }

    /// Leaves HTTP/1.1: with 101 for a request that asked for an upgrade, or 2xx for CONNECT. The connection
    /// is the handler's then: both directions can be used at once, within TLS if there is any, and longer
    /// than the handler runs. Bytes that came behind the request are read first. The connection's place in
    /// the server is free when the handler ends, and a client that leaves no longer ends the handler.
    ///
    /// ```
    /// use limpid_tokio::Exchange;
    /// use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
    ///
    /// /// Sends back what it is sent, as it comes.
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
    /// The request did not ask for it, or the client is gone.
    pub async fn upgrade(mut self, status: u16) -> Result<Upgraded, Cause> {
        self.connection.serving.start(status, BodySize::None)?;
        self.flush().await?;
        let switched = self.connection.serving.take_switched().ok_or(Cause::PeerGone)?;
        let transport: Box<dyn Transport> = Box::new(self.connection.socket().clone());
        Ok(Upgraded::new(switched, transport.into()))
    }

    /// Sends what waits to be sent, answers to earlier requests included.
    ///
    /// # Errors
    /// The client is gone or does not read.
    pub async fn flush(&mut self) -> Result<(), Cause> {
        self.connection.serving.flush();
        self.run().await
    }

    /// Waits until the client is gone: until its connection is reset or hung up, or, without
    /// [`half_close`](crate::ServerBuilder::half_close), the client closes its direction. Bytes that have
    /// come and were not read hide all but a reset.
    ///
    /// The future does not borrow the exchange, and can be awaited beside anything else. A handler needs
    /// it only if it is not to be dropped at that moment, see
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

    async fn run(&mut self) -> Result<(), Cause> {
        let stop = self.connection.run().await;
        self.connection.serving.waited(stop)
    }
}
