//! One connection of a scripted server.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::ServerConfig;
use socket2::Socket;

use crate::relay::relay;
use crate::script::{Socks5, Step};
use crate::stream::{PATIENCE, Stream};

/// A request as it was received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Request line and fields, with the line ends between them.
    pub head: String,
    /// The body, without its framing.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of the first field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// The connection, and what was read ahead.
pub(crate) struct Peer {
    stream: Stream,
    ahead: Vec<u8>,
    requests: Vec<Request>,
}

impl Peer {
    pub(crate) fn new(socket: Socket) -> io::Result<Self> {
        socket.set_nonblocking(false)?;
        socket.set_write_timeout(Some(PATIENCE))?;
        let mut stream = Stream::Plain(socket);
        stream.patience(PATIENCE)?;
        Ok(Self { stream, ahead: Vec::new(), requests: Vec::new() })
    }

    /// Plays the steps. That the client goes away on the way is often the point, and no error.
    pub(crate) fn play(mut self, steps: &[Step]) -> (Vec<Request>, io::Result<()>) {
        let result = steps.iter().try_fold(true, |open, step| {
            if open { self.step(step) } else { Err(io::Error::other("a step after the close")) }
        });
        let result = match result {
            Ok(true) => self.wait_for_end(),
            Ok(false) => Ok(()),
            Err(error) if is_departure(&error) => Ok(()),
            Err(error) => Err(error),
        };
        (self.requests, result)
    }

    /// Plays one step; false when the connection is closed.
    fn step(&mut self, step: &Step) -> io::Result<bool> {
        match step {
            Step::ReadRequest => {
                let mut request = self.read_head()?;
                request.body = self.read_body(&request)?;
                self.requests.push(request);
            }
            Step::ReadHead => {
                let request = self.read_head()?;
                self.requests.push(request);
            }
            Step::ReadBytes(count) => drop(self.read_bytes(*count)?),
            Step::Send(bytes) => self.stream.write_all(bytes)?,
            Step::Sleep(time) => thread::sleep(*time),
            Step::StartTls(config) => self.start_tls(config)?,
            Step::Socks5(proxy) => self.socks5(*proxy)?,
            Step::Relay(target) => {
                relay(&mut self.stream, &self.ahead, *target)?;
                return Ok(false);
            }
            Step::Shutdown => self.stream.transport().shutdown(Shutdown::Write)?,
            Step::CloseNotify => {
                self.stream.close_notify()?;
                return Ok(false);
            }
            Step::Close => {
                self.stream.transport().shutdown(Shutdown::Both)?;
                return Ok(false);
            }
            Step::Reset => {
                self.stream.transport().set_linger(Some(Duration::ZERO))?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn start_tls(&mut self, config: &Arc<ServerConfig>) -> io::Result<()> {
        let Stream::Plain(socket) = &self.stream else {
            return Err(io::Error::other("TLS within TLS is not played"));
        };
        let (stream, handshake) = Stream::accept_tls(socket.try_clone()?, Arc::clone(config))?;
        self.stream = stream;
        handshake
    }

    fn socks5(&mut self, proxy: Socks5) -> io::Result<()> {
        let greeting = self.read_bytes(2)?;
        self.read_bytes(greeting[1].into())?;
        self.stream.write_all(&[5, proxy.method])?;
        if proxy.method == 2 {
            self.read_bytes(1)?;
            for _ in ["user", "password"] {
                self.read_counted()?;
            }
            self.stream.write_all(&[1, u8::from(!proxy.authenticates)])?;
        }
        let Some(reply) = proxy.reply else { return Ok(()) };
        match self.read_bytes(4)?[3] {
            1 => drop(self.read_bytes(4)?),
            4 => drop(self.read_bytes(16)?),
            _ => self.read_counted()?,
        }
        self.read_bytes(2)?;
        self.stream.write_all(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0])
    }

    /// Reads a byte, and as many more as it says.
    fn read_counted(&mut self) -> io::Result<()> {
        let count = self.read_bytes(1)?[0];
        self.read_bytes(count.into()).map(drop)
    }

    fn read_head(&mut self) -> io::Result<Request> {
        let mut head = Vec::new();
        loop {
            let line = self.read_line()?;
            if line == b"\r\n" {
                let head = String::from_utf8_lossy(&head).into_owned();
                return Ok(Request { head, body: Vec::new() });
            }
            head.extend_from_slice(&line);
        }
    }

    fn read_body(&mut self, request: &Request) -> io::Result<Vec<u8>> {
        if request.field("Transfer-Encoding").is_some() {
            return self.read_chunks();
        }
        let length = request.field("Content-Length").unwrap_or("0");
        self.read_bytes(length.parse().map_err(io::Error::other)?)
    }

    fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.read_line()?;
            let size = String::from_utf8_lossy(&line);
            let size = usize::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
            if size == 0 {
                break;
            }
            body.extend(self.read_bytes(size)?);
            self.read_bytes(2)?;
        }
        while self.read_line()? != b"\r\n" {}
        Ok(body)
    }

    fn read_line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.ahead.windows(2).position(|pair| pair == b"\r\n") {
                return Ok(self.ahead.drain(..end + 2).collect());
            }
            self.read_more()?;
        }
    }

    fn read_bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.ahead.len() < count {
            self.read_more()?;
        }
        Ok(self.ahead.drain(..count).collect())
    }

    fn read_more(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer)? {
            0 => Err(io::Error::other("the client closed while more was expected")),
            n => {
                self.ahead.extend_from_slice(&buffer[..n]);
                Ok(())
            }
        }
    }

    /// Waits until the client closes, whatever it sends before that.
    fn wait_for_end(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if is_departure(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

/// Whether the client went away, or did not like what it saw.
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
