//! One connection of a scripted server.

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
    requests: Vec<Message>,
}

impl<W: Wire> Peer<W> {
    pub(crate) const fn new(wire: W) -> Self {
        Self { stream: Stream::new(wire), ahead: Vec::new(), requests: Vec::new() }
    }

    /// Plays the steps. A client that disconnects meanwhile is not an error.
    pub(crate) async fn play(mut self, steps: &[Step]) -> (Vec<Message>, io::Result<()>) {
        let result = match self.steps(steps).await {
            Ok(true) => self.wait_for_end().await,
            Ok(false) => Ok(()),
            Err(error) if is_departure(&error) => Ok(()),
            Err(error) => Err(error),
        };
        (self.requests, result)
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
                self.requests.push(request);
            }
            Step::ReadHead => {
                let request = self.read_head().await?;
                self.requests.push(request);
            }
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
            self.read_more().await?;
        }
    }

    async fn read_bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.ahead.len() < count {
            self.read_more().await?;
        }
        Ok(self.ahead.drain(..count).collect())
    }

    async fn read_more(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer, PATIENCE).await? {
            None => Err(io::Error::other("the client keeps silent while more is expected")),
            Some(0) => Err(io::Error::other("the client closed while more was expected")),
            Some(n) => {
                self.ahead.extend_from_slice(&buffer[..n]);
                Ok(())
            }
        }
    }

    /// Waits until the client closes, and discards what it sends.
    async fn wait_for_end(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut buffer, PATIENCE).await {
                Ok(None) => return Err(io::Error::other("the client does not close")),
                Ok(Some(0)) => return Ok(()),
                Ok(Some(_)) => {}
                Err(error) if is_departure(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
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
