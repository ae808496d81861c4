//! One connection of a mock server.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use limpid_core::fields::Fields;
use limpid_core::http1::{BodySize, Connection, Event, Next, Role};
use limpid_core::limits::Config;
use limpid_core::server::reason;
use limpid_core::time::Mono;
use limpid_core::trace::{Cx, NoSink, Scope};

use super::machine::Mock;
use crate::received::Received;
use crate::reply::{Fault, Reply};
use crate::stream::Stream;
use crate::wire::Wire;

/// How long a read lasts before it is checked whether the server stops.
const TURN: Duration = Duration::from_millis(20);

/// Serves a connection until the client or a reply closes it.
pub(crate) async fn serve<W: Wire>(
    mock: &Mock,
    stream: &mut Stream<W>,
    stopping: &AtomicBool,
) -> io::Result<()> {
    let connection = Connection::new(Role::Server, Config::default());
    let mut served = Served { connection, stream, stopping, is_head: false };
    loop {
        let Some(request) = served.request(mock).await? else { break };
        let reply = mock.answer(request);
        if let Err(error) = served.reply(&reply).await {
            if error.kind() == io::ErrorKind::Other {
                mock.unsendable(&error);
            }
            return Err(error);
        }
        if reply.fault() == Some(&Fault::Reset) {
            // A reset is no end after which the client could read.
            return Ok(());
        }
        if reply.fault().is_some() || served.connection.reuse().is_err() {
            break;
        }
        served.connection.restart().map_err(io::Error::other)?;
    }
    served.stream.close().await
}

struct Served<'s, W> {
    connection: Connection,
    stream: &'s mut Stream<W>,
    /// The server stops: the connection ends when it is idle.
    stopping: &'s AtomicBool,
    /// The request is HEAD, whose response has no body.
    is_head: bool,
}

/// Calls the connection without a sink.
fn quietly<T>(call: impl FnOnce(&mut Cx<'_, NoSink>) -> T) -> T {
    let mut scope = Scope::default();
    call(&mut Cx::new(Mono::default(), &NoSink, &mut scope))
}

impl<W: Wire> Served<'_, W> {
    /// Reads the next request; `None` if the client has closed the connection, or sends no request.
    async fn request(&mut self, mock: &Mock) -> io::Result<Option<Received>> {
        let (mut request, mut expects) = (Received::default(), false);
        loop {
            match quietly(|cx| self.connection.next(cx)) {
                Ok(Next::Event(Event::Request(head, _))) => {
                    request = Received::new(&head);
                    self.is_head = head.method == b"HEAD";
                    expects = head.fields.get("Expect").is_some();
                }
                Ok(Next::Event(Event::Data(data))) => request.add(data),
                Ok(Next::Event(Event::End(trailers))) => {
                    request.end(trailers);
                    return Ok(Some(request));
                }
                Ok(Next::Event(_)) => {}
                Ok(Next::NeedInput) => {
                    if std::mem::take(&mut expects) {
                        self.go_on().await?;
                    }
                    self.read().await?;
                }
                Ok(Next::Paused | Next::Switched | Next::Closed) => return Ok(None),
                Err(error) => {
                    mock.invalid(&error);
                    let refused = Reply::text(format!("{error}\n")).with_status(400);
                    self.reply(&refused).await?;
                    return Ok(None);
                }
            }
        }
    }

    /// Asks for the body of a request that waits for it (RFC 9110 section 10.1.1).
    async fn go_on(&mut self) -> io::Result<()> {
        let sent =
            quietly(|cx| self.connection.send_informational(cx, 100, b"Continue", Fields::EMPTY));
        sent.map_err(io::Error::other)?;
        self.flush().await
    }

    async fn read(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer, Some(TURN)).await? {
            Some(0) => self.connection.eof(),
            Some(n) => self.connection.push(&buffer[..n]),
            None if self.stopping.load(Ordering::Relaxed) => self.connection.eof(),
            None => {}
        }
        Ok(())
    }

    async fn flush(&mut self) -> io::Result<()> {
        let out = self.connection.out().concat();
        self.stream.write_all(&out).await?;
        self.connection.sent(out.len());
        Ok(())
    }

    async fn sleep(&mut self, time: Duration) {
        if time > Duration::ZERO {
            self.stream.wire().sleep(time).await;
        }
    }

    async fn reply(&mut self, reply: &Reply) -> io::Result<()> {
        self.sleep(reply.delayed()).await;
        match reply.fault() {
            Some(Fault::Close) => return Ok(()),
            Some(Fault::Reset) => return self.stream.wire().reset(),
            Some(Fault::Raw(bytes)) => return self.stream.write_all(bytes).await,
            Some(Fault::Cut(_)) | None => {}
        }
        let has_body = self.head(reply).await?;
        let (pause, pieces) = reply.pieces();
        for piece in pieces.take_while(|_| has_body) {
            self.sleep(pause).await;
            let sent = quietly(|cx| self.connection.send_data(cx, piece));
            sent.map_err(|error| reply.invalid(error))?;
            self.flush().await?;
        }
        if reply.fault().is_some() {
            return Ok(());
        }
        let trailers = if has_body { reply.trailers() } else { Fields::EMPTY };
        let finished = quietly(|cx| self.connection.finish(cx, trailers));
        finished.map_err(|error| reply.invalid(error))?;
        self.flush().await
    }

    /// Sends the head. Returns whether a body follows.
    async fn head(&mut self, reply: &Reply) -> io::Result<bool> {
        let status = reply.status();
        let has_body = !self.is_head && !matches!(status, 100..=199 | 204 | 304);
        let length = reply.content().len() as u64;
        let size = match (reply.is_chunked(), has_body) {
            (true, _) => BodySize::Unknown,
            (false, true) => BodySize::Length(length),
            // What a GET would have answered.
            (false, false) if status != 204 => match reply.head_length() {
                Some(length) => BodySize::Length(length),
                None if length > 0 => BodySize::Length(length),
                None => BodySize::None,
            },
            (false, false) => BodySize::None,
        };
        let reason = reply.custom_reason().unwrap_or_else(|| reason(status)).as_bytes();
        let fields = reply.fields();
        let sent = quietly(|cx| self.connection.send_response(cx, status, reason, fields, size));
        sent.map_err(|error| reply.invalid(error))?;
        self.flush().await?;
        Ok(has_body)
    }
}
