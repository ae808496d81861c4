//! One connection of a scripted peer.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use crate::message::Message;
use crate::relay::relay;
use crate::script::{Socks5, Step};
use crate::stream::Stream;
use crate::wire::{PATIENCE, Wire};

/// The connection, and bytes that were read ahead.
pub(crate) struct Peer<W> {
    stream: Stream<W>,
    ahead: Vec<u8>,
    messages: Vec<Message>,
}

impl<W: Wire> Peer<W> {
    pub(crate) const fn new(wire: W) -> Self {
        Self { stream: Stream::new(wire), ahead: Vec::new(), messages: Vec::new() }
    }

    /// Plays the steps of a client, which closes at their end.
    pub(crate) async fn play_client(mut self, steps: &[Step]) -> io::Result<Vec<Message>> {
        self.steps(steps).await?;
        Ok(self.messages)
    }

    /// Plays the steps of a server. A client that disconnects meanwhile is not an error.
    pub(crate) async fn play(mut self, steps: &[Step]) -> (Vec<Message>, io::Result<()>) {
        let result = match self.steps(steps).await {
            Ok(true) => self.wait_for_end().await,
            Ok(false) => Ok(()),
            Err(error) if is_departure(&error) => Ok(()),
            Err(error) => Err(error),
        };
        (self.messages, result)
    }

    /// Plays the steps. Returns false when the connection is closed.
    async fn steps(&mut self, steps: &[Step]) -> io::Result<bool> {
        let mut open = true;
        for step in steps {
            if !open {
                return Err(io::Error::other("a step after the close"));
            }
            open = self.step(step).await?;
        }
        Ok(open)
    }

    /// Plays one step. Returns false when the connection is closed.
    async fn step(&mut self, step: &Step) -> io::Result<bool> {
        match step {
            Step::ReadRequest => {
                let mut request = self.read_head().await?;
                self.read_body(&mut request).await?;
                self.messages.push(request);
            }
            Step::ReadHead => {
                let request = self.read_head().await?;
                self.messages.push(request);
            }
            Step::ReadResponse => {
                let mut response = self.read_head().await?;
                self.read_response_body(&mut response).await?;
                self.messages.push(response);
            }
            Step::Expect(expected) => {
                let received = self.read_bytes(expected.len()).await?;
                if received != *expected {
                    return Err(unexpected(expected, &received));
                }
            }
            Step::ExpectEnd => self.read_end().await?,
            Step::ReadBytes(count) => drop(self.read_bytes(*count).await?),
            Step::Send(bytes) => self.stream.write_all(bytes).await?,
            Step::Sleep(time) => self.stream.wire().sleep(*time).await,
            Step::StartTls(config) => self.stream.start_tls(Arc::clone(config)).await?,
            Step::Socks5(proxy) => self.socks5(*proxy).await?,
            Step::Relay(target) => {
                relay(&mut self.stream, &self.ahead, *target).await?;
                return Ok(false);
            }
            Step::Shutdown => self.stream.wire().close()?,
            Step::CloseNotify => {
                self.stream.close_notify().await?;
                return Ok(false);
            }
            Step::Close => {
                self.stream.wire().close()?;
                return Ok(false);
            }
            Step::Reset => {
                self.stream.wire().reset()?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn socks5(&mut self, proxy: Socks5) -> io::Result<()> {
        let greeting = self.read_bytes(2).await?;
        self.read_bytes(greeting[1].into()).await?;
        self.stream.write_all(&[5, proxy.method]).await?;
        if proxy.method == 2 {
            self.read_bytes(1).await?;
            for _ in ["user", "password"] {
                self.read_counted().await?;
            }
            self.stream.write_all(&[1, u8::from(!proxy.authenticates)]).await?;
        }
        let Some(reply) = proxy.reply else { return Ok(()) };
        match self.read_bytes(4).await?[3] {
            1 => drop(self.read_bytes(4).await?),
            4 => drop(self.read_bytes(16).await?),
            _ => self.read_counted().await?,
        }
        self.read_bytes(2).await?;
        self.stream.write_all(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0]).await
    }

    /// Reads a byte, and as many more as its value.
    async fn read_counted(&mut self) -> io::Result<()> {
        let count = self.read_bytes(1).await?[0];
        self.read_bytes(count.into()).await.map(drop)
    }

    async fn read_head(&mut self) -> io::Result<Message> {
        Ok(Message { head: self.read_section().await?, ..Message::default() })
    }

    /// Reads lines up to an empty one.
    async fn read_section(&mut self) -> io::Result<String> {
        let mut section = Vec::new();
        loop {
            let line = self.read_line().await?;
            if line == b"\r\n" {
                return Ok(String::from_utf8_lossy(&section).into_owned());
            }
            section.extend_from_slice(&line);
        }
    }

    async fn read_body(&mut self, request: &mut Message) -> io::Result<()> {
        if request.field("Transfer-Encoding").is_some() {
            request.body = self.read_chunks().await?;
            request.trailers = self.read_section().await?;
            return Ok(());
        }
        let length = request.field("Content-Length").unwrap_or("0");
        request.body = self.read_bytes(length.parse().map_err(io::Error::other)?).await?;
        Ok(())
    }

    /// Reads the body of a response to anything but HEAD and CONNECT.
    async fn read_response_body(&mut self, response: &mut Message) -> io::Result<()> {
        let has_none = matches!(response.status(), Some(100..=199 | 204 | 304));
        let has_framing = ["Transfer-Encoding", "Content-Length"]
            .into_iter()
            .any(|name| response.field(name).is_some());
        if has_none {
            return Ok(());
        }
        if has_framing {
            return self.read_body(response).await;
        }
        while self.read_more().await? {}
        response.body = std::mem::take(&mut self.ahead);
        Ok(())
    }

    /// Reads the end of the peer's direction.
    async fn read_end(&mut self) -> io::Result<()> {
        if self.ahead.is_empty() && !self.read_more().await? {
            return Ok(());
        }
        let more = self.ahead.escape_ascii();
        Err(io::Error::other(format!("instead of its end, the peer sent \"{more}\"")))
    }

    async fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.read_line().await?;
            let size = String::from_utf8_lossy(&line);
            let size = usize::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
            if size == 0 {
                return Ok(body);
            }
            body.extend(self.read_bytes(size).await?);
            self.read_bytes(2).await?;
        }
    }

    async fn read_line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.ahead.windows(2).position(|pair| pair == b"\r\n") {
                return Ok(self.ahead.drain(..end + 2).collect());
            }
            self.require_more().await?;
        }
    }

    async fn read_bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.ahead.len() < count {
            self.require_more().await?;
        }
        Ok(self.ahead.drain(..count).collect())
    }

    /// Reads more bytes, which a step needs.
    async fn require_more(&mut self) -> io::Result<()> {
        if self.read_more().await? {
            return Ok(());
        }
        Err(io::Error::other("the peer closed while more was expected"))
    }

    /// Reads more bytes. Returns false at the end.
    async fn read_more(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer, Some(PATIENCE)).await? {
            None => Err(io::Error::other("the peer keeps silent while more is expected")),
            Some(n) => {
                self.ahead.extend_from_slice(&buffer[..n]);
                Ok(n > 0)
            }
        }
    }

    /// Waits until the client closes, and discards what it sends.
    async fn wait_for_end(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut buffer, Some(PATIENCE)).await {
                Ok(None) => return Err(io::Error::other("the client does not close")),
                Ok(Some(0)) => return Ok(()),
                Ok(Some(_)) => {}
                Err(error) if is_departure(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

/// Returns the error for other bytes than those that a step expects.
fn unexpected(expected: &[u8], received: &[u8]) -> io::Error {
    let same = expected.iter().zip(received).take_while(|(a, b)| a == b).count();
    io::Error::other(format!(
        "the peer sent \"{}\" instead of \"{}\": the first difference is at byte {same}",
        received.escape_ascii(),
        expected.escape_ascii()
    ))
}

/// Returns whether the error means that the client disconnected or rejected the connection.
fn is_departure(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::BrokenPipe
            | ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionReset
            | ErrorKind::InvalidData
            | ErrorKind::NotConnected
            | ErrorKind::UnexpectedEof
    )
}
