//! One connection of a scripted server.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

use crate::script::Step;

/// How long a single step may wait for the client.
const PATIENCE: Duration = Duration::from_secs(15);

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

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Stream {
    fn transport(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => &stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

/// The connection, and what was read ahead.
pub(crate) struct Peer {
    stream: Stream,
    ahead: Vec<u8>,
    requests: Vec<Request>,
}

impl Peer {
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { stream: Stream::Plain(stream), ahead: Vec::new(), requests: Vec::new() })
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
            Step::Send(bytes) => self.send(bytes)?,
            Step::Sleep(time) => thread::sleep(*time),
            Step::StartTls(config) => self.start_tls(Arc::clone(config))?,
            Step::Shutdown => self.stream.transport().shutdown(Shutdown::Write)?,
            Step::CloseNotify => {
                self.close_notify()?;
                return Ok(false);
            }
            Step::Close => {
                self.stream.transport().shutdown(Shutdown::Both)?;
                return Ok(false);
            }
            Step::Reset => {
                SockRef::from(self.stream.transport()).set_linger(Some(Duration::ZERO))?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn start_tls(&mut self, config: Arc<ServerConfig>) -> io::Result<()> {
        let Stream::Plain(stream) = &self.stream else {
            return Err(io::Error::other("TLS within TLS is not played"));
        };
        let connection = ServerConnection::new(config).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, stream.try_clone()?);
        let handshake = stream.conn.complete_io(&mut stream.sock);
        self.stream = Stream::Tls(Box::new(stream));
        handshake.map(drop)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(bytes),
            Stream::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }

    fn close_notify(&mut self) -> io::Result<()> {
        let Stream::Tls(stream) = &mut self.stream else {
            return Err(io::Error::other("close_notify is a matter of TLS"));
        };
        stream.conn.send_close_notify();
        stream.flush()?;
        stream.sock.shutdown(Shutdown::Write)
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
